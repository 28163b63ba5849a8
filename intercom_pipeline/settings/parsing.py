"""What the texts that are given mean; each function raises SettingRefused for one that means nothing."""

from urllib.parse import urlsplit

from intercom_pipeline.auth.profile_names import ANOTHER, RULE, is_name
from intercom_pipeline.intercom.versions import SUPPORTED
from intercom_pipeline.settings.errors import SettingRefused, refused

_MOST_LOOKBACK_MINUTES = 366 * 24 * 60


def version(variable: str, text: str) -> str:
    """One of the supported API versions."""
    if text.strip() not in SUPPORTED:
        raise refused(variable, text, f"It is one of {', '.join(SUPPORTED)}.")
    return text.strip()


def share(variable: str, text: str) -> float:
    """A part of the whole, above 0."""
    value = _number(variable, text)
    if not 0 < value <= 1:
        raise refused(variable, text, "It is above 0 and at most 1.")
    return value


def lookback(variable: str, text: str) -> float:
    """Minutes, at most a year of them."""
    minutes = _number(variable, text)
    if not 0 <= minutes <= _MOST_LOOKBACK_MINUTES:
        raise refused(variable, text, "It is 0 or more, and at most a year.")
    return minutes


def names(_variable: str, text: str) -> tuple[str, ...]:
    """Names with commas between them, each once."""
    parts = (name.strip() for name in text.split(","))
    return tuple(dict.fromkeys(name for name in parts if name))


def word(_variable: str, text: str) -> str | None:
    """A text without blanks around it; nothing where it is blank."""
    return text.strip() or None


def profile(_variable: str, text: str) -> str | None:
    """A name that a profile may have; nothing where it is blank."""
    name = text.strip()
    if name and not is_name(name):
        raise SettingRefused(f"A profile cannot be called {name!r}.", why=RULE, fix=ANOTHER)
    return name or None


def address(variable: str, text: str) -> str:
    """A URL whose port, if it names one, there can be."""
    try:
        usable = urlsplit(text).port != 0
    except ValueError:
        usable = False
    if not usable:
        raise refused(variable, text, "Its port is no number from 1 to 65535.")
    return text


def _number(variable: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise refused(variable, text, "It is a number.") from None
