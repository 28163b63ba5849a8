"""How the server's clock stands to ours, learnt from `Date` headers."""

from math import inf

_DRIFT = 2e-4
"""Seconds the two clocks may part in a second: more than two computers' clocks do."""


class ServerClock:
    """Bounds on (server's unix time - our monotonic time).

    A `Date` header holds whole seconds, so one answer tells the offset only to a second. Many answers
    together tell it to about the time a request takes: each narrows the bounds from one side.
    """

    __slots__ = ("_high", "_low", "_seen_at")

    def __init__(self) -> None:
        self._low = -inf
        self._high = inf
        self._seen_at = 0.0

    def observe(self, *, date: int, sent_at: float, now: float) -> None:
        """Learn from an answer dated `date` to a request sent at `sent_at` and answered at `now`."""
        drifted = _DRIFT * (now - self._seen_at)
        low, high = float(date) - now, float(date) + 1 - sent_at
        self._low = max(self._low - drifted, low)
        self._high = min(self._high + drifted, high)
        if self._low > self._high:  # one of the clocks was set anew, or another server answered
            self._low, self._high = low, high
        self._seen_at = now

    def doubt(self, *, date: int | None, sent_at: float, now: float) -> None:
        """What was learnt has proved wrong: keep only what this answer tells."""
        self._low, self._high = -inf, inf
        if date is not None:
            self.observe(date=date, sent_at=sent_at, now=now)

    def last_moment_before(self, instant: int) -> float:
        """Our time up to which a request sent reaches the server before `instant`."""
        return instant - self._high

    def first_moment_after(self, instant: int) -> float:
        """Our time at which `instant` has surely passed on the server."""
        return instant - self._low
