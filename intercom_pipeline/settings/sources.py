"""Where settings come from: an option goes before the environment, that before `.env`."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

from dotenv import dotenv_values

from intercom_pipeline.settings.errors import SettingRefused, blank, refused

DOTENV = Path(".env")
_PREFIX = "INTERCOM_"
_ALIKE = 0.7
"""How like a setting a variable's name has to be to be meant for it."""


class Origin(StrEnum):
    """Where a setting's value comes from."""

    OPTION = "option"
    ENVIRONMENT = "environment"
    FILE = ".env"
    PROFILE = "profile"
    DEFAULT = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sourced:
    """A value as it was given, and where."""

    value: str = field(repr=False)
    origin: Origin

    def refused(self, variable: str, rule: str) -> SettingRefused:
        """The error for this value of a variable, named as it was given, and where."""
        if self.origin is Origin.OPTION:
            option = "--" + variable.removeprefix(_PREFIX).lower().replace("_", "-")
            where = "Correct the option; from Python, the argument."
            return refused(f"The option {option}", self.value, rule, where)
        place = "the file .env" if self.origin is Origin.FILE else "the environment"
        where = f"Correct it in {place}; .env.example explains each."
        return refused(variable, self.value, rule, where)


def sources(
    environment: Mapping[str, str] | None = None,
    dotenv: Path = DOTENV,
    options: Mapping[str, str | None] | None = None,
) -> dict[str, Sourced]:
    """The variables of this project that are given, by the source that counts; empty ones are not set.

    Raises:
        SettingRefused: The file cannot be read, or an option is blank: it says nothing, and was not left out.
    """
    _check_not_blank(options or {})
    given = os.environ if environment is None else environment
    layers: tuple[tuple[Origin, Mapping[str, str | None]], ...] = (
        (Origin.FILE, _read(dotenv)),
        (Origin.ENVIRONMENT, given),
        (Origin.OPTION, options or {}),
    )
    return {
        name: Sourced(value=value, origin=origin)
        for origin, layer in layers
        for name, value in layer.items()
        if value and name.startswith(_PREFIX)
    }


def without_settings(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment for other people's programs: without this project's variables, so without secrets."""
    given = os.environ if environment is None else environment
    return {name: value for name, value in given.items() if not name.startswith(_PREFIX)}


def misspelt(
    settings: Iterable[str], environment: Mapping[str, str] | None = None, dotenv: Path = DOTENV
) -> dict[str, str]:
    """Variables of this project that are no setting, and the setting that each is like.

    Others, which another program may have set, are left out. `settings` are the fields of `Settings`.

    Raises:
        SettingRefused: The file cannot be read.
    """
    known = [each.upper() for each in settings]
    rests = {name: name.removeprefix(_PREFIX) for name in sources(environment, dotenv)}
    near = {name: _like(rest, known) for name, rest in sorted(rests.items()) if rest not in known}
    return {name: _PREFIX + like[0] for name, like in near.items() if like}


def _check_not_blank(options: Mapping[str, str | None]) -> None:
    for name, value in options.items():
        if value is not None and not value.strip():
            raise blank(name)


def _like(rest: str, known: Sequence[str]) -> list[str]:
    """The setting that a name is like, or the end of (TOKEN is ACCESS_TOKEN's)."""
    return get_close_matches(rest, known, n=1, cutoff=_ALIKE) or [
        each for each in known if each.endswith(f"_{rest}")
    ]


def _read(dotenv: Path) -> Mapping[str, str | None]:
    try:
        return dotenv_values(dotenv)
    except (UnicodeDecodeError, OSError) as error:
        raise SettingRefused(
            f"The file {dotenv} cannot be read.",
            why=f"{type(error).__name__}: it has to be a text file in UTF-8.",
            fix="Save it again as UTF-8; .env.example shows how it looks.",
        ) from None
