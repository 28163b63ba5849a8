"""How a log is read: by time, newest first, in windows that never change once they have passed."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from intercom_pipeline.intercom.paging import Page, numbered_pages
from intercom_pipeline.sync.delivery import Courier
from intercom_pipeline.sync.heads import last_created
from intercom_pipeline.sync.plan import FIRST_MOMENT, MOST_PIECES, PAGES_A_SLICE, Bounds, Terms, even_bounds
from intercom_pipeline.sync.slices import Slices, left_open
from intercom_pipeline.warehouse.progress import Slice, SliceKind


async def read_log(courier: Courier, terms: Terms) -> None:
    """Resume what an earlier run left open, or read everything; then what was logged since."""
    known, _ = await courier.bookmark()
    parts = await left_open(courier)
    if not parts and not known:
        parts = [await _everything(courier)]
    if parts:
        await Slices(courier, LogWay(courier)).read(parts)
    _, bookmark = await courier.bookmark()
    lower = max((bookmark or 0) - terms.lookback, FIRST_MOMENT)
    name, kind = courier.stream.name, SliceKind.INCREMENTAL
    part = Slice(stream=name, number=1, kind=kind, lower=lower, newest=bookmark)
    await Slices(courier, LogWay(courier)).read([part])


async def read_logged_within(courier: Courier, bounds: Bounds) -> None:
    """Read what was logged within bounds anew; what else is known of the stream stays as it is."""
    lower, upper = max(bounds.since or 0, FIRST_MOMENT), bounds.until and bounds.until - 1
    part = Slice(stream=courier.stream.name, number=1, kind=SliceKind.BACKFILL, lower=lower, upper=upper)
    await Slices(courier, LogWay(courier), stored=False).read([part])


async def _everything(courier: Courier) -> Slice:
    """The slice of all entries up to the newest there is now, which becomes the bookmark."""
    name, kind = courier.stream.name, SliceKind.BACKFILL
    newest, part = None, Slice(stream=name, number=1, kind=kind, lower=FIRST_MOMENT)
    async with aclosing(LogWay(courier).pages(part)) as pages:
        async for page in pages:
            newest = last_created(page.records) or None
            break
    return replace(part, upper=newest, newest=newest)


@dataclass(frozen=True, slots=True)
class LogWay:
    """Slices asked for by the time that entries were logged at."""

    courier: Courier

    def pages(self, part: Slice) -> AsyncGenerator[Page]:
        """The pages of a slice, newest first, from its page number on."""
        stream = self.courier.stream
        # Whether the bounds count as within is not described: a second more on either side costs nothing.
        before = {} if part.upper is None else {"created_at_before": part.upper + 1}
        return numbered_pages(
            self.courier.client,
            stream.path,
            records=stream.records,
            params={"created_at_after": part.lower - 1, **before},
            start=int(part.page_token or 1),
            per_page=stream.per_page,
        )

    def newest(self, page: Page, known: int | None) -> int | None:
        """The newest `created_at` of a page and what was known before (unix seconds)."""
        return max(last_created(page.records), known or 0) or None

    def is_last(self, part: Slice, page: Page) -> bool:  # noqa: ARG002 - a way has to say
        """Never: the bounds are Intercom's to keep."""
        return False

    def cut(self, part: Slice, page: Page, *, number: int) -> Sequence[Slice]:
        """The pieces of a slice that is long, equally long each, which can be read at once."""
        pages = page.total_pages or 0
        pieces = min(MOST_PIECES, pages // PAGES_A_SLICE)
        bounds = (
            even_bounds(part.lower, part.upper or last_created(page.records), pieces) if pieces > 1 else []
        )
        uppers = [*(bound - 1 for bound in bounds[1:]), part.upper]
        return [
            replace(part, number=number + place, lower=lower, upper=upper, page_token=None)
            for place, (lower, upper) in enumerate(zip(bounds, uppers, strict=False))
        ] or [part]
