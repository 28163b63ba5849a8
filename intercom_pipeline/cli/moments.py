"""Moments as people write them: a date, a moment, or how long ago."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from intercom_pipeline.cli.exits import UsageRefused

if TYPE_CHECKING:
    from intercom_pipeline.sync.plan import Bounds

_AGO = re.compile(r"(?P<count>[0-9]+)(?P<unit>[dw])")
_DAYS = {"d": 1, "w": 7}


def bounds(since: str | None, until: str | None, now: datetime | None = None) -> "Bounds | None":
    """The part of each stream that `--since` and `--until` name; None where neither is given.

    A date is its first second in UTC, and so is a number of days or weeks ago; a moment is that second, in
    UTC unless it has an offset.

    Raises:
        UsageRefused: One is no moment, or lies in the future, or they are the wrong way round.
    """
    if since is None and until is None:
        return None
    from intercom_pipeline.sync.plan import Bounds  # noqa: PLC0415 - late

    now = now or datetime.now(UTC)
    first = None if since is None else _second("--since", since, now)
    end = None if until is None else _second("--until", until, now)
    if first is not None and end is not None and first >= end:
        raise UsageRefused(
            f"--since {since} is not before --until {until}.",
            why="A backfill reads what was created from the one until before the other.",
            fix="Give an earlier --since, or a later --until.",
        )
    return Bounds(since=first, until=end)


def _second(option: str, text: str, now: datetime) -> int:
    """The second (unix) that a person means."""
    try:
        moment = _moment(text.strip(), now)
        second = int(moment.timestamp())
    except (ValueError, OverflowError):
        raise UsageRefused(
            f"{option} cannot be {text!r}.",
            why="It is a date (2026-03-01), a moment (2026-03-01T12:00:00+01:00), or days or weeks ago (7d).",
            fix="Without an offset it is in UTC.",
        ) from None
    if moment > now:
        raise UsageRefused(
            f"{option} {text} lies in the future.",
            why=f"It is {now:%Y-%m-%d %H:%M} in UTC.",
            fix="Leave it out, or give an earlier one.",
        )
    return max(second, 0)


def _moment(text: str, now: datetime) -> datetime:
    ago = _AGO.fullmatch(text)
    if ago:
        day = now.date() - timedelta(days=int(ago["count"]) * _DAYS[ago["unit"]])
        return datetime.combine(day, time.min, UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
