"""From a page to the writer: the records themselves, or the details of those that changed."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

import msgspec

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.client import Client
from intercom_pipeline.intercom.errors import InvalidRequest, NotFound, Retryable
from intercom_pipeline.intercom.paging import Page
from intercom_pipeline.sync.heads import Head, head_of
from intercom_pipeline.sync.rests import completed, is_partial
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.sync.verdicts import asked_by_id
from intercom_pipeline.sync.writer import Delivery, Writer
from intercom_pipeline.warehouse.gone import Gone
from intercom_pipeline.warehouse.progress import Progress
from intercom_pipeline.warehouse.table import Table

_DETAILS_AT_ONCE = 160
"""Details of a stream asked for or waiting to be stored: with 1 s of latency, some 150 a second."""


_SETTLING_SECONDS = 5
"""Times are whole seconds: a record may change twice in the one in which it was read."""

_MOST_FAILURES = 20
"""Details of a stream that may fail before it is given up."""

_ID = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(slots=True, kw_only=True)
class Courier:
    """Hands the records of one stream to the writer.

    Attributes:
        stream: The stream.
        client: The run's client, counting into this stream's meter.
        writer: Where records go.
        anew: Ask for every detail, whatever is stored.
        fresh: Nothing was stored before, so that there is nothing to compare with.
        settled_before: Records updated from this second on (unix) may have changed again within it.
        only_changed: Store no record whose stored version is the same.
        sights: Remember which records were met, since what is not met has vanished.
        failures: Why details could not be had; from the first on no progress is stored.
        records: Records seen so far.
        expected: Records there are to see, where Intercom told.
    """

    stream: Stream
    client: Client
    writer: Writer
    anew: bool = False
    fresh: bool = False
    settled_before: float = inf
    only_changed: bool = False
    sights: bool = False
    failures: list[PipelineError] = field(default_factory=list)
    records: int = 0
    expected: int | None = None
    _details: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_DETAILS_AT_ONCE))

    def count(self, page: Page) -> None:
        """Count a page's records."""
        self.records += len(page.records)
        if self.expected is None:
            self.expected = page.total_count

    async def deliver(self, page: Page, progress: Progress | None = None) -> None:
        """Store a page, or the whole of those of its records that changed; then the progress is true."""
        self.count(page)
        records: Sequence[msgspec.Raw] = page.records
        if self.only_changed:
            changed = await self._changed(self._heads(records))
            records = [raw for raw in records if head_of(raw).id in changed]
        partial = [raw for raw in records if is_partial(self.stream, raw)]
        found = await self._fetch(partial)
        await self.store(
            [*_without(records, partial), *(each for each in found if not isinstance(each, Gone))],
            gone=[each for each in found if isinstance(each, Gone)],
            sighted=list(self._heads(page.records)) if self.sights else (),
            progress=None if self.failures else progress,
        )
        await self._flag_elsewhere(page)

    def _heads(self, records: Sequence[msgspec.Raw]) -> dict[str, Head]:
        """The heads of records that can be asked for by id."""
        return {head.id: head for head in map(head_of, records) if _ID.fullmatch(head.id)}

    async def _fetch(self, records: Sequence[msgspec.Raw]) -> list[msgspec.Raw | bytes | Gone]:
        """Fetch the whole of records of which a page gives a part only, where they changed.

        Details, which may be large and many, are stored as they come; what is given back is still to be.
        """
        heads = self._heads(records)
        # What has no id to ask by is at least noted.
        found: list[msgspec.Raw | bytes | Gone] = [raw for raw in records if head_of(raw).id not in heads]
        changed = await self._changed(heads) if heads else set()
        async with asyncio.TaskGroup() as group:
            for raw in records:
                if (record_id := head_of(raw).id) in changed:
                    await self._details.acquire()
                    group.create_task(self._fetch_one(record_id, raw, found))
        return found

    async def _changed(self, heads: Mapping[str, Head]) -> set[str]:
        """The ids of the records whose stored version is another one, or none, or may not be the last."""
        if self.anew or self.fresh:
            return set(heads)
        ids = list(heads)
        stored = await self.writer.ask(lambda warehouse: warehouse.stored_versions(self.stream.table, ids))
        return {
            record_id
            for record_id, head in heads.items()
            if head.updated_at is None
            or head.updated_at >= self.settled_before
            or stored.get(record_id, -1) != head.updated_at
        }

    async def _fetch_one(
        self, record_id: str, raw: msgspec.Raw, found: list[msgspec.Raw | bytes | Gone]
    ) -> None:
        try:
            whole = await self._whole(record_id, raw)
            if not self.stream.detail:
                found.append(whole)
            elif isinstance(whole, Gone):
                # Listed a moment ago, gone now: that is a deletion, not a failure.
                await self.store(gone=[whole])
            else:
                await self.store([whole])
        except (Retryable, InvalidRequest, NotFound) as error:
            self.fail(error)
        finally:
            self._details.release()

    async def _whole(self, record_id: str, raw: msgspec.Raw) -> bytes | Gone:
        if self.stream.detail:
            answer = await asked_by_id(self.client, self.stream, record_id)
            return answer if isinstance(answer, Gone) else bytes(answer.content)
        try:
            return await completed(self.client, self.stream, record_id, raw)
        except NotFound:
            # That one of its lists is not there says nothing of the record.
            answer = await asked_by_id(self.client, self.stream, record_id)
            if isinstance(answer, Gone):
                return answer
            raise

    async def _flag_elsewhere(self, page: Page) -> None:
        """Some records say that those of another stream are gone."""
        if self.stream.tells_gone:
            gone = [Gone(key=record_id) for record_id in self._heads(page.records)]
            table = self.writer.warehouse.table_named(self.stream.tells_gone.name)
            await self.writer.store(Delivery(table=table, gone=gone))

    def fail(self, error: PipelineError) -> None:
        """One that cannot be had does not keep the others away; many say that something else is wrong.

        Raises:
            PipelineError: It is one too many.
        """
        self.failures.append(error)
        if len(self.failures) > _MOST_FAILURES:
            raise error

    def raise_failure(self) -> None:
        """Say at the end which detail could not be had; no progress was stored since.

        Raises:
            PipelineError: One could not.
        """
        if self.failures:
            raise self.failures[0]

    async def store(
        self,
        records: Sequence[msgspec.Raw | bytes] = (),
        *,
        gone: Sequence[Gone] = (),
        sighted: Sequence[str] = (),
        closes: Sequence[str | None] = (),
        orphaned_by: Table | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Store records, what is gone, what was met or wholly read, and progress; see `Delivery`."""
        await self.writer.store(
            Delivery(
                table=self.stream.table,
                records=records,
                gone=gone,
                sight=self.sights,
                sighted=sighted,
                closes=closes,
                may_be_empty=self.anew,
                orphaned_by=orphaned_by,
                progress=progress,
            )
        )

    async def begin_sighting(self) -> None:
        """From here on, remember which records were met."""
        self.sights = True
        await self.writer.ask(lambda warehouse: warehouse.begin_sighting(self.stream.table))

    def completed(self, bookmark: int | None) -> Progress:
        """The progress of a stream that is complete up to a bookmark (unix seconds)."""
        return Progress(stream=self.stream.name, complete=True, bookmark=bookmark)

    async def settle(self) -> None:
        """From here on, what was updated in the last seconds that are stored is asked for again."""
        self.fresh = False
        newest = await self.newest()
        self.settled_before = (newest or 0) - _SETTLING_SECONDS

    async def newest(self) -> int | None:
        """The newest cursor value that is stored (unix seconds); None where nothing is."""
        return await self.writer.ask(lambda warehouse: warehouse.newest(self.stream.table))

    async def bookmark(self) -> tuple[bool, int | None]:
        """Whether the stream was ever synced completely, and its bookmark (unix seconds)."""
        return await self.writer.ask(lambda warehouse: warehouse.bookmark(self.stream.name))


def _without(records: Sequence[msgspec.Raw], others: Sequence[msgspec.Raw]) -> list[msgspec.Raw]:
    left_out = set(map(id, others))
    return [raw for raw in records if id(raw) not in left_out]
