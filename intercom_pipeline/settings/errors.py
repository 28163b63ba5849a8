"""What can be wrong with the settings."""

from typing import Final

from intercom_pipeline.errors import PipelineError

ANYWHERE: Final = "Correct it in the environment or in the file .env; .env.example explains each."


class SettingRefused(PipelineError):
    """A setting has a value that cannot be used."""


class TokenMissing(PipelineError):
    """No access token is set or stored."""


def refused(name: str, value: str, rule: str, where: str = ANYWHERE) -> SettingRefused:
    """The error for a value that breaks a rule; `where` says where to correct it."""
    return SettingRefused(f"{name} cannot be {value!r}.", why=rule, fix=where)


def blank(name: str) -> SettingRefused:
    """The error for an option that is given, and blank."""
    return SettingRefused(
        f"The option that goes before {name} is blank.",
        why="Only one that is left out leaves it to the environment, the file .env or the default.",
        fix="Give it a value or leave it out; if a variable of the shell is in it, that one is not set.",
    )
