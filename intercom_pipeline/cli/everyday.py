"""What the everyday verbs share: their options, whom they ask, and in which form they answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.cli.options import settings_for
from intercom_pipeline.cli.stopping import stoppable

if TYPE_CHECKING:
    from intercom_pipeline.api import Intercom
    from intercom_pipeline.api.stored import Stored
    from intercom_pipeline.intercom.connection import Connection
    from intercom_pipeline.settings import Settings

IN_A_TABLE = 20
"""Records of a list that a person is shown, unless told otherwise."""
_MOST = 1_000_000_000
_ATTEMPTS = 5
"""Tries of one request, some six seconds: somebody waits for the answer."""


class Source(StrEnum):
    """Whom to ask."""

    API = "api"
    WAREHOUSE = "warehouse"


class Form(StrEnum):
    """How to answer."""

    TABLE = "table"
    JSON = "json"
    LINES = "jsonl"


_WHICH = "Which workspace, by its profile.  [default: INTERCOM_PROFILE, or default]"
Workspace = Annotated[str | None, typer.Option("--workspace", "--profile", metavar="NAME", help=_WHICH)]
OnlyWorkspace = Annotated[str | None, typer.Option("--workspace", metavar="NAME", help=_WHICH)]
"""The same for a verb whose --profile means something else."""
From = Annotated[
    Source,
    typer.Option("--from", help="Ask Intercom, or the published file, which is as old as the last sync."),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=0, max=_MOST, metavar="N", help=f"Records at most; {IN_A_TABLE} in a table."),
]
Where = Annotated[
    str | None,
    typer.Option("--where", metavar="QUERY", help="Which, such as: 'state = open AND created_at > 7d'."),
]
AsLines = Annotated[bool, typer.Option("--jsonl", help="Print a JSON record a line, as each arrives.")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """Whom to ask, by the options of a verb.

    Attributes:
        source: Intercom or the published file.
        workspace: The profile; None for the one that is set.
        api_version: The version to ask in; None for the one that is set.
        data_dir: The data folder; None for the one that is set.
    """

    source: Source = Source.API
    workspace: str | None = None
    api_version: str | None = None
    data_dir: Path | None = None

    def settings(self) -> "Settings":
        """The settings that these options go before."""
        return settings_for(self.data_dir, profile=self.workspace, api_version=self.api_version)


def form(*, as_json: bool, as_lines: bool) -> Form:
    """The form that the options ask for.

    Raises:
        UsageRefused: They ask for two.
    """
    if as_json and as_lines:
        raise UsageRefused(
            "--json and --jsonl exclude each other.",
            why="One is an array, the other a record a line.",
            fix="Give one of them.",
        )
    if as_json:
        return Form.JSON
    return Form.LINES if as_lines else Form.TABLE


@contextmanager
def opened(asking: Asking) -> "Iterator[Intercom | Stored]":
    """Intercom or the published file, open for reading; Ctrl-C ends the block.

    Raises:
        SettingRefused: A setting cannot be used.
        TokenMissing: Intercom is asked, and there is no token.
        WarehouseError: The published file is asked, and is missing or cannot be read.
        Stopped: A signal came.
    """
    settings = asking.settings()
    with stoppable(why="Nothing was changed."):
        if asking.source is Source.WAREHOUSE:
            from intercom_pipeline.api.stored import stored  # noqa: PLC0415 - late

            with stored(settings.folder(), version=settings.api_version) as warehouse:
                yield warehouse
        else:
            from intercom_pipeline.api import Intercom  # noqa: PLC0415 - late

            with Intercom(connection_of(settings)) as intercom:
                yield intercom


def connection_of(settings: "Settings") -> "Connection":
    """How to reach Intercom for somebody who waits.

    Raises:
        SettingRefused: A setting cannot be used.
        TokenMissing: There is no token.
    """
    connection = settings.connection()
    return replace(connection, patience=replace(connection.patience, attempts=_ATTEMPTS))
