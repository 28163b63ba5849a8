"""How streams that cannot be searched are read: whole, or newest first down to the bookmark."""

from intercom_pipeline.intercom.paging import numbered_pages, single_page
from intercom_pipeline.sync.delivery import Courier
from intercom_pipeline.sync.heads import head_of, newest_update, oldest_update

_WALKS = 3
"""How often a list is walked at most when records moved out of sight between two pages."""


async def read_whole(courier: Courier) -> None:
    """Read a listing that is given in one response; what is missing from it has vanished."""
    stream = courier.stream
    params = dict(stream.params)
    async for page in single_page(courier.client, stream.path, records=stream.records, params=params):
        courier.count(page)
        await courier.store(page.records, complete=True, progress=courier.completed(None))


async def read_newest_first(courier: Courier, *, lookback: int) -> None:
    """Walk a list, newest first, down to `lookback` seconds before the bookmark."""
    known, bookmark = await courier.bookmark()
    floor = (bookmark or 0) - lookback if known else None
    newest, seen = bookmark, set[str]()
    for _ in range(_WALKS):
        newest = await _walk(courier, floor=floor, newest=newest, seen=seen)
        # A record that is deleted meanwhile moves all later ones up, and one of them out of sight.
        if floor is not None or len(seen) >= (courier.expected or 0):
            break
    await courier.store(progress=courier.completed(newest))


async def _walk(courier: Courier, *, floor: int | None, newest: int | None, seen: set[str]) -> int | None:
    """Walk the list once; returns the newest `updated_at` met (unix seconds)."""
    stream = courier.stream
    pages = numbered_pages(courier.client, stream.path, records=stream.records, per_page=stream.per_page)
    async for page in pages:
        newest = newest_update(page.records, newest)
        seen.update(head_of(raw).id for raw in page.records)
        await courier.deliver(page)
        if floor is not None and oldest_update(page.records) < floor:
            break
    return newest
