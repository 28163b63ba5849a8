"""How many requests may still go out, and when: arithmetic only, on times handed in.

The server counts requests in fixed windows and tells in every answer the limit, what remains, and when the
window ends. It counts everybody's requests. From that:

    room = floor(share x limit) - used, as the lowest answer of this window tells it
           - requests in flight - requests of this window that were never answered

A request in flight may or may not be counted in the newest answer, so it is taken as not counted: the sum
errs towards sending less and corrects itself as answers come. (Not so one that went out ten seconds before
a request already answered: it has arrived, and was counted then.) Where an answer lags behind a newer one,
the lowest room of the window holds. A window that ends without an answer is followed by one of the same
size, in which what is in flight counts.

Requests are spread so that the room is used up a little before the last moment at which a request still
reaches the server within the window: what a busy machine delays can be made up. After a pause they go faster,
but never above 1.5 times the even pace.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from math import ceil, floor, inf

from intercom_pipeline.intercom.rate_headers import LONGEST_WAIT, RateHeaders
from intercom_pipeline.intercom.server_clock import ServerClock

WINDOW_SECONDS = 10.0
"""Intercom enforces its limits in windows of ten seconds (rate limiting, developers.intercom.com)."""
UNTOLD_LIMIT = 10_000 // 6
"""Requests a window when no header tells: 10,000 a minute, Intercom's default for an app."""
CATCH_UP = 1.5
"""Never faster than this many times the even pace."""
SLACK = 0.03
"""The part of a window kept to make up for delays."""
ARRIVED_SECONDS = 10.0
"""After so long a request has reached the server: it takes no longer to connect."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turn:
    """One request that was let out."""

    sent_at: float


@dataclass(slots=True, kw_only=True)
class _Window:
    opened_at: float
    last_moment: float
    """A request sent before this reaches the server within the window."""
    over_at: float
    """By now the next window has surely begun."""
    reset: int | None
    budget: int
    """What we may use of a whole window."""
    left: int
    """The budget less what the answers say is used."""
    lost: int = 0
    """Requests that got no telling answer."""


class Allowance:
    """The requests a run may still make; all times are seconds of one monotonic clock."""

    def __init__(
        self, *, share: float, wait_unsaid: float = 1.0, chance: Callable[[], float] = random.random
    ) -> None:
        self._share = share
        self._wait_unsaid = wait_unsaid
        self._chance = chance
        self._clock = ServerClock()
        self._window: _Window | None = None
        self._length = WINDOW_SECONDS
        self._in_flight: dict[Turn, None] = {}  # oldest first
        self._told_sent_at = -inf
        self._last_sent = -inf
        self._paused_at = -inf
        self._paused_until = -inf
        self._unsaid = 0

    def ready_at(self, now: float) -> float:
        """When the next request may go out; infinity when only an answer can tell."""
        if self._window is None:
            # The first answer tells the limit: until then one request at a time.
            return inf if self._in_flight else max(now, self._paused_until)
        window = self._current(self._window, now)
        room = window.left - window.lost - self._uncounted(window)
        if room < 1:
            return max(window.over_at, self._paused_until)
        return max(now, self._paused_until, self._last_sent + self._interval(window, room, now))

    def sent(self, now: float) -> Turn:
        """A request goes out."""
        turn = Turn(sent_at=now)
        self._in_flight[turn] = None
        self._last_sent = now
        return turn

    def unanswered(self, turn: Turn) -> None:
        """No answer came, or was waited for; the server may have counted the request."""
        del self._in_flight[turn]
        if self._window is not None:
            self._window.lost += 1

    def answered(self, turn: Turn, now: float, told: RateHeaders, *, succeeded: bool = True) -> None:
        """An answer other than 429 came."""
        self._unsaid = 0
        self._read(turn, now, told)
        # A 401 or a gateway's error page carries no headers and says nothing about the limit.
        if self._window is None and succeeded:
            self._window = self._untold_window(now)

    def refused(self, turn: Turn, now: float, told: RateHeaders) -> None:
        """A 429 came: everyone waits exactly as told, else longer each time."""
        self._read(turn, now, told)
        window = self._window
        of_old = window is not None and self._is_before(told, window) and turn.sent_at < window.opened_at
        if told.retry_after is None and (of_old or turn.sent_at < self._paused_at):
            return  # news of a window that is over, or of a refusal already waited for
        until = now + self._wait(told, now)
        self._paused_at, self._paused_until = now, max(self._paused_until, until)
        if window is not None:
            window.left, window.over_at = 0, self._paused_until

    def _uncounted(self, window: _Window) -> int:
        """Requests in flight that may not be counted yet, in this window's `left` or in an earlier window."""
        arrived = max(self._told_sent_at, window.opened_at) - ARRIVED_SECONDS
        old = takewhile(lambda turn: turn.sent_at < arrived, self._in_flight)
        return len(self._in_flight) - sum(1 for _ in old)

    def _interval(self, window: _Window, room: int, now: float) -> float:
        fastest = self._length / (CATCH_UP * window.budget)
        aim = window.last_moment - SLACK * self._length
        return max(fastest, (aim - now) / (room + 1))

    def _current(self, window: _Window, now: float) -> _Window:
        """The window at `now`: as told, or the next one of the same size when that is over."""
        if now < window.over_at:
            return window
        passed = 1 + floor((now - window.over_at) / self._length)
        span = passed * self._length
        self._window = _Window(
            opened_at=now,
            last_moment=window.last_moment + span,
            over_at=window.over_at + span,
            reset=None if window.reset is None else window.reset + ceil(span),
            budget=window.budget,
            left=window.budget,
        )
        return self._window

    def _read(self, turn: Turn, now: float, told: RateHeaders) -> None:
        del self._in_flight[turn]
        if told.date is not None:
            self._clock.observe(date=told.date, sent_at=turn.sent_at, now=now)
        if told.limit is None or told.remaining is None:
            if self._window is not None:
                self._window.lost += 1
            return
        self._told_sent_at = max(self._told_sent_at, turn.sent_at)
        budget = max(1, floor(self._share * told.limit))
        left = budget - max(0, told.limit - told.remaining)
        self._place(turn, now, told, budget=budget, left=left)

    def _place(self, turn: Turn, now: float, told: RateHeaders, *, budget: int, left: int) -> None:
        """Book what an answer told on the window it speaks of."""
        window = None if self._window is None else self._current(self._window, now)
        if window is not None and self._is_before(told, window):
            if turn.sent_at < window.opened_at:
                return
            self._clock.doubt(date=told.date, sent_at=turn.sent_at, now=now)
            window = None  # the one thought to be over is not
        if window is None or self._is_after(told, window):
            self._window = self._told_window(now, told, budget=budget, left=left)
            return
        window.budget, window.left = min(window.budget, budget), min(window.left, left)
        self._set_end(window, now, told)

    def _told_window(self, now: float, told: RateHeaders, *, budget: int, left: int) -> _Window:
        window = self._untold_window(now)
        window.budget, window.left = budget, left
        self._set_end(window, now, told)
        return window

    def _untold_window(self, now: float) -> _Window:
        budget = max(1, floor(self._share * UNTOLD_LIMIT))
        over_at = now + self._length
        return _Window(
            opened_at=now, last_moment=over_at, over_at=over_at, reset=None, budget=budget, left=budget - 1
        )

    def _set_end(self, window: _Window, now: float, told: RateHeaders) -> None:
        left = told.seconds_left
        if left is None or told.reset is None:
            return
        if left > WINDOW_SECONDS + 1:
            self._length = max(self._length, left)
        window.reset = max(told.reset, window.reset or 0)
        if left == LONGEST_WAIT:
            window.last_moment = window.over_at = now + left
            return
        window.last_moment = self._clock.last_moment_before(window.reset)
        window.over_at = self._clock.first_moment_after(window.reset)

    def _is_before(self, told: RateHeaders, window: _Window) -> bool:
        # Half a window apart: servers whose clocks differ by a second still speak of one window.
        known = told.reset is not None and window.reset is not None
        return known and told.reset < window.reset - self._length / 2  # type: ignore[operator]

    def _is_after(self, told: RateHeaders, window: _Window) -> bool:
        known = told.seconds_left is not None and told.reset is not None
        return known and (window.reset is None or told.reset > window.reset + self._length / 2)  # type: ignore[operator]

    def _wait(self, told: RateHeaders, now: float) -> float:
        if told.retry_after is not None:
            return told.retry_after
        if told.seconds_left is not None and told.reset is not None:
            until = self._clock.first_moment_after(told.reset) - now
            return min(max(until, 0.0), told.seconds_left)
        self._unsaid += 1
        longest = min(self._wait_unsaid * 2.0 ** (self._unsaid - 1), LONGEST_WAIT)
        return longest * (0.5 + self._chance() / 2)
