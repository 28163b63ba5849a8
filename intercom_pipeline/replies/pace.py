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
        per_second: Replies begun a second.
        most_per_run: How many one run sends.
        most_per_day: How many are sent to the workspace within any 24 hours.
    """

    per_second: float = 2.0
    most_per_run: int = 2_000
    most_per_day: int = 5_000

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


@dataclass(slots=True)
class Metronome:
    """Lets one begin after the other, evenly; after a pause it goes on at the same pace, without a burst."""

    per_second: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _due: float | None = field(default=None)

    async def turn(self) -> None:
        """Wait until the next may begin."""
        interval = 1 / self.per_second
        now = self.clock()
        # A delay below one interval is made up for, so that a busy machine keeps the rate.
        due = now if self._due is None or now - self._due > interval else self._due
        self._due = due + interval
        if due > now:
            await self.sleep(due - now)
