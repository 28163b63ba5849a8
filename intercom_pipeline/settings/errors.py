"""What can be wrong with the settings."""

from intercom_pipeline.errors import PipelineError


class SettingRefused(PipelineError):
    """A setting has a value that cannot be used."""


class TokenMissing(PipelineError):
    """No access token is set or stored."""


def refused(name: str, value: str, rule: str) -> SettingRefused:
    """The error for a value that breaks a rule."""
    return SettingRefused(
        f"{name} cannot be {value!r}.",
        why=rule,
        fix="Correct it in the environment or in the file .env; .env.example explains each.",
    )
