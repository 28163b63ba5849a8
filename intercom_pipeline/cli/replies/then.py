"""What follows each reply, as it is written after `--then`."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.intercom.ids import checked_id
from intercom_pipeline.intercom.moments import moment_of
from intercom_pipeline.replies.plan import Action, Then

FORMS: Final = "close, snooze:3d, snooze:2026-12-01T09:00Z, assign:ID, assign:team:ID or tag:ID"
"""What can be written."""

_AHEAD = re.compile(r"(?P<count>[0-9]{1,4})(?P<unit>[hdw])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_TARGETS: Final = {
    "assign:team:": (Action.ASSIGN_TEAM, "team"),
    "assign:": (Action.ASSIGN, "admin"),
    "tag:": (Action.TAG, "tag"),
}


def one_then(given: Sequence[str]) -> Then | None:
    """What follows each reply; None where nothing was given.

    Raises:
        UsageRefused: More than one action was given, or none of `FORMS`.
        IdRefused: The id cannot be one.
    """
    if len(given) > 1:
        raise UsageRefused(
            "--then was given more than once.",
            why="One action follows a reply.",
            fix="Nothing was planned. Keep one of them.",
        )
    return then_of(given[0]) if given else None


def then_of(text: str, now: datetime | None = None) -> Then:
    """What a text means.

    A snooze lasts so many hours, days or weeks from now on, or until a moment, in UTC unless it is written
    with an offset.

    Raises:
        UsageRefused: It is none of `FORMS`, or a snooze that would have ended.
        IdRefused: The id cannot be one.
    """
    if text == Action.CLOSE:
        return Then(action=Action.CLOSE)
    if text.startswith("snooze:"):
        return _snooze(text.removeprefix("snooze:"), now or datetime.now(UTC))
    for prefix, (action, of) in _TARGETS.items():
        if text.startswith(prefix):
            return Then(action=action, target=checked_id(text.removeprefix(prefix), of=of))
    raise _refused(text, f"It is one of {FORMS}.")


def _snooze(text: str, now: datetime) -> Then:
    try:
        until = _ahead(text, now) or moment_of(text, now)
        second = int(until.timestamp())
    except OverflowError:
        raise _refused(f"snooze:{text}", "So long nothing is snoozed.") from None
    except ValueError:
        raise _refused(
            f"snooze:{text}", "A snooze lasts hours, days or weeks (12h, 3d, 2w) or until a moment."
        ) from None
    if until <= now:
        raise _refused(f"snooze:{text}", f"That is past: it is {now.astimezone(UTC):%Y-%m-%d %H:%M} in UTC.")
    return Then(action=Action.SNOOZE, until=second)


def _ahead(text: str, now: datetime) -> datetime | None:
    found = _AHEAD.fullmatch(text)
    return now + timedelta(hours=int(found["count"]) * _HOURS[found["unit"]]) if found else None


def _refused(text: str, why: str) -> UsageRefused:
    return UsageRefused(f"--then cannot be {text!r}.", why=why, fix="Nothing was planned. Correct it.")
