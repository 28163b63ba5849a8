"""How streams that can be searched are read: a sliced backfill, then what changed since the bookmark."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from intercom_pipeline.intercom.errors import InvalidRequest
from intercom_pipeline.intercom.paging import Page, search_pages
from intercom_pipeline.intercom.search import Search
from intercom_pipeline.sync import plan
from intercom_pipeline.sync.delivery import Courier
from intercom_pipeline.sync.heads import last_created, newest_update, reaches
from intercom_pipeline.warehouse.progress import Progress, Slice, SliceKind

_SLICES_AT_ONCE = 96
"""While half of them wait for a commit, the others fetch: at 0.25 s a page that is 128 pages a second."""


async def read_by_search(courier: Courier, terms: plan.Terms) -> None:
    """Resume what an earlier run left open, or backfill; then catch up with what changed since."""
    name = courier.stream.name
    known, _ = await courier.bookmark()
    found = await courier.writer.ask(lambda warehouse: warehouse.open_slices(name))
    left_open = [_resumable(part) for part in found]
    if not left_open and not known:
        left_open = [await _everything(courier)]
    if left_open:
        await _Slices(courier, terms).read(left_open)
        courier.raise_failure()
    _, bookmark = await courier.bookmark()
    await courier.settle()
    courier.expected = courier.records or None
    await _Slices(courier, terms).read([plan.incremental(courier.stream, bookmark=bookmark, terms=terms)])
    courier.raise_failure()


def _resumable(part: Slice) -> Slice:
    """A slice as a new run may go on with it: in another API version increments come in another order."""
    return part if part.kind is SliceKind.BACKFILL else replace(part, page_token=None)


async def _everything(courier: Courier) -> Slice:
    """The slice of all records. The newest change there is now becomes the bookmark once all are read."""
    newest = None
    async with aclosing(_pages(courier, plan.newest_first(courier.stream), per_page=1)) as pages:
        async for page in pages:
            newest = newest_update(page.records)
            courier.expected = page.total_count
            break
    return Slice(stream=courier.stream.name, number=1, kind=SliceKind.BACKFILL, lower=0, newest=newest)


def _pages(
    courier: Courier, search: Search, *, start: str | None = None, per_page: int | None = None
) -> AsyncGenerator[Page]:
    stream = courier.stream
    return search_pages(
        courier.client,
        stream.path,
        search,
        records=stream.records,
        start=start,
        per_page=per_page or stream.per_page,
    )


@dataclass(slots=True)
class _Slices:
    """The open slices of one stream, read at once; the commit that ends the last one moves the bookmark."""

    courier: Courier
    terms: plan.Terms
    _open: set[int] = field(default_factory=set)
    _last_number: int = 0
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_SLICES_AT_ONCE))

    async def read(self, parts: Sequence[Slice]) -> None:
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
        search = plan.search_for(self.courier.stream, part, self.terms)
        async with aclosing(_pages(self.courier, search, start=part.page_token)) as pages:
            async for page in pages:
                first, part = part.page_token is None, _moved(part, page)
                following = self._following(part, page, first=first)
                await self.courier.deliver(page, self._progress(part, following))
                if following != [part]:
                    return following
        return ()

    def _following(self, part: Slice, page: Page, *, first: bool) -> list[Slice]:
        """What is left to read once a page is stored: nothing, the slice itself, or its pieces."""
        stream = self.courier.stream
        early = plan.stops_early(stream, part, self.terms) and reaches(page.records, part.lower)
        if page.next is None or early:
            return []
        if not first or part.kind is not SliceKind.BACKFILL:
            return [part]
        left = (page.total_count or 0) - len(page.records)
        reached = last_created(page.records)
        number = self._last_number + 1
        pieces = plan.cut(part, reached=reached, left=left, number=number, stream=stream, terms=self.terms)
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


def _moved(part: Slice, page: Page) -> Slice:
    """The slice as it stands once the page is stored."""
    newest = part.newest if part.kind is SliceKind.BACKFILL else newest_update(page.records, part.newest)
    token = None if page.next is None else str(page.next)
    return replace(part, page_token=token, newest=newest)
