"""Moments as people write them, a date, a moment or how long ago, and as they read them."""

import re
from datetime import UTC, datetime, time, timedelta

FORMS = "a date (2026-03-01), a moment (2026-03-01T12:00:00+01:00), or days or weeks ago (7d, 2w)"
"""What can be written."""

_AGO = re.compile(r"(?P<count>[0-9]{1,6})(?P<unit>[dw])")
_DAYS = {"d": 1, "w": 7}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def moment_of(text: str, now: datetime) -> datetime:
    """The moment that a person means, in UTC unless it is written with an offset.

    A date is its first second in UTC, and so is a number of days or weeks ago.

    Raises:
        ValueError: It is none of `FORMS`, or no such day exists.
    """
    try:
        return _ago(text, now) or _written(text)
    except OverflowError as error:
        raise ValueError(str(error)) from error


def _ago(text: str, now: datetime) -> datetime | None:
    found = _AGO.fullmatch(text)
    if found is None:
        return None
    day = now.astimezone(UTC).date() - timedelta(days=int(found["count"]) * _DAYS[found["unit"]])
    return datetime.combine(day, time.min, UTC)


def _written(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago a moment was."""
    if moment is None:
        return "never"
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    for unit, length in (("days", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit} ago"
    return f"{max(0, seconds):.0f} s ago"
