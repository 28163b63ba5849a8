"""A rate-limited server and its client in simulated time: no clock to wait for."""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from math import floor, inf

from intercom_pipeline.intercom.allowance import Allowance, Turn
from intercom_pipeline.intercom.rate_headers import RateHeaders


@dataclass(kw_only=True)
class Server:
    """Counts requests in windows aligned to its own clock, as Intercom does; says so in whole seconds."""

    limit: int
    window: int = 10
    clock_ahead: float = 1_700_000_000.0
    """Seconds its clock is ahead of the client's."""
    others: Callable[[float], float] = lambda _: 0.0
    """How many requests other apps have made by a moment of a window, given the seconds since it began."""
    with_date: bool = True
    used: Counter[int] = field(default_factory=Counter)
    """Our requests let in, by window."""
    refused: list[float] = field(default_factory=list)

    def answer(self, at: float) -> tuple[bool, RateHeaders]:
        """Whether the request arriving at `at` is let in, and what the answer's headers say."""
        now = at + self.clock_ahead
        number = floor(now / self.window)
        taken = self.used[number] + floor(self.others(now - number * self.window))
        allowed = taken < self.limit
        if allowed:
            self.used[number] += 1
        else:
            self.refused.append(at)
        told = RateHeaders(
            limit=self.limit,
            remaining=max(0, self.limit - taken - allowed),
            reset=(number + 1) * self.window,
            date=floor(now) if self.with_date else None,
        )
        return allowed, told

    def whole_windows(self, until: float) -> list[int]:
        """Our requests in each window but the first and the last."""
        first = floor(self.clock_ahead / self.window)
        last = floor((until + self.clock_ahead) / self.window)
        return [self.used[number] for number in range(first + 1, last)]


def run(
    server: Server,
    allowance: Allowance,
    *,
    seconds: float,
    there: Callable[[], float],
    back: Callable[[], float],
    at_once: int = 200,
    idle: Callable[[float], float] = lambda now: now,
) -> None:
    """Send as many requests as the allowance permits; `there` and `back` give each request's travel times.

    `idle` tells from when on there is something to send, given the time.
    """
    events: list[tuple[float, int, str, Turn, RateHeaders | None]] = []
    order, now, in_flight = count(), 0.0, 0
    while now < seconds:
        ready = max(allowance.ready_at(now), idle(now)) if in_flight < at_once else inf
        if ready <= now:
            heapq.heappush(events, (now + there(), next(order), "arrives", allowance.sent(now), None))
            in_flight += 1
            continue
        if not events or events[0][0] > ready:
            now = ready
            continue
        now, _, what, turn, told = heapq.heappop(events)
        if what == "arrives":
            allowed, told = server.answer(now)
            then = "answered" if allowed else "refused"
            heapq.heappush(events, (now + back(), next(order), then, turn, told))
            continue
        in_flight -= 1
        assert told is not None
        (allowance.answered if what == "answered" else allowance.refused)(turn, now, told)
