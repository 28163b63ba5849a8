"""What can be set, and what it leads to: a connection, a folder, options of a run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from intercom_pipeline.settings import parsing
from intercom_pipeline.settings.errors import ANYWHERE, SettingRefused, TokenMissing, refused
from intercom_pipeline.settings.sources import DOTENV, Origin, Sourced, sources

if TYPE_CHECKING:
    from intercom_pipeline.auth.profiles import Profile, ProfileStore
    from intercom_pipeline.intercom.connection import Connection, Secret
    from intercom_pipeline.sync.options import Options
    from intercom_pipeline.warehouse.files import DataFolder
    from intercom_pipeline.warehouse.people.policies import Policies

DEFAULT_PROFILE: Final = "default"
_DATA: Final = Path("data")


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """What opens the workspace.

    Attributes:
        token: The access token.
        region: Where the workspace is hosted: us, eu or au.
        base_url: The API's address, where the region does not say it.
        profile: The stored profile that the token is of; None where a variable gives it.
    """

    token: "Secret" = field(repr=False)
    region: str
    base_url: str | None
    profile: "Profile | None"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What can be set. Each value comes from the variable named in its description.

    Attributes:
        access_token: `INTERCOM_ACCESS_TOKEN`: the access token of the workspace.
        client_id: `INTERCOM_CLIENT_ID`: the id of the app that a login is for.
        client_secret: `INTERCOM_CLIENT_SECRET`: its secret.
        profile: `INTERCOM_PROFILE`: which stored token to use where no variable gives one.
        config_dir: `INTERCOM_CONFIG_DIR`: the folder for stored tokens.
        region: `INTERCOM_REGION`: where the workspace is hosted: us, eu or au; by default the
            profile's region, or us.
        base_url: `INTERCOM_BASE_URL`: the API's address, where the region does not say it (the sandbox).
        api_version: `INTERCOM_API_VERSION`: 2.11 to 2.17, or `app` for the version pinned on the app.
        data_dir: `INTERCOM_DATA_DIR`: the folder for the database and the published file.
        rate_share: `INTERCOM_RATE_SHARE`: the part of the rate limit a sync may use, above 0, at most 1.
        lookback_minutes: `INTERCOM_LOOKBACK_MINUTES`: how far before the bookmark a sync asks again.
        also_sync: `INTERCOM_ALSO_SYNC`: streams on request that a sync without names includes.
        history: `INTERCOM_HISTORY`: streams whose former versions are kept.
        custom_objects: `INTERCOM_CUSTOM_OBJECTS`: identifiers of the custom object types to sync.
        reporting_datasets: `INTERCOM_REPORTING_DATASETS`: ids of the reporting datasets to sync.
        privacy: `INTERCOM_PRIVACY`: what is stored about people: open, pseudonymous or minimal.
        column_policies: `INTERCOM_COLUMN_POLICIES`: what holds for a column, as `table.column=policy`.
        ledger_url: `INTERCOM_LEDGER_URL`: the PostgreSQL database for the ledger of bulk replies; without it
            the ledger is a file in the data folder.
        replies_per_run: `INTERCOM_REPLIES_PER_RUN`: how many bulk replies a run may send.
        replies_per_day: `INTERCOM_REPLIES_PER_DAY`: how many may be sent within 24 hours.
    """

    access_token: str | None = field(default=None, repr=False)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    profile: str = DEFAULT_PROFILE
    config_dir: Path | None = None
    region: str | None = None
    base_url: str | None = None
    api_version: str = "2.14"
    data_dir: Path = _DATA
    rate_share: float = 0.8
    lookback_minutes: float = 15.0
    also_sync: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    custom_objects: tuple[str, ...] = ()
    reporting_datasets: tuple[str, ...] = ()
    privacy: str = "open"
    column_policies: tuple[str, ...] = ()
    ledger_url: str | None = field(default=None, repr=False)
    replies_per_run: int = 2_000
    replies_per_day: int = 5_000

    def connection(self) -> "Connection":
        """How to reach the workspace.

        Raises:
            TokenMissing: There is no access token.
            SettingRefused: The region, address, version, token or share cannot be used.
            ProfileError: The stored token cannot be used.
        """
        access = self.access()
        return self.connection_by(access.token, region=access.region, base_url=access.base_url)

    def connection_by(self, token: "Secret", *, region: str, base_url: str | None) -> "Connection":
        """How to reach a workspace that another token opens, with the other settings as they are.

        Raises:
            SettingRefused: The region, address, version or share cannot be used.
        """
        from intercom_pipeline.intercom.connection import HOSTS, Connection  # noqa: PLC0415 - late

        if region.lower() not in HOSTS:
            raise refused("INTERCOM_REGION", region, f"It is one of {', '.join(HOSTS)}.")
        try:
            return Connection(
                token=token,
                base_url=base_url or HOSTS[region.lower()],
                version=self.api_version,
                rate_share=self.rate_share,
            )
        except ValueError as error:
            raise _unusable(error) from None

    def access(self) -> Access:
        """What opens the workspace: the token that a variable gives, else the profile's.

        Raises:
            TokenMissing: There is neither.
            SettingRefused: The token is none, or the profile is of another host than the settings name.
            ProfileError: The stored token cannot be used.
        """
        from intercom_pipeline.intercom.connection import Secret  # noqa: PLC0415 - late

        if not self.access_token:
            return self._stored()
        try:
            token = Secret(self.access_token)
        except ValueError as error:
            raise _unusable(error) from None
        return Access(token=token, region=self.region or "us", base_url=self.base_url, profile=None)

    def profiles(self) -> "ProfileStore":
        """Where tokens are stored."""
        from platformdirs import user_config_path  # noqa: PLC0415 - late

        from intercom_pipeline.auth.profiles import ProfileStore  # noqa: PLC0415 - late

        return ProfileStore((self.config_dir or user_config_path("intercom-pipeline")).absolute())

    def folder(self) -> "DataFolder":
        """Where the database and the published file are."""
        from intercom_pipeline.warehouse.files import DataFolder  # noqa: PLC0415 - late

        return DataFolder(self.data_dir.absolute())

    def ledger_place(self) -> tuple[str | None, Path]:
        """Where the ledger of bulk replies is, for `open_ledger`: an address, or None, and its folder."""
        return self.ledger_url, self.folder().path / "replies"

    def options(self, run_id: str) -> "Options":
        """How to run, as far as the settings say; `run_id` is the run's name in `pipeline.runs`.

        Raises:
            SettingRefused: A policy for people's data cannot be used.
        """
        from intercom_pipeline.sync.options import Options  # noqa: PLC0415 - late

        return Options(
            run_id=run_id,
            lookback=round(self.lookback_minutes * 60),
            history=frozenset(self.history),
            custom_objects=self.custom_objects,
            reporting_datasets=self.reporting_datasets,
            privacy=self.policies(),
        )

    def policies(self) -> "Policies":
        """What becomes of data about people.

        Raises:
            SettingRefused: There is no such preset, table, column or policy, or it cannot hold there.
        """
        from intercom_pipeline.sync.privacy import PolicyRefused, policies  # noqa: PLC0415 - late

        try:
            return policies(self.privacy, self.column_policies)
        except PolicyRefused as error:
            raise SettingRefused(error.what, why=error.why, fix=error.fix) from None

    def _stored(self) -> Access:
        profile = self.profiles().load(self.profile)
        if profile is None:
            raise _missing(self.profile)
        for name, asked, has in (
            ("INTERCOM_REGION", self.region and self.region.lower(), profile.region),
            ("INTERCOM_BASE_URL", self.base_url and self.base_url.rstrip("/"), profile.base_url),
        ):
            if asked and asked != has:
                raise _elsewhere(name, asked, profile.name, has)
        return Access(token=profile.token, region=profile.region, base_url=profile.base_url, profile=profile)


_PARSED: Final[Mapping[str, Callable[[str], Any]]] = {
    "access_token": parsing.word,
    "client_id": parsing.word,
    "client_secret": parsing.word,
    "profile": parsing.profile,
    "config_dir": lambda text: Path(text).expanduser(),
    "region": parsing.region,
    "base_url": parsing.address,
    "api_version": parsing.version,
    "data_dir": Path,
    "rate_share": parsing.share,
    "lookback_minutes": parsing.lookback,
    "also_sync": parsing.names,
    "history": parsing.names,
    "custom_objects": parsing.names,
    "reporting_datasets": parsing.names,
    "privacy": parsing.word,
    "column_policies": parsing.names,
    "ledger_url": parsing.word,
    "replies_per_run": parsing.number_of_replies,
    "replies_per_day": parsing.number_of_replies,
}
"""How the text of each setting is read."""


def variable_of(setting: str) -> str:
    """The variable that sets a field of `Settings`."""
    return f"INTERCOM_{setting.upper()}"


def load_settings(
    environment: Mapping[str, str] | None = None,
    dotenv: Path = DOTENV,
    options: Mapping[str, str | None] | None = None,
) -> Settings:
    """Read the settings: options (by variable), then the environment, the project's `.env`, the defaults.

    The data folder of a profile other than the default one is a folder of its name in `data/profiles`.

    Raises:
        SettingRefused: A value is no number where one is needed, out of its range, no API version, region or
            profile's name, or an option is blank.
    """
    given = sources(environment, dotenv, options)
    if _asks_for_profile(given):
        # Whoever names a profile means its workspace, whatever token the environment has.
        del given["INTERCOM_ACCESS_TOKEN"]
    values = {
        name: _value(variable_of(name), given[variable_of(name)], parse)
        for name, parse in _PARSED.items()
        if variable_of(name) in given
    }
    settings = Settings(**{name: value for name, value in values.items() if value is not None})
    if "data_dir" in values or settings.profile == DEFAULT_PROFILE:
        return settings
    return replace(settings, data_dir=_DATA / "profiles" / settings.profile)


def _value(variable: str, given: Sourced, parse: Callable[[str], Any]) -> Any:
    """What a text means; an error names it as it was given."""
    try:
        return parse(given.value)
    except ValueError as error:
        raise given.refused(variable, str(error)) from None


def _asks_for_profile(given: Mapping[str, Sourced]) -> bool:
    profile, token = given.get("INTERCOM_PROFILE"), given.get("INTERCOM_ACCESS_TOKEN")
    return bool(profile and token and profile.origin is Origin.OPTION and token.origin is not Origin.OPTION)


def _missing(profile: str) -> TokenMissing:
    stored = (
        "no token is stored" if profile == DEFAULT_PROFILE else f"the profile {profile} has no stored token"
    )
    return TokenMissing(
        "There is no access token.",
        why=f"INTERCOM_ACCESS_TOKEN is neither in the environment nor in the file .env, and {stored}.",
        fix="Log in with intercom-pipeline auth login, or try the sandbox: intercom-pipeline demo.",
    )


def _elsewhere(variable: str, asked: str, profile: str, has: str | None) -> SettingRefused:
    return SettingRefused(
        f"The token stored as {profile} is not for {asked}, which {variable} names.",
        why=f"It is for {has or 'Intercom itself'}; a token is sent nowhere else.",
        fix=f"Unset {variable}, or log in there under another name: auth login --profile NAME.",
    )


def _unusable(error: ValueError) -> SettingRefused:
    return SettingRefused(
        "A setting cannot be used.",
        why=f"{error}.",
        fix=ANYWHERE,
    )
