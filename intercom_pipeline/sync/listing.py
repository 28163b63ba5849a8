"""How streams that cannot be searched are read: whole, or newest first down to the bookmark."""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from math import inf

import msgspec

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.paging import Page, cursor_pages, numbered_pages, single_page
from intercom_pipeline.intercom.versions import at_least
from intercom_pipeline.sync.delivery import Courier
from intercom_pipeline.sync.heads import head_of, name_of, newest_update, reaches, with_fields
from intercom_pipeline.sync.stream import Listing, Paging, Stream

WALKS = 3
"""How often a list is walked at most when records moved out of sight between two pages."""


class ListUnsteady(PipelineError):
    """A list changed under every attempt to read it."""


async def read_whole(courier: Courier) -> None:
    """Read all that a stream's listings give; what is missing from them has vanished.

    Raises:
        ListUnsteady: Records kept vanishing from a list, so that others may have been passed over.
    """
    await courier.begin_sighting()
    last: Sequence[msgspec.Raw | bytes] = ()
    for listing in _listings(courier.stream, courier.client.connection.version):
        await courier.store(last)
        last = await walk_until_steady(
            courier, partial(pages_of, courier, listing), partial(_completed, adds=listing.adds)
        )
    # What came last is stored with the verdict on what did not come: short lists change in one transaction.
    await courier.store(last, closes=[None], progress=courier.completed(None))


def _listings(stream: Stream, version: str) -> Iterator[Listing]:
    yield listing_of(stream)
    for listing in stream.besides:
        ended = listing.before and at_least(version, listing.before)
        if at_least(version, listing.since) and not ended:
            yield listing


def listing_of(stream: Stream) -> Listing:
    """The stream's own listing."""
    return Listing(path=stream.path, params=stream.params, records=stream.records)


async def walk_until_steady(
    courier: Courier,
    pages: Callable[[], AsyncGenerator[Page]],
    records: Callable[[Page], Sequence[msgspec.Raw | bytes]],
) -> Sequence[msgspec.Raw | bytes]:
    """Walk a list until nothing can have been passed over, and store its records but for the last page's.

    Args:
        courier: Where records go.
        pages: Begins a walk.
        records: The records of a page as they are stored.

    Returns:
        The records of the last page, which are to be stored with the verdict on what was not met.

    Raises:
        ListUnsteady: The list kept changing.
    """
    before = frozenset[str]()
    for _ in range(WALKS):
        last: Sequence[msgspec.Raw | bytes] = ()
        walk = Walk(before=before)
        async with aclosing(pages()) as walked:
            async for page in walked:
                await courier.store(last)
                courier.count(page)
                walk.add(page)
                last = records(page)
        # A search goes on from the last record it gave, and so passes over none.
        if walk.steady or courier.stream.paging is Paging.SEARCH:
            return last
        before = walk.seen
    raise unsteady(courier.stream)


def _completed(page: Page, *, adds: Sequence[tuple[str, str]]) -> Sequence[msgspec.Raw | bytes]:
    """The records of a page with what they lack."""
    return [
        with_fields(raw, {key: text.replace("{name}", name_of(raw)) for key, text in adds})
        for raw in page.records
    ]


def pages_of(courier: Courier, listing: Listing) -> AsyncGenerator[Page]:
    """The pages of a listing, in the way the stream's are handed out."""
    stream, path, records, params = courier.stream, listing.path, listing.records, dict(listing.params)
    match stream.paging:
        case Paging.SINGLE:
            return single_page(courier.client, path, records=records, params=params)
        case Paging.CURSOR:
            return cursor_pages(
                courier.client, path, records=records, params=params, per_page=stream.per_page
            )
    return numbered_pages(courier.client, path, records=records, params=params, per_page=stream.per_page)


async def read_newest_first(courier: Courier, *, lookback: int) -> None:
    """Walk a list, newest first, down to `lookback` seconds before the bookmark.

    Raises:
        ListUnsteady: Records kept vanishing from it, so that others may have been passed over.
    """
    known, bookmark = await courier.bookmark()
    floor = (bookmark or 0) - lookback if known else None
    await courier.settle()
    newest, walk = bookmark, Walk()
    for _ in range(WALKS):
        newest, walk = await walk_newest_first(courier, floor=floor, newest=newest, before=walk.seen)
        if walk.steady:
            courier.raise_failure()
            await courier.store(progress=courier.completed(newest))
            return
    raise unsteady(courier.stream)


async def walk_newest_first(
    courier: Courier, *, floor: int | None, newest: int | None = None, before: frozenset[str] = frozenset()
) -> tuple[int | None, "Walk"]:
    """Walk the list once; gives the newest cursor value met, and the walk.

    Args:
        courier: Where pages go.
        floor: Where to stop (unix seconds); None at the end of the list.
        newest: The newest cursor value known before.
        before: The ids met by the walk before this one.
    """
    stream, walk = courier.stream, Walk(before=before)
    async for page in pages_of(courier, listing_of(stream)):
        newest = newest_update(page.records, newest)
        walk.add(page)
        await courier.deliver(page)
        if floor is not None and walk.falling and reaches(page.records, floor):
            walk.stopped = True
            break
    return newest, walk


@dataclass(slots=True)
class Walk:
    """One way through a list, and whether records may have been passed over.

    A record that is deleted moves all later ones up, and one of them out of sight: then the list's count has
    fallen, or is higher than what was met. (A record that is new moves others down, into sight again. Where
    two walks in a row meet the same, the count is wrong.)

    Attributes:
        before: The ids met by the walk before this one.
        stopped: Whether it ended before the list did.
        falling: Whether cursor values have only fallen so far, as they do in a list that is newest first.
    """

    before: frozenset[str] = frozenset()
    stopped: bool = False
    falling: bool = True
    _totals: list[int] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _lowest: float = inf

    def add(self, page: Page) -> None:
        """Go on by a page."""
        if page.total_count is not None:
            self._totals.append(page.total_count)
        for head in map(head_of, page.records):
            self._seen.add(head.id)
            if head.updated_at is not None:
                self.falling &= head.updated_at <= self._lowest
                self._lowest = head.updated_at

    @property
    def seen(self) -> frozenset[str]:
        """The ids that were met."""
        return frozenset(self._seen)

    @property
    def steady(self) -> bool:
        """Whether nothing can have been passed over."""
        if self._totals != sorted(self._totals):
            return False
        complete = not self._totals or len(self._seen) >= self._totals[0]
        return self.stopped or complete or self._seen == self.before


def unsteady(stream: Stream) -> ListUnsteady:
    """The error for a list that kept changing."""
    return ListUnsteady(
        f"The list of {stream.name} kept changing while it was read.",
        why="Records that are deleted meanwhile move others out of sight.",
        fix="Run it again; what was read is kept.",
    )
