"""Records asked for by id, many at once: by search, and one by one what a search does not find."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from intercom_pipeline.intercom.bodies import BodyInvalid, decoded
from intercom_pipeline.intercom.client import Client
from intercom_pipeline.intercom.errors import InvalidRequest, NotFound
from intercom_pipeline.intercom.paging import search_pages
from intercom_pipeline.intercom.search import MOST_FILTERS, Filter, Search

A_SEARCH: Final = 150
"""How many ids a search names: as many as a page of it holds."""
AT_ONCE: Final = 16
"""How many requests run at once: a page of conversations takes about a megabyte."""

T = TypeVar("T")
U = TypeVar("U")
Record = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finder(Generic[T]):
    """Finds the records of one kind.

    Attributes:
        client: Whom to ask.
        path: Where the records are: /conversations or /contacts.
        records: Under which name a search lists them.
        keep: What is kept of a record, which may be odd in any way.
    """

    client: Client
    path: str
    records: str
    keep: Callable[[Record], T]

    async def find(self, ids: Sequence[str]) -> dict[str, T]:
        """What is kept of each record by id; those that are not there are missing.

        Raises:
            IntercomError: Intercom could not be asked.
        """
        found: dict[str, T] = {}
        for some in await _each(_batches(ids, A_SEARCH), self._searched):
            found |= some
        # "It may not appear in the response. This delay can take a few minutes" (POST /contacts/search).
        missing = [each for each in ids if each not in found]
        for some in await _each(missing, self._got):
            found |= some
        return found

    async def _searched(self, ids: Sequence[str]) -> dict[str, T]:
        try:
            return await self._search(ids)
        except InvalidRequest:
            # "IN: shortcut for OR queries", and an OR has at most 15 filters; so far nobody counts them.
            batches = _batches(ids, MOST_FILTERS) if len(ids) > MOST_FILTERS else []
        found: dict[str, T] = {}
        for batch in batches:
            found |= await self._searched(batch)
        return found

    async def _search(self, ids: Sequence[str]) -> dict[str, T]:
        search = Search(query=Filter("id", "IN", tuple(ids)))
        pages = search_pages(
            self.client, f"{self.path}/search", search, records=self.records, per_page=len(ids)
        )
        asked, found = frozenset(ids), dict[str, T]()
        async for page in pages:
            records = (record_of(raw) for raw in page.records)
            found |= {key: self.keep(each) for each in records if (key := str(each.get("id"))) in asked}
        return found

    async def _got(self, record_id: str) -> dict[str, T]:
        try:
            answer = await self.client.get(f"{self.path}/{record_id}", decode=_whole_record)
        except NotFound:
            return {}
        return {record_id: self.keep(answer.content)}


def record_of(raw: Any) -> Record:
    """A record of a page; an empty one for what is none."""
    record = decoded(raw)
    return record if isinstance(record, dict) else {}


def _whole_record(body: bytes) -> Record:
    record = decoded(body)
    if not isinstance(record, dict):
        raise BodyInvalid("it is no record")
    return record


def _batches(ids: Sequence[str], size: int) -> list[Sequence[str]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


async def _each(asked: Sequence[T], ask: Callable[[T], Awaitable[U]]) -> list[U]:
    """What each gives, in order; the first error ends all."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(item: T) -> U:
        async with limit:
            return await ask(item)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in asked]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
