"""How streams that cannot be searched are read: whole, or newest first down to the bookmark."""

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.paging import numbered_pages, single_page
from intercom_pipeline.sync.delivery import Courier
from intercom_pipeline.sync.heads import head_of, newest_update, reaches

_WALKS = 3
"""How often a list is walked at most when records moved out of sight between two pages."""


class ListUnsteady(PipelineError):
    """A list changed under every attempt to read it."""


async def read_whole(courier: Courier) -> None:
    """Read a listing that is given in one response; what is missing from it has vanished."""
    stream = courier.stream
    await courier.begin_sighting()
    params = dict(stream.params)
    async for page in single_page(courier.client, stream.path, records=stream.records, params=params):
        courier.count(page)
        await courier.store(page.records)
    await courier.store(closes=[None], progress=courier.completed(None))


async def read_newest_first(courier: Courier, *, lookback: int) -> None:
    """Walk a list, newest first, down to `lookback` seconds before the bookmark.

    Raises:
        ListUnsteady: Records kept vanishing from it, so that others may have been passed over.
    """
    known, bookmark = await courier.bookmark()
    floor = (bookmark or 0) - lookback if known else None
    await courier.settle()
    newest = bookmark
    for _ in range(_WALKS):
        newest, steady = await _walk(courier, floor=floor, newest=newest)
        if steady:
            courier.raise_failure()
            await courier.store(progress=courier.completed(newest))
            return
    raise ListUnsteady(
        f"The list of {courier.stream.name} kept changing while it was read.",
        why="Records that are deleted meanwhile move others out of sight.",
        fix="Run it again; what was read is kept.",
    )


async def _walk(courier: Courier, *, floor: int | None, newest: int | None) -> tuple[int | None, bool]:
    """Walk the list once; gives the newest `updated_at` met and whether nothing vanished meanwhile.

    A record that is deleted moves all later ones up, and one of them out of sight.
    """
    stream = courier.stream
    totals, seen = set[int | None](), set[str]()
    pages = numbered_pages(courier.client, stream.path, records=stream.records, per_page=stream.per_page)
    async for page in pages:
        newest = newest_update(page.records, newest)
        totals.add(page.total_count)
        seen.update(head_of(raw).id for raw in page.records)
        await courier.deliver(page)
        if floor is not None and reaches(page.records, floor):
            return newest, len(totals) == 1
    return newest, len(totals) == 1 and len(seen) >= (totals.pop() or 0)
