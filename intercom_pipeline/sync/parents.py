"""How streams are read that have no listing of their own: by a request for each record of another stream."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from functools import partial

import msgspec

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.errors import InvalidRequest, NotFound, Retryable
from intercom_pipeline.intercom.paging import Page, search_pages
from intercom_pipeline.intercom.search import Filter, Search
from intercom_pipeline.sync.delivery import Courier
from intercom_pipeline.sync.heads import head_of, with_fields
from intercom_pipeline.sync.listing import ListUnsteady, pages_of, walk_until_steady
from intercom_pipeline.sync.stream import Listing, Paging, Parent
from intercom_pipeline.warehouse.progress import Progress
from intercom_pipeline.warehouse.table import PARENT, Table

_AT_ONCE = 160
"""Parents asked for at once, as many as details (see `delivery`)."""

_CHUNK = 5_000
"""Parents looked up at a time: memory stays flat however many there are."""


class UnknownName(PipelineError):
    """A setting names what the workspace does not have."""


_Asked = tuple[str, int | None]
"""A parent's id, and when its row was written (unix microseconds)."""


async def read_by_parent(courier: Courier, parent: Parent, table: Table | None, names: Sequence[str]) -> None:
    """Ask for each parent's records; what a parent had and has no more is flagged.

    Args:
        courier: Where records go.
        parent: What the stream is asked for by.
        table: The parents' table; None where they are `names`.
        names: What to ask for, where it is a setting.

    Raises:
        UnknownName: A name in the setting means nothing to Intercom; nothing was stored.
    """
    for name in names:
        await _check(courier, name, parent.setting)
    await courier.begin_sighting()
    slots = asyncio.Semaphore(_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        async for asked in _parents(courier, parent, table, names):
            await slots.acquire()
            task = group.create_task(_read_one(courier, asked))
            task.add_done_callback(lambda _: slots.release())
    await courier.store(orphaned_by=table)
    courier.raise_failure()
    await courier.store(progress=courier.completed(None))


async def _check(courier: Courier, name: str, setting: str) -> None:
    path = courier.stream.path.replace("{id}", name)
    try:
        await courier.client.get(path, params={"page": 1, "per_page": 1})
    except (NotFound, InvalidRequest) as error:
        raise UnknownName(
            f"This workspace has no {courier.stream.name} called {name!r}.",
            why=error.why,
            fix=f"Correct INTERCOM_{setting.upper()}: it takes identifiers of types, with commas between.",
        ) from None


async def _parents(
    courier: Courier, parent: Parent, table: Table | None, names: Sequence[str]
) -> AsyncIterator[_Asked]:
    for name in names:
        yield name, None
    found: list[_Asked] = [("", None)] if table else []
    while table and found:
        after = found[-1][0]
        found = await courier.writer.ask(
            lambda warehouse: warehouse.parents(
                courier.stream.name,
                table,
                having=parent.having,
                changed_only=parent.changed_only and not courier.anew,
                after=after,  # noqa: B023 - asked before it changes
                limit=_CHUNK,
            )
        )
        for each in found:
            yield each


async def _read_one(courier: Courier, asked: _Asked) -> None:
    parent_id, _ = asked
    try:
        last = await walk_until_steady(
            courier, partial(_pages, courier, parent_id), partial(_records, courier, parent_id)
        )
    except NotFound:
        # The parent has gone since: a sweep or its own stream will say so.
        return
    except (Retryable, InvalidRequest, ListUnsteady) as error:
        courier.fail(error)
        return
    progress = Progress(stream=courier.stream.name, asked=(asked,))
    await courier.store(last, closes=[parent_id], progress=progress)


def _pages(courier: Courier, parent_id: str) -> AsyncGenerator[Page]:
    stream = courier.stream
    path = stream.path.replace("{id}", parent_id)
    match stream.paging:
        case Paging.SEARCH:
            search = Search(query=Filter("segment_id", "=", parent_id))
            return search_pages(
                courier.client, path, search, records=stream.records, per_page=stream.per_page
            )
        case Paging.TEXT:
            return _text(courier, path)
    return pages_of(courier, Listing(path=path, params=stream.params, records=stream.records))


async def _text(courier: Courier, path: str) -> AsyncGenerator[Page]:
    answer = await courier.client.get(path, accept="text/plain", decode=bytes)
    text = answer.body.decode("utf-8", "replace")
    yield Page(
        records=[msgspec.Raw(msgspec.json.encode({"text": text}))],
        total_count=1,
        next=None,
        bytes=len(answer.body),
    )


def _records(courier: Courier, parent_id: str, page: Page) -> Sequence[msgspec.Raw | bytes]:
    """The records of a page, with their parent's id in them."""
    records: Sequence[msgspec.Raw | bytes] = page.records
    if courier.stream.paging is Paging.SEARCH:
        # Of what a search finds only the id is kept: the rest is another stream's.
        records = [msgspec.json.encode({"id": head_of(raw).id}) for raw in page.records]
    return [with_fields(each, {PARENT: parent_id}) for each in records]
