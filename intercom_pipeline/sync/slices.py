"""The open slices of a stream, read at once; the commit that ends the last one moves the bookmark."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Protocol

from intercom_pipeline.intercom.errors import InvalidRequest
from intercom_pipeline.intercom.paging import Page
from intercom_pipeline.sync.delivery import Courier
from intercom_pipeline.warehouse.progress import Progress, Slice, SliceKind

_SLICES_AT_ONCE = 96
"""While half of them wait for a commit, the others fetch: at 0.25 s a page that is 128 pages a second."""


class Way(Protocol):
    """How the slices of a stream are asked for."""

    def pages(self, part: Slice) -> AsyncGenerator[Page]:
        """The pages of a slice, from its page token on."""
        ...

    def newest(self, page: Page, known: int | None) -> int | None:
        """The newest cursor value of a page and what was known before (unix seconds)."""
        ...

    def is_last(self, part: Slice, page: Page) -> bool:
        """Whether nothing after this page belongs to the slice."""
        ...

    def cut(self, part: Slice, page: Page, *, number: int) -> Sequence[Slice]:
        """What is left of a backfill slice after its first page: itself, or its numbered pieces."""
        ...


@dataclass(slots=True)
class Slices:
    """The slices of one stream that are open.

    Attributes:
        courier: Where their pages go.
        way: How they are asked for.
        stored: Whether progress is kept, so that a later run goes on from there.
    """

    courier: Courier
    way: Way
    stored: bool = True
    _open: set[int] = field(default_factory=set)
    _last_number: int = 0
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_SLICES_AT_ONCE))

    async def read(self, parts: Sequence[Slice]) -> None:
        """Read slices, and the pieces they are cut into, to their ends."""
        self._open = {part.number for part in parts}
        self._last_number = max(self._open)
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(self._read_one(part, group))

    async def _read_one(self, part: Slice, group: asyncio.TaskGroup) -> None:
        async with self._slots:
            try:
                pieces = await self._walk(part)
            except InvalidRequest:
                if part.page_token is None:
                    raise
                # The page token of an earlier run is not accepted any more: start the slice again.
                pieces = await self._walk(replace(part, page_token=None))
        for piece in pieces:
            group.create_task(self._read_one(piece, group))

    async def _walk(self, part: Slice) -> Sequence[Slice]:
        """Read a slice page by page; a long one is left after its first page, cut into pieces."""
        async with aclosing(self.way.pages(part)) as pages:
            async for page in pages:
                first, part = part.page_token is None, self._moved(part, page)
                following = self._following(part, page, first=first)
                progress = self._progress(part, following)
                await self.courier.deliver(page, progress if self.stored else None)
                if following != [part]:
                    return following
        return ()

    def _moved(self, part: Slice, page: Page) -> Slice:
        """The slice as it stands once the page is stored."""
        backfill = part.kind is SliceKind.BACKFILL
        newest = part.newest if backfill else self.way.newest(page, part.newest)
        token = None if page.next is None else str(page.next)
        return replace(part, page_token=token, newest=newest)

    def _following(self, part: Slice, page: Page, *, first: bool) -> list[Slice]:
        """What is left to read once a page is stored: nothing, the slice itself, or its pieces."""
        if page.next is None or self.way.is_last(part, page):
            return []
        if not first or part.kind is not SliceKind.BACKFILL:
            return [part]
        pieces = list(self.way.cut(part, page, number=self._last_number + 1))
        self._last_number += len(pieces)
        return pieces

    def _progress(self, part: Slice, following: Sequence[Slice]) -> Progress:
        """What is true once the slice's page is stored."""
        ended = () if part in following else (part.number,)
        self._open.difference_update(ended)
        self._open.update(each.number for each in following)
        if not self._open:
            return replace(self.courier.completed(part.newest), ended=ended)
        return Progress(stream=part.stream, slices=tuple(following), ended=ended)


async def left_open(courier: Courier) -> list[Slice]:
    """The slices that an earlier run left open, as a new run may go on with them."""
    name = courier.stream.name
    found = await courier.writer.ask(lambda warehouse: warehouse.open_slices(name))
    return [_resumable(part) for part in found]


def _resumable(part: Slice) -> Slice:
    """In another API version increments may come in another order, so they start at their first page."""
    return part if part.kind is SliceKind.BACKFILL else replace(part, page_token=None)
