"""How many records to ask for, when some pages are too slow or too large."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from intercom_pipeline.intercom.errors import Oversized

T = TypeVar("T")

_CALM = 5
"""Good pages in a row before the size is doubled again; twice as many after each failure."""


class PageSize:
    """The `per_page` of one listing: halved when a page is too slow or too large, slowly doubled again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._now = most
        self._good = 0
        self._calm = _CALM

    async def ask(self, ask: Callable[..., Awaitable[T]]) -> T:
        """The answer of `ask(size, give_up_when_slow=…)`, asked for less until it comes.

        A single record is asked for with all the client's patience; its error is the caller's.
        """
        while True:
            try:
                answer = await ask(self._now, give_up_when_slow=self._now > 1)
            except Oversized:
                if self._now == 1:
                    raise
                self._now, self._good, self._calm = self._now // 2, 0, 2 * self._calm
            else:
                self._grow()
                return answer

    def _grow(self) -> None:
        self._good += 1
        if self._good >= self._calm and self._now < self._most:
            self._now, self._good = min(2 * self._now, self._most), 0
