"""The sweep: every id that Intercom lists against every row, to find what was deleted, merged or archived.

Lists and searches may pass a record over, so none is flagged for missing from them alone: each is asked for
by its id, and the answer tells what became of it. All flags change in one transaction at the end; a sweep
that was interrupted changes none.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.client import Response
from intercom_pipeline.intercom.errors import IntercomError
from intercom_pipeline.intercom.paging import search_pages
from intercom_pipeline.intercom.search import Filter, Search
from intercom_pipeline.sync.delivery import Courier
from intercom_pipeline.sync.heads import head_of
from intercom_pipeline.sync.listing import walk_newest_first
from intercom_pipeline.sync.plan import Terms
from intercom_pipeline.sync.searching import read_all
from intercom_pipeline.sync.stream import Paging, Replication, Stream
from intercom_pipeline.sync.verdicts import asked_by_id
from intercom_pipeline.warehouse.gone import ARCHIVED, Gone

MOST_SHARE = 0.1
"""The part of the known rows that a sweep flags without being told that it may flag more."""

_WORTH_ASKING = 1_000
"""Records that are asked for by id however few rows there are: most of them may be there after all."""

_AT_ONCE = 64


class SweepRefused(PipelineError):
    """So many records are missing that something else may be wrong; nothing was flagged."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """The sweep of one stream.

    Attributes:
        courier: The stream's courier.
        terms: This run's terms.
        allow_many: Flag however many are missing.
    """

    courier: Courier
    terms: Terms
    allow_many: bool = False

    async def run(self) -> None:
        """Meet every record there is, store those that changed, and flag what is gone.

        Raises:
            SweepRefused: Over `MOST_SHARE` of the known rows are missing.
        """
        courier = self.courier
        courier.only_changed = True
        await courier.begin_sighting()
        if courier.stream.paging is Paging.SEARCH:
            await read_all(courier, self.terms)
        else:
            await walk_newest_first(courier, floor=None)
        most = await self._most()
        gone = await self._verdicts(await self._missing(most))
        if len(gone) > most:
            raise self._refused()
        await courier.store(gone=gone)
        # What could not be had leaves the others their verdicts, and is told.
        courier.raise_failure()

    async def _missing(self, most: int) -> list[str]:
        """The ids of the rows that were not met; each is asked for, so there must not be too many.

        Raises:
            SweepRefused: There are.
        """
        table, limit = self.courier.stream.table, max(most, _WORTH_ASKING)
        missing = await self.courier.writer.ask(
            lambda warehouse: warehouse.not_sighted(table, limit=limit + 1)
        )
        if len(missing) > limit:
            raise self._refused()
        return missing

    async def _most(self) -> int:
        """How many rows may be flagged; one always may, however few there are."""
        table = self.courier.stream.table
        known = await self.courier.writer.ask(lambda warehouse: warehouse.count(table))
        return known if self.allow_many else max(int(known * MOST_SHARE), 1)

    def _refused(self) -> SweepRefused:
        return SweepRefused(
            f"Over {MOST_SHARE:.0%} of the {self.courier.stream.name} stored are missing in Intercom: "
            "none was flagged.",
            why="So many rarely go at once: the token may see less than it did.",
            fix="Look in Intercom; if they are gone indeed, run the sweep again with --allow-many.",
        )

    async def _verdicts(self, missing: Sequence[str]) -> list[Gone]:
        """What became of records, asked for one by one; those that are there after all are left alone."""
        slots = asyncio.Semaphore(_AT_ONCE)

        async def verdict(record_id: str) -> Gone | None:
            async with slots:
                try:
                    return await self._verdict(record_id)
                except IntercomError as error:
                    self.courier.fail(error)
                    return None

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(verdict(record_id)) for record_id in missing]
        return [gone for task in tasks if (gone := task.result()) is not None]

    async def _verdict(self, record_id: str) -> Gone | None:
        stream = self.courier.stream
        answer = await asked_by_id(self.courier.client, stream, record_id)
        if isinstance(answer, Gone):
            return answer
        if not stream.can_archive or self._may_be_found_later(answer) or await self._is_found(record_id):
            return None
        return Gone(key=record_id, reason=ARCHIVED)

    def _may_be_found_later(self, answer: Response[bytes]) -> bool:
        """Whether a record changed so lately that searches may not find it yet."""
        try:
            now = parsedate_to_datetime(answer.headers["date"]).timestamp()
        except (KeyError, ValueError):
            return True
        head = head_of(answer.content)
        return max(head.updated_at or 0, head.created_at) > now - self.terms.lookback

    async def _is_found(self, record_id: str) -> bool:
        """Whether a search finds a record that is there: it does not find one that is archived."""
        stream = self.courier.stream
        search = Search(query=Filter("id", "=", record_id))
        async for page in search_pages(self.courier.client, stream.path, search, records=stream.records):
            return any(head_of(raw).id == record_id for raw in page.records)
        return False


def can_be_swept(stream: Stream) -> bool:
    """Whether a sweep finds more than a sync does; a stream that is read whole needs none."""
    read_in_part = stream.replication in {Replication.INCREMENTAL, Replication.NEWEST_FIRST}
    return read_in_part and bool(stream.detail or stream.single)
