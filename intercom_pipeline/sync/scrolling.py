"""How companies are read: by the scroll, which gives any number of them but one reader at a time."""

import asyncio

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.errors import InvalidRequest, NotFound, Retryable
from intercom_pipeline.intercom.paging import numbered_pages, scroll_pages
from intercom_pipeline.sync.delivery import Courier
from intercom_pipeline.sync.listing import Walk

_STARTS = 5
"""How often a scroll is begun at most: an error of the server's ends it."""

_TAKEN = "scroll_exists"

_LISTED_AT_MOST = 10_000
"""Companies that the list gives; it refuses what lies beyond."""

_PER_PAGE = 50
"""Divides the list's bound, or else its last page would lie beyond."""


class ScrollTaken(PipelineError):
    """Another app scrolls over the companies, and does not come to an end."""


async def read_by_scroll(courier: Courier) -> None:
    """Read all companies; what is missing has vanished.

    While another reader has the scroll, the list is read instead, as long as it gives all there are; beyond
    that the scroll is waited for.

    Raises:
        ScrollTaken: Another reader kept the scroll.
        Retryable: The scroll failed again and again.
    """
    await courier.begin_sighting()
    for start in range(1, _STARTS + 1):
        try:
            await _scroll(courier)
            break
        except InvalidRequest as error:
            if error.failure.code != _TAKEN:
                raise
            if await _list(courier):
                break
            if start == _STARTS:
                raise ScrollTaken(
                    "Another app is reading all companies of this workspace, and only one can at a time.",
                    why=f"It has kept the scroll; the list, which could be read instead, ends at "
                    f"{_LISTED_AT_MOST:,} companies.",
                    fix="Run it again later; the other streams are not concerned.",
                ) from None
            # A scroll that nobody reads lives for a minute.
            await asyncio.sleep(2 * courier.client.connection.patience.wait_max)
        except (Retryable, NotFound):
            # The scroll is dead, and with it the place in it.
            if start == _STARTS:
                raise
    await courier.store(closes=[None], progress=courier.completed(None))


async def _scroll(courier: Courier) -> None:
    stream = courier.stream
    async for page in scroll_pages(courier.client, stream.path, records=stream.records):
        courier.count(page)
        await courier.store(page.records)


async def _list(courier: Courier) -> bool:
    """Read the list in the scroll's place; False where it did not give all there are.

    It gives 10,000 at most, and a company that is used or deleted meanwhile moves others out of sight.
    """
    [listing] = courier.stream.besides
    pages = numbered_pages(
        courier.client, listing.path, records=listing.records, per_page=_PER_PAGE, by_post=True
    )
    walk = Walk()
    async for page in pages:
        if (page.total_count or 0) > _LISTED_AT_MOST:
            return False
        walk.add(page)
        courier.count(page)
        await courier.store(page.records)
    return walk.steady
