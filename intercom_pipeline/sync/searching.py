"""How streams that can be searched are read: a sliced backfill, then what changed since the bookmark."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from intercom_pipeline.intercom.client import Params
from intercom_pipeline.intercom.paging import Page, search_pages
from intercom_pipeline.intercom.search import Search
from intercom_pipeline.intercom.versions import tells_merge_history
from intercom_pipeline.sync import plan
from intercom_pipeline.sync.delivery import Courier
from intercom_pipeline.sync.heads import last_created, newest_update, reaches
from intercom_pipeline.sync.plan import Bounds, Terms
from intercom_pipeline.sync.slices import Slices, left_open
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.warehouse.progress import Slice, SliceKind


async def read_by_search(courier: Courier, terms: Terms) -> None:
    """Resume what an earlier run left open, or backfill; then catch up with what changed since."""
    way = SearchWay(courier, terms)
    known, _ = await courier.bookmark()
    parts = await left_open(courier)
    if not parts and not known:
        parts = [await _everything(courier, terms)]
        courier.fresh = await courier.newest() is None
    if parts:
        await Slices(courier, way).read(parts)
        courier.raise_failure()
    _, bookmark = await courier.bookmark()
    await courier.settle()
    courier.expected = courier.records or None
    await Slices(courier, way).read([plan.incremental(courier.stream, bookmark=bookmark, terms=terms)])
    courier.raise_failure()


async def read_created_within(courier: Courier, terms: Terms, bounds: Bounds) -> None:
    """Read every record created within bounds anew; what else is known of the stream stays as it is."""
    name, lower = courier.stream.name, bounds.since or 0
    kind = SliceKind.BACKFILL
    part = Slice(stream=name, number=1, kind=kind, lower=lower, upper=bounds.until and bounds.until - 1)
    await Slices(courier, SearchWay(courier, terms), stored=False).read([part])
    courier.raise_failure()


async def read_all(courier: Courier, terms: Terms) -> None:
    """Meet every record there is, without touching the stream's progress."""
    part = await _everything(courier, terms)
    await Slices(courier, SearchWay(courier, terms), stored=False).read([part])


async def _everything(courier: Courier, terms: Terms) -> Slice:
    """The slice of all records. The newest change there is now becomes the bookmark once all are read."""
    newest = None
    search = plan.newest_first(courier.stream)
    async with aclosing(_pages(courier, terms, search, per_page=1)) as pages:
        async for page in pages:
            newest = newest_update(page.records)
            courier.expected = page.total_count
            break
    return Slice(stream=courier.stream.name, number=1, kind=SliceKind.BACKFILL, lower=0, newest=newest)


def _pages(
    courier: Courier, terms: Terms, search: Search, *, start: str | None = None, per_page: int | None = None
) -> AsyncGenerator[Page]:
    stream = courier.stream
    return search_pages(
        courier.client,
        stream.path,
        search,
        records=stream.records,
        params=_params(stream, terms),
        start=start,
        per_page=per_page or stream.per_page,
    )


def _params(stream: Stream, terms: Terms) -> Params:
    """The query parameters of a search; a contact tells from 2.16 on which others were merged into it."""
    with_history = stream.name == "contacts" and tells_merge_history(terms.version)
    return dict(stream.params) | ({"include_merge_history": "true"} if with_history else {})


@dataclass(frozen=True, slots=True)
class SearchWay:
    """Slices asked for by search."""

    courier: Courier
    terms: Terms

    def pages(self, part: Slice) -> AsyncGenerator[Page]:
        """The pages of a slice, from its page token on."""
        search = plan.search_for(self.courier.stream, part, self.terms)
        return _pages(self.courier, self.terms, search, start=part.page_token)

    def newest(self, page: Page, known: int | None) -> int | None:
        """The newest `updated_at` of a page and what was known before (unix seconds)."""
        return newest_update(page.records, known)

    def is_last(self, part: Slice, page: Page) -> bool:
        """Whether the pages come newest first and have passed the slice's lower bound."""
        return plan.stops_early(self.courier.stream, part, self.terms) and reaches(page.records, part.lower)

    def cut(self, part: Slice, page: Page, *, number: int) -> Sequence[Slice]:
        """The pieces of a slice that is long, which can be read at once."""
        left = (page.total_count or 0) - len(page.records)
        reached = last_created(page.records)
        stream = self.courier.stream
        return plan.cut(part, reached=reached, left=left, number=number, stream=stream, terms=self.terms)
