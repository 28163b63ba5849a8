"""The gate that all requests of a run pass, in the order they came."""

import asyncio
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from math import isinf

from intercom_pipeline.intercom import rate_headers
from intercom_pipeline.intercom.allowance import Allowance, Turn
from intercom_pipeline.intercom.meter import Meter


class RateLimit:
    """Lets requests out as the allowance permits: first come, first served; waiting can be cancelled."""

    def __init__(self, allowance: Allowance, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._allowance = allowance
        self._clock = clock
        self._queue = asyncio.Lock()
        self._news = asyncio.Event()

    async def turn(self, meter: Meter) -> Turn:
        """Wait until a request may go out; the caller must settle the turn."""
        came = self._clock()
        try:
            async with self._queue:
                while (wait := self._allowance.ready_at(self._clock()) - self._clock()) > 0:
                    await self._news_within(wait)
                return self._allowance.sent(self._clock())
        finally:
            meter.waited_seconds += self._clock() - came

    def settle(self, turn: Turn, *, status: int, headers: Mapping[str, str]) -> None:
        """An answer's status and headers came."""
        told = rate_headers.read(headers)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self._allowance.refused(turn, self._clock(), told)
        else:
            self._allowance.answered(turn, self._clock(), told, succeeded=status < HTTPStatus.BAD_REQUEST)
        self._news.set()

    def settle_unanswered(self, turn: Turn) -> None:
        """A request that was let out got no answer."""
        self._allowance.unanswered(turn)
        self._news.set()

    async def _news_within(self, seconds: float) -> None:
        self._news.clear()
        try:
            async with asyncio.timeout(None if isinf(seconds) else seconds):
                await self._news.wait()
        except TimeoutError:
            return
