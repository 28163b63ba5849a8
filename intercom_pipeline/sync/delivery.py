"""From a page to the writer: the records themselves, or the details of those that changed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from intercom_pipeline.intercom.client import Client
from intercom_pipeline.intercom.errors import NotFound
from intercom_pipeline.intercom.paging import Page
from intercom_pipeline.sync.heads import head_of
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.sync.writer import Delivery, Writer
from intercom_pipeline.warehouse.progress import Progress

_DETAILS_AT_ONCE = 160
"""Details of a stream asked for or waiting to be stored: with 1 s of latency, some 150 a second."""


@dataclass(slots=True, kw_only=True)
class Courier:
    """Hands the records of one stream to the writer.

    Attributes:
        stream: The stream.
        client: The run's client, counting into this stream's meter.
        writer: Where records go.
        anew: Ask for every detail, whatever is stored.
        records: Records seen so far.
        expected: Records there are to see, where Intercom told.
    """

    stream: Stream
    client: Client
    writer: Writer
    anew: bool = False
    records: int = 0
    expected: int | None = None
    _details: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_DETAILS_AT_ONCE))

    def count(self, page: Page) -> None:
        """Count a page's records."""
        self.records += len(page.records)
        if self.expected is None:
            self.expected = page.total_count

    async def deliver(self, page: Page, progress: Progress | None = None) -> None:
        """Store a page, or the details of those of its records that changed; then the progress is true."""
        self.count(page)
        if not self.stream.detail:
            await self.store(page.records, progress=progress)
            return
        async with asyncio.TaskGroup() as group:
            for record_id in await self._changed(page):
                await self._details.acquire()
                group.create_task(self._deliver_detail(record_id))
        if progress:
            await self.store(progress=progress)

    async def _changed(self, page: Page) -> set[str]:
        """The ids of the records whose stored version is another one, or none."""
        heads = [head_of(raw) for raw in page.records]
        ids = [head.id for head in heads]
        if self.anew:
            return set(ids)
        stored = await self.writer.ask(lambda warehouse: warehouse.stored_versions(self.stream.table, ids))
        return {head.id for head in heads if stored.get(head.id, -1) != head.updated_at}

    async def _deliver_detail(self, record_id: str) -> None:
        try:
            answer = await self.client.get(self.stream.detail.replace("{id}", record_id))
            await self.store([answer.content])
        except NotFound:
            # Listed a moment ago, gone now: that is a deletion, not a failure.
            await self.store(gone=[record_id])
        finally:
            self._details.release()

    async def store(
        self,
        records: Sequence[msgspec.Raw | bytes] = (),
        *,
        gone: Sequence[str] = (),
        complete: bool = False,
        progress: Progress | None = None,
    ) -> None:
        """Store records (all there are, where `complete`), ids that are gone, and progress."""
        table = self.stream.table
        delivery = Delivery(table=table, records=records, gone=gone, complete=complete, progress=progress)
        await self.writer.store(delivery)

    def completed(self, bookmark: int | None) -> Progress:
        """The progress of a stream that is complete up to a bookmark (unix seconds)."""
        return Progress(stream=self.stream.name, complete=True, bookmark=bookmark)

    async def bookmark(self) -> tuple[bool, int | None]:
        """Whether the stream was ever synced completely, and its bookmark (unix seconds)."""
        return await self.writer.ask(lambda warehouse: warehouse.bookmark(self.stream.name))
