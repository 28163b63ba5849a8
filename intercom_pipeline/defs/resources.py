"""What a run needs: the Intercom workspace and the warehouse, by the settings unless configured, and a sync.

Settings are read when a run needs them, never when the code location is loaded. There is no configuration
for the access token: what is configured is stored and shown by Dagster, so the token comes from the
environment, the project's `.env` or the stored profile alone.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import dagster as dg
from pydantic import Field, PrivateAttr

from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.sending.pace import Pace
from intercom_pipeline.settings import Settings, load_settings
from intercom_pipeline.sync.options import Options
from intercom_pipeline.sync.run import Event, run
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.warehouse.files import DataFolder


class IntercomResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # it provides itself
    """How to reach the Intercom workspace. What is left empty comes from the environment or `.env`."""

    profile: str | None = Field(
        default=None,
        description="Which stored token to use, without INTERCOM_ACCESS_TOKEN. Empty: INTERCOM_PROFILE.",
    )
    region: str | None = Field(
        default=None,
        description="Where the workspace is hosted: us, eu or au. Empty: INTERCOM_REGION.",
    )
    base_url: str | None = Field(
        default=None,
        description="The API's address, for a sandbox on this machine. Empty: INTERCOM_BASE_URL.",
    )
    api_version: str | None = Field(
        default=None,
        description="The API version to ask for, or app for the one pinned on the app. "
        "Empty: INTERCOM_API_VERSION.",
    )
    rate_share: float | None = Field(
        default=None,
        description="The part of the rate limit a run may use, above 0, at most 1. "
        "Empty: INTERCOM_RATE_SHARE.",
    )
    lookback_minutes: float | None = Field(
        default=None,
        description="How far before its bookmark a stream asks again, in minutes. "
        "Empty: INTERCOM_LOOKBACK_MINUTES.",
    )

    def connection(self) -> Connection:
        """How to reach the workspace, with the token as it is now.

        Raises:
            TokenMissing: There is no access token.
            SettingRefused: A setting cannot be used.
        """
        settings = load_settings()
        return replace(
            settings,
            profile=self.profile or settings.profile,
            region=self.region or settings.region,
            base_url=self.base_url or settings.base_url,
            api_version=self.api_version or settings.api_version,
            rate_share=settings.rate_share if self.rate_share is None else self.rate_share,
        ).connection()

    @property
    def also_sync(self) -> tuple[str, ...]:
        """The streams on request that `INTERCOM_ALSO_SYNC` names."""
        return load_settings().also_sync

    def pace(self, per_second: float) -> Pace:
        """How quickly replies are sent, and how many at most, as far as the settings say.

        Raises:
            SettingRefused: A setting cannot be used.
        """
        settings = load_settings()
        return Pace(
            per_second=per_second,
            most_per_run=settings.replies_per_run,
            most_per_day=settings.replies_per_day,
        )

    def options(self, run_id: str) -> Options:
        """How to run, as far as the settings say.

        Raises:
            SettingRefused: A setting cannot be used.
        """
        settings = load_settings()
        if self.lookback_minutes is not None:
            settings = replace(settings, lookback_minutes=self.lookback_minutes)
        return settings.options(run_id)


class WarehouseResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # it provides itself
    """Where the database and the published file are."""

    data_dir: str | None = Field(
        default=None,
        description="The folder for the database, the published file and the ledger of replies. "
        "Empty: INTERCOM_DATA_DIR.",
    )

    def folder(self) -> DataFolder:
        """The data folder."""
        return self._settings().folder()

    def ledger(self) -> Ledger:
        """The ledger of bulk replies, open; it is its own context manager.

        Raises:
            LedgerMissing: Nothing was planned yet.
            LedgerError: It cannot be opened.
        """
        url, folder = self._settings().ledger_place()
        return open_ledger(url, folder, create=False)

    def _settings(self) -> Settings:
        settings = load_settings()
        return replace(settings, data_dir=Path(self.data_dir)) if self.data_dir else settings


class SyncResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # it provides itself
    """Holds a run's sync, and ends it with the run."""

    # A run stopped while Dagster stores a result leaves the asset's generator suspended: its `finally`
    # would wait for the garbage collector while the sync goes on. A resource is always taken down.
    _open: ExitStack = PrivateAttr(default_factory=ExitStack)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["SyncResource"]:  # noqa: ARG002 - Dagster's
        """Be there for a run."""
        with self._open:
            yield self

    def start(
        self, streams: Sequence[Stream], *, connection: Connection, folder: DataFolder, options: Options
    ) -> Iterator[Event]:
        """Start a sync; see `sync.run.run`."""
        return self._open.enter_context(
            closing(run(streams, connection=connection, folder=folder, options=options))
        )
