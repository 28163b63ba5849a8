"""Every setting with its value and where that comes from, for `config show`."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from intercom_pipeline.cli.options import options_given, settings_for
from intercom_pipeline.cli.output import columns, print_error, print_json, results, show
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.connection import HOSTS
from intercom_pipeline.settings import Origin, Settings, Sourced, sources
from intercom_pipeline.settings.settings import DEFAULT_PROFILE, variable_of
from intercom_pipeline.steering import one_line

if TYPE_CHECKING:
    from intercom_pipeline.auth.profiles import Profile

_SECRETS = ("access_token", "client_secret", "ledger_url")
_ABSENT, _HIDDEN = "not set", "set, not shown"


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingInForce:
    """One setting as it is in force; the keys of `config show --json`.

    Attributes:
        variable: The variable that sets it.
        value: Its value; None where there is none, and for a secret always.
        is_set: Whether there is a value.
        is_secret: Whether the value is not shown.
        origin: Where it comes from.
        profile: The profile that it comes from, where one is its origin.
    """

    variable: str
    value: Any
    is_set: bool
    is_secret: bool
    origin: Origin
    profile: str | None


def look(data_dir: Path | None, profile: str | None) -> list[SettingInForce]:
    """Every setting; a variable whose name is misspelt and a stored token that cannot be used are told.

    Raises:
        SettingRefused: A setting has a value that cannot be used.
    """
    settings = settings_for(data_dir, profile=profile)
    given = sources(options=options_given(data_dir, profile=profile))
    stored = None if settings.access_token else _stored(settings)
    from_profile = _from_profile(settings, stored)
    by_default = _by_default(settings, from_profile)
    return [_in_force(each.name, settings, given, from_profile, by_default) for each in fields(Settings)]


def _stored(settings: Settings) -> "Profile | None":
    try:
        return settings.profiles().load(settings.profile)
    except PipelineError as error:
        print_error(error)
        return None


def _from_profile(settings: Settings, stored: "Profile | None") -> dict[str, Any]:
    """What the profile says, where no variable says otherwise."""
    named = {"data_dir": settings.data_dir} if settings.profile != DEFAULT_PROFILE else {}
    if stored is None:
        return named
    host = {"base_url": stored.base_url} if stored.base_url else {}
    return {**named, **host, "region": stored.region, "access_token": stored.token}


def _by_default(settings: Settings, from_profile: Mapping[str, Any]) -> dict[str, Any]:
    """What holds where nobody says anything, for settings whose default depends on others."""
    region = str(settings.region or from_profile.get("region") or "us").lower()
    return {"region": region, "base_url": HOSTS.get(region), "config_dir": settings.profiles().folder}


def _in_force(
    name: str,
    settings: Settings,
    given: Mapping[str, Sourced],
    from_profile: Mapping[str, Any],
    by_default: Mapping[str, Any],
) -> SettingInForce:
    variable, value, origin = variable_of(name), getattr(settings, name), Origin.DEFAULT
    # A token that a profile goes before is given, and not in force.
    if variable in given and value is not None:
        origin = given[variable].origin
    elif name in from_profile:
        value, origin = from_profile[name], Origin.PROFILE
    elif value is None:
        value = by_default.get(name)
    return SettingInForce(
        variable=variable,
        value=None if name in _SECRETS else value,
        is_set=value not in (None, ()),
        is_secret=name in _SECRETS,
        origin=origin,
        profile=settings.profile if origin is Origin.PROFILE else None,
    )


def print_as_json(values: list[SettingInForce]) -> None:
    """A list of objects."""
    print_json(values)


def print_for_people(values: list[SettingInForce]) -> None:
    """A line a setting."""
    table = columns("setting", "value", "from", wrapped=("value",))
    for each in values:
        origin = f"{each.origin} {each.profile}" if each.profile else each.origin.value
        table.add_row(
            each.variable, Text(one_line(_shown(each))), origin, style=None if each.is_set else "dim"
        )
    show(table)
    results().print("\n.env.example explains each setting.", style="dim")


def _shown(each: SettingInForce) -> str:
    if not each.is_set:
        return _ABSENT
    if each.is_secret:
        return _HIDDEN
    if isinstance(each.value, tuple):
        return ", ".join(each.value)
    return f"{each.value:g}" if isinstance(each.value, float) else str(each.value)
