"""Group commit: whatever waits to be stored when the warehouse is free is stored in one transaction.

A reader hands over a page and waits until it is stored before it asks for the next one. So memory holds at
most one page a slice however slow the disk, a killed sync has to ask again for at most one page a slice, and
batches grow by themselves when many slices are at work.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from intercom_pipeline.warehouse.batch import Batch
from intercom_pipeline.warehouse.decode import Line
from intercom_pipeline.warehouse.gone import Gone
from intercom_pipeline.warehouse.merge import Changes
from intercom_pipeline.warehouse.people.sieve import Sieve
from intercom_pipeline.warehouse.progress import Progress
from intercom_pipeline.warehouse.table import Table
from intercom_pipeline.warehouse.warehouse import Warehouse

T = TypeVar("T")

_MOST_BYTES = 24_000_000
"""Bytes of records merged at once: a bound on memory, not a target."""

_WORTHWHILE = 32
"""Deliveries that are decoded while the database is still busy with others."""

_GLANCE_SECONDS = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Records, and the progress that is true once they are stored.

    Attributes:
        table: The table of the stream.
        records: Records as Intercom sent them.
        gone: Records that Intercom says are gone.
        sight: Remember that the records were met, since what is not met has vanished.
        sighted: Keys of further records that were met.
        closes: Parents all of whose rows were met with this; None stands for the whole table.
        may_be_empty: Whether all rows of the table may have vanished.
        orphaned_by: The parents' table, where rows whose parent is gone are to be flagged with it.
        progress: What is true afterwards.
    """

    table: Table
    records: Sequence[msgspec.Raw | bytes] = ()
    gone: Sequence[Gone] = ()
    sight: bool = False
    sighted: Sequence[str] = ()
    closes: Sequence[str | None] = ()
    may_be_empty: bool = False
    orphaned_by: Table | None = None
    progress: Progress | None = None

    @property
    def size(self) -> int:
        """Bytes of records."""
        return sum(memoryview(record).nbytes for record in self.records)


@dataclass(frozen=True, slots=True)
class _Waiting:
    delivery: Delivery
    stored: asyncio.Future[None]


@dataclass(slots=True)
class Writer:
    """Stores deliveries, many at a time; use it as a context.

    While DuckDB merges one group in its thread, another thread decodes the next.

    Attributes:
        warehouse: Where they are stored.
        changes: What changed so far, by table.
    """

    warehouse: Warehouse
    changes: dict[str, Changes] = field(default_factory=dict)
    _waiting: deque[_Waiting] = field(default_factory=deque)
    _decoder: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "decoder"))
    _database: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "database"))
    _names: "count[int]" = field(default_factory=count)
    _at_work: asyncio.Task[None] | None = None
    _committing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Wait for the commit at work; what still waits is not stored."""
        for waiting in self._waiting:
            waiting.stored.cancel()
        self._waiting.clear()
        if self._at_work:
            await asyncio.wait([self._at_work])
        if self._committing:
            await asyncio.wait([self._committing])
        self._decoder.shutdown()
        self._database.shutdown()

    @property
    def changed(self) -> list[str]:
        """The names of the tables whose rows changed so far."""
        return [name for name, each in self.changes.items() if each.inserted or each.updated or each.removed]

    async def ask(self, question: Callable[[Warehouse], T]) -> T:
        """Put a question to the warehouse, between two commits."""
        return await asyncio.get_running_loop().run_in_executor(self._database, question, self.warehouse)

    async def store(self, delivery: Delivery) -> None:
        """Store a delivery; returns once it is safe.

        Raises:
            AllVanished: It would flag every row of a table; it was not stored.
            duckdb.Error: It was not stored.
            OSError: It was not stored.
        """
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(delivery, stored))
        if self._at_work is None or self._at_work.done():
            self._at_work = asyncio.create_task(self._work())
        await stored

    async def _work(self) -> None:
        """Decode group after group, and hand each to the database as soon as that is free."""
        while self._waiting:
            await self._gather()
            if not self._waiting:  # the run was stopped meanwhile
                return
            group = self._next_group()
            try:
                batches = await self._decode([waiting.delivery for waiting in group])
            except Exception as error:  # noqa: BLE001 - handed to those who wait for it
                _settle(group, error)
                continue
            if self._committing:
                await asyncio.wait([self._committing])
            self._committing = asyncio.create_task(self._commit(group, batches))

    async def _gather(self) -> None:
        """While the database is busy, let more come: a commit costs one page nearly what it costs ten."""
        while len(self._waiting) < _WORTHWHILE and self._committing and not self._committing.done():
            await asyncio.wait([self._committing], timeout=_GLANCE_SECONDS)

    async def _decode(self, deliveries: Sequence[Delivery]) -> list[Batch]:
        folder, name = self.warehouse.folder.scratch, str(next(self._names))
        work = partial(_decoded, deliveries, folder, name, self.warehouse.sieve)
        return await asyncio.get_running_loop().run_in_executor(self._decoder, work)

    async def _commit(self, group: Sequence[_Waiting], batches: Sequence[Batch]) -> None:
        """Commit a group; where it cannot be stored, one table after the other, so that only one fails."""
        progress = [waiting.delivery.progress for waiting in group if waiting.delivery.progress]
        tables = {waiting.delivery.table.name for waiting in group}
        try:
            changes = await self.ask(lambda warehouse: warehouse.commit(batches, progress))
        except Exception as error:  # noqa: BLE001 - handed to those who wait for it
            if len(tables) == 1:
                _settle(group, error)
                return
            for table in tables:
                await self._commit(
                    [waiting for waiting in group if waiting.delivery.table.name == table],
                    [batch for batch in batches if batch.table.name == table],
                )
            return
        for table, change in changes.items():
            self.changes[table] = self.changes.get(table, Changes()) + change
        _settle(group)

    def _next_group(self) -> list[_Waiting]:
        """What is merged together: all that waits, up to a bound on memory."""
        group = [self._waiting.popleft()]
        size = group[0].delivery.size
        while self._waiting and size + self._waiting[0].delivery.size <= _MOST_BYTES:
            group.append(self._waiting.popleft())
            size += group[-1].delivery.size
        return group


def _settle(group: Sequence[_Waiting], error: Exception | None = None) -> None:
    """Release the readers that wait, those that have not gone away meanwhile."""
    for waiting in group:
        if waiting.stored.done():
            continue
        if error:
            waiting.stored.set_exception(error)
        else:
            waiting.stored.set_result(None)


def _let_through(delivery: Delivery, sieve: Sieve | None) -> Iterable[Line]:
    """What may be stored of a delivery's records."""
    if sieve is None:
        return delivery.records
    lines = (sieve.line(delivery.table, record) for record in delivery.records)
    return (line for line in lines if line is not None)


def _decoded(deliveries: Sequence[Delivery], folder: Path, name: str, sieve: Sieve | None) -> list[Batch]:
    """Decode deliveries by table, and write them where DuckDB reads them. Runs in the decoder's thread."""
    batches: dict[str, Batch] = {}
    for delivery in deliveries:
        batch = batches.setdefault(delivery.table.name, Batch(table=delivery.table))
        for record in _let_through(delivery, sieve):
            batch.add(record, sight=delivery.sight)
        batch.gone |= {gone.key: gone for gone in delivery.gone if gone.key not in batch.rows}
        batch.sighted.update(delivery.sighted)
        batch.closed.update(delivery.closes)
        batch.may_be_empty |= delivery.may_be_empty
        batch.orphaned_by = delivery.orphaned_by or batch.orphaned_by
    worth = [batch for batch in batches.values() if batch.worth_storing]
    for batch in worth:
        batch.write(folder, name)
    return worth
