"""Every setting, read once from the environment and the project's `.env` file into one frozen value."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dotenv import dotenv_values

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.versions import SUPPORTED

if TYPE_CHECKING:
    from intercom_pipeline.intercom.connection import Connection
    from intercom_pipeline.sync.options import Options
    from intercom_pipeline.warehouse.files import DataFolder


_PREFIX = "INTERCOM_"
_ALIKE = 0.55
"""How like a setting a variable's name has to be to be meant for it (TOKEN for ACCESS_TOKEN is)."""
_MOST_LOOKBACK_MINUTES = 366 * 24 * 60


class SettingRefused(PipelineError):
    """A setting has a value that cannot be used."""


class TokenMissing(PipelineError):
    """No access token is set."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What can be set. Each value comes from the variable named in its description.

    Attributes:
        access_token: `INTERCOM_ACCESS_TOKEN`: the access token of the workspace.
        region: `INTERCOM_REGION`: where the workspace is hosted: us, eu or au.
        base_url: `INTERCOM_BASE_URL`: the API's address, where the region does not say it (the sandbox).
        api_version: `INTERCOM_API_VERSION`: 2.11 to 2.17, or `app` for the version pinned on the app.
        data_dir: `INTERCOM_DATA_DIR`: the folder for the database and the published file.
        rate_share: `INTERCOM_RATE_SHARE`: the part of the rate limit a sync may use, above 0, at most 1.
        lookback_minutes: `INTERCOM_LOOKBACK_MINUTES`: how far before the bookmark a sync asks again.
        also_sync: `INTERCOM_ALSO_SYNC`: streams on request that a sync without names includes.
        history: `INTERCOM_HISTORY`: streams whose former versions are kept.
        custom_objects: `INTERCOM_CUSTOM_OBJECTS`: identifiers of the custom object types to sync.
        reporting_datasets: `INTERCOM_REPORTING_DATASETS`: ids of the reporting datasets to sync.
    """

    access_token: str | None = field(default=None, repr=False)
    region: str = "us"
    base_url: str | None = None
    api_version: str = "2.14"
    data_dir: Path = Path("data")
    rate_share: float = 0.8
    lookback_minutes: float = 15.0
    also_sync: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    custom_objects: tuple[str, ...] = ()
    reporting_datasets: tuple[str, ...] = ()

    def connection(self) -> "Connection":
        """How to reach the workspace.

        Raises:
            TokenMissing: There is no access token.
            SettingRefused: The region, address, version, token or share cannot be used.
        """
        from intercom_pipeline.intercom.connection import HOSTS, Connection, Secret  # noqa: PLC0415 - late

        if not self.access_token:
            raise TokenMissing(
                "There is no access token.",
                why="INTERCOM_ACCESS_TOKEN is neither in the environment nor in the file .env.",
                fix="Set it to the token of your app in Intercom's Developer Hub, or try the sandbox: "
                "intercom-pipeline demo.",
            )
        region = self.region.lower()
        if region not in HOSTS:
            raise _refused("INTERCOM_REGION", self.region, f"It is one of {', '.join(HOSTS)}.")
        if self.base_url and not _has_port(self.base_url):
            raise _refused("INTERCOM_BASE_URL", self.base_url, "Its port is no number from 1 to 65535.")
        try:
            return Connection(
                token=Secret(self.access_token),
                base_url=self.base_url or HOSTS[region],
                version=self.api_version,
                rate_share=self.rate_share,
            )
        except ValueError as error:
            raise SettingRefused(
                "A setting cannot be used.",
                why=f"{error}.",
                fix="Correct it in the environment or in the file .env; .env.example explains each.",
            ) from None

    def folder(self) -> "DataFolder":
        """Where the database and the published file are."""
        from intercom_pipeline.warehouse.files import DataFolder  # noqa: PLC0415 - late

        return DataFolder(self.data_dir.absolute())

    def options(self, run_id: str) -> "Options":
        """How to run, as far as the settings say; `run_id` is the run's name in `pipeline.runs`."""
        from intercom_pipeline.sync.options import Options  # noqa: PLC0415 - late

        return Options(
            run_id=run_id,
            lookback=round(self.lookback_minutes * 60),
            history=frozenset(self.history),
            custom_objects=self.custom_objects,
            reporting_datasets=self.reporting_datasets,
        )


def load_settings(environment: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> Settings:
    """Read the settings: the environment first, then the project's `.env`, then the defaults.

    Raises:
        SettingRefused: A value is no number where one is needed, out of its range, or no API version.
    """
    given = os.environ if environment is None else environment
    values = {
        **{k: v for k, v in _read(dotenv).items() if v},
        **{k: v for k, v in given.items() if v},
    }
    defaults = Settings()
    return Settings(
        access_token=values.get("INTERCOM_ACCESS_TOKEN", "").strip() or None,
        region=values.get("INTERCOM_REGION", defaults.region).strip(),
        base_url=values.get("INTERCOM_BASE_URL"),
        api_version=_version(values, defaults.api_version),
        data_dir=Path(values.get("INTERCOM_DATA_DIR", defaults.data_dir)),
        rate_share=_share(values, defaults.rate_share),
        lookback_minutes=_lookback(values, defaults.lookback_minutes),
        also_sync=_names(values, "INTERCOM_ALSO_SYNC"),
        history=_names(values, "INTERCOM_HISTORY"),
        custom_objects=_names(values, "INTERCOM_CUSTOM_OBJECTS"),
        reporting_datasets=_names(values, "INTERCOM_REPORTING_DATASETS"),
    )


def misspelt(environment: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> dict[str, str]:
    """Variables of this project that are no setting, and the setting that each is like.

    Others, which another program may have set, are left out.

    Raises:
        SettingRefused: The file cannot be read.
    """
    given = os.environ if environment is None else environment
    settings = [each.name.upper() for each in fields(Settings)]
    rests = {
        name: name.removeprefix(_PREFIX) for name in {*given, *_read(dotenv)} if name.startswith(_PREFIX)
    }
    near = {
        name: get_close_matches(rest, settings, n=1, cutoff=_ALIKE)
        for name, rest in sorted(rests.items())
        if rest not in settings
    }
    return {name: _PREFIX + like[0] for name, like in near.items() if like}


def _read(dotenv: Path) -> Mapping[str, str | None]:
    try:
        return dotenv_values(dotenv)
    except (UnicodeDecodeError, OSError) as error:
        raise SettingRefused(
            f"The file {dotenv} cannot be read.",
            why=f"{type(error).__name__}: it has to be a text file in UTF-8.",
            fix="Save it again as UTF-8; .env.example shows how it looks.",
        ) from None


def _version(values: Mapping[str, str], default: str) -> str:
    version = values.get("INTERCOM_API_VERSION", default).strip()
    if version not in SUPPORTED:
        raise _refused("INTERCOM_API_VERSION", version, f"It is one of {', '.join(SUPPORTED)}.")
    return version


def _share(values: Mapping[str, str], default: float) -> float:
    share = _number(values, "INTERCOM_RATE_SHARE", default)
    if not 0 < share <= 1:
        raise _refused("INTERCOM_RATE_SHARE", values["INTERCOM_RATE_SHARE"], "It is above 0 and at most 1.")
    return share


def _lookback(values: Mapping[str, str], default: float) -> float:
    lookback = _number(values, "INTERCOM_LOOKBACK_MINUTES", default)
    if not 0 <= lookback <= _MOST_LOOKBACK_MINUTES:
        typed = values["INTERCOM_LOOKBACK_MINUTES"]
        raise _refused("INTERCOM_LOOKBACK_MINUTES", typed, "It is 0 or more, and at most a year.")
    return lookback


def _has_port(url: str) -> bool:
    """Whether an address names a port that there can be, or none."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _names(values: Mapping[str, str], variable: str) -> tuple[str, ...]:
    """Names with commas between them, each once."""
    names = (name.strip() for name in values.get(variable, "").split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def _number(values: Mapping[str, str], name: str, default: float) -> float:
    try:
        return float(values.get(name, default))
    except ValueError:
        raise _refused(name, values[name], "It is a number.") from None


def _refused(name: str, value: str, rule: str) -> SettingRefused:
    return SettingRefused(
        f"{name} cannot be {value!r}.",
        why=rule,
        fix="Correct it in the environment or in the file .env; .env.example explains each.",
    )
