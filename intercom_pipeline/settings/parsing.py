"""What the texts that are given mean; each function raises ValueError, with the rule, for one it breaks."""

from collections.abc import Collection
from urllib.parse import urlsplit

from intercom_pipeline.auth.profile_names import ANOTHER, RULE, is_name
from intercom_pipeline.intercom.connection import HOSTS
from intercom_pipeline.intercom.versions import SUPPORTED
from intercom_pipeline.settings.errors import SettingRefused

_MOST_LOOKBACK_MINUTES = 366 * 24 * 60
_MOST_REPLIES = 1_000_000


def version(text: str) -> str:
    """One of the supported API versions."""
    return _one_of(SUPPORTED, text.strip())


def region(text: str) -> str | None:
    """Where a workspace is hosted, however it is written; nothing where it is blank."""
    if text.strip():
        _one_of(HOSTS, text.strip().lower())
    return text.strip() or None


def share(text: str) -> float:
    """A part of the whole, above 0."""
    value = _number(text)
    if not 0 < value <= 1:
        raise ValueError("It is above 0 and at most 1.")
    return value


def lookback(text: str) -> float:
    """Minutes, at most a year of them."""
    minutes = _number(text)
    if not 0 <= minutes <= _MOST_LOOKBACK_MINUTES:
        raise ValueError("It is 0 or more, and at most a year.")
    return minutes


def number_of_replies(text: str) -> int:
    """A whole number, at least 1: nobody means none at all by it."""
    number = _number(text)
    if not 1 <= number <= _MOST_REPLIES or number != int(number):
        raise ValueError(f"It is a whole number from 1 to {_MOST_REPLIES:,}.")
    return int(number)


def names(text: str) -> tuple[str, ...]:
    """Names with commas between them, each once."""
    parts = (name.strip() for name in text.split(","))
    return tuple(dict.fromkeys(name for name in parts if name))


def word(text: str) -> str | None:
    """A text without blanks around it; nothing where it is blank."""
    return text.strip() or None


def profile(text: str) -> str | None:
    """A name that a profile may have; nothing where it is blank.

    Raises:
        SettingRefused: No profile can have it, wherever it is given.
    """
    name = text.strip()
    if name and not is_name(name):
        raise SettingRefused(f"A profile cannot be called {name!r}.", why=RULE, fix=ANOTHER)
    return name or None


def address(text: str) -> str:
    """A URL whose port, if it names one, there can be."""
    try:
        usable = urlsplit(text).port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("Its port is no number from 1 to 65535.")
    return text


def _one_of(known: Collection[str], text: str) -> str:
    if text not in known:
        raise ValueError(f"It is one of {', '.join(known)}.")
    return text


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("It is a number.") from None
