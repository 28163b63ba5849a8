"""How quickly replies are sent, and how many at most."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from intercom_pipeline.errors import PipelineError

FASTEST: Final = 50.0
"""Replies a second, at most: a hundred requests, of the 166 a second that Intercom allows an app."""
_SLOW_ANSWER_SECONDS = 2.0
_REQUESTS_EACH = 2
_MOST_IN_FLIGHT = 90
"""Below what a connection allows at once."""


class PaceRefused(PipelineError):
    """Replies cannot be sent like that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How quickly and how much; raises PaceRefused for what cannot be.

    Attributes:
        per_second: Replies that leave a second.
        most_per_run: How many one run sends.
        most_per_day: How many are sent to the workspace within any 24 hours.
        look_good_for: Seconds after which a conversation that was read is read again before its reply leaves.
    """

    per_second: float = 2.0
    most_per_run: int = 2_000
    most_per_day: int = 5_000
    look_good_for: float = 5.0

    def __post_init__(self) -> None:
        if not 0 < self.per_second <= FASTEST:
            raise PaceRefused(
                "The rate cannot be kept.",
                why=f"It is {self.per_second:g} replies a second.",
                fix=f"Choose one above 0, and at most {FASTEST:g}.",
            )
        if self.most_per_run < 0 or self.most_per_day < 0:
            raise PaceRefused("A cap is below 0.", why="So nothing could be sent.", fix="Choose 0 or more.")

    @property
    def in_flight(self) -> int:
        """How many conversations are seen to at once: enough for the rate where answers are slow."""
        needed = ceil(self.per_second * _REQUESTS_EACH * _SLOW_ANSWER_SECONDS)
        return min(needed + 1, _MOST_IN_FLIGHT)

    def seconds_for(self, replies: int) -> float:
        """About how long so many take, in seconds."""
        return replies / self.per_second


def _seconds() -> float:
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A moment, by a clock that nobody sets and by one that goes on while a laptop sleeps."""

    steady: float = field(default_factory=_seconds)
    wall: float = field(default_factory=time.time)

    @property
    def seconds_ago(self) -> float:
        """How long it is gone, by the clock by which that is longer."""
        return max(_seconds() - self.steady, abs(time.time() - self.wall))


@dataclass(slots=True)
class Metronome:
    """Lets one go after the other, evenly; after a pause it goes on at the same pace, without a burst.

    Attributes:
        per_second: How many.
        slack: Seconds of delay that are made up for; one interval at least.
    """

    per_second: float
    slack: float = 0.0
    clock: Callable[[], float] = _seconds
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _due: float | None = field(default=None)

    async def turn(self) -> None:
        """Wait until the next may go."""
        interval = 1 / self.per_second
        now = self.clock()
        # A small delay is made up for, so that a busy machine keeps the rate.
        made_up = max(interval, self.slack)
        due = now if self._due is None or now - self._due > made_up else self._due
        self._due = due + interval
        if due > now:
            await self.sleep(due - now)
