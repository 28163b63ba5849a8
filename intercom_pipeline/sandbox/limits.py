"""Intercom's rate limit: a fixed allowance in each window of ten seconds, aligned to the clock."""

from dataclasses import dataclass

from intercom_pipeline.sandbox.clock import Clock
from intercom_pipeline.sandbox.errors import ApiError

WINDOW_SECONDS = 10
_WINDOWS_A_MINUTE = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """What the window still holds after a request."""

    limit: int
    remaining: int
    reset: int
    """Unix seconds at which the next window starts."""
    granted: bool

    def headers(self) -> dict[str, str]:
        """The three headers on every answer but 401."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }

    def exceeded(self) -> ApiError:
        """The 429 for a request that was not granted."""
        message = f"Exceeded rate limit of {self.limit} in {WINDOW_SECONDS}_seconds"
        return ApiError(status=429, code="rate_limit_exceeded", message=message)


class RateLimit:
    """Counts the requests of each window, those of the workspace's other apps included."""

    def __init__(self, limit_per_minute: int, clock: Clock) -> None:
        """A sixth of `limit_per_minute` is granted in each window, and at least one request."""
        self.limit = max(1, limit_per_minute // _WINDOWS_A_MINUTE)
        self.others_per_second = 0.0
        """How much of the allowance other apps use up, evenly over the window."""
        self._clock = clock
        self._window = 0
        self._taken = 0

    def take(self, count: int = 1) -> Allowance:
        """Ask for `count` requests now; where the window holds fewer, none of them is granted."""
        now = self._clock.now()
        window = int(now // WINDOW_SECONDS)
        if window != self._window:
            self._window, self._taken = window, 0
        others = int(self.others_per_second * (now % WINDOW_SECONDS))
        free = self.limit - self._taken - others
        granted = free >= count
        if granted:
            self._taken += count
        return Allowance(
            limit=self.limit,
            remaining=max(0, free - count if granted else free),
            reset=(window + 1) * WINDOW_SECONDS,
            granted=granted,
        )

    def consume(self, count: int) -> None:
        """Let another app use up `count` requests of this window, or all that is left of it."""
        free = self.take(0).remaining
        self.take(min(count, free))
