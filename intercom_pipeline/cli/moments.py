"""The part of a stream that a person names by moments: `--since` and `--until`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.intercom.moments import FORMS, moment_of

if TYPE_CHECKING:
    from intercom_pipeline.sync.plan import Bounds


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
        moment = moment_of(text.strip(), now)
        second = int(moment.timestamp())
    except ValueError:
        raise UsageRefused(
            f"{option} cannot be {text!r}.",
            why=f"It is {FORMS}.",
            fix="Without an offset it is in UTC.",
        ) from None
    if moment > now:
        raise UsageRefused(
            f"{option} {text} lies in the future.",
            why=f"It is {now:%Y-%m-%d %H:%M} in UTC.",
            fix="Leave it out, or give an earlier one.",
        )
    return max(second, 0)
