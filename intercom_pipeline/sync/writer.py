"""Group commit: whatever waits to be stored when the warehouse is free is stored in one transaction.

A reader hands over a page and waits until it is stored before it asks for the next one. So memory holds at
most one page a slice however slow the disk, a killed sync has to ask again for at most one page a slice, and
batches grow by themselves when many slices are at work.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Self, TypeVar

import msgspec

from intercom_pipeline.warehouse.merge import Changes
from intercom_pipeline.warehouse.progress import Progress
from intercom_pipeline.warehouse.table import Table
from intercom_pipeline.warehouse.warehouse import Batch, Warehouse

T = TypeVar("T")

_MOST_BYTES = 24_000_000
"""Bytes of records merged at once: a bound on memory, not a target."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Records, and the progress that is true once they are stored.

    Attributes:
        table: The table of the stream.
        records: Records as Intercom sent them.
        gone: Ids of records that Intercom says are gone.
        complete: The records are all there are.
        progress: What is true afterwards.
    """

    table: Table
    records: Sequence[msgspec.Raw | bytes] = ()
    gone: Sequence[str] = ()
    complete: bool = False
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
    """Stores deliveries, many at a time, in a thread of its own; use it as a context.

    Attributes:
        warehouse: Where they are stored.
        changes: What changed so far, by table.
    """

    warehouse: Warehouse
    changes: dict[str, Changes] = field(default_factory=dict)
    _waiting: deque[_Waiting] = field(default_factory=deque)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "warehouse"))
    _storing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Wait for the commit at work; what still waits is not stored."""
        for waiting in self._waiting:
            waiting.stored.cancel()
        self._waiting.clear()
        if self._storing:
            await asyncio.wait([self._storing])
        self._thread.shutdown()

    async def ask(self, question: Callable[[Warehouse], T]) -> T:
        """Put a question to the warehouse, between two commits."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, question, self.warehouse)

    async def store(self, delivery: Delivery) -> None:
        """Store a delivery; returns once it is safe.

        Raises:
            duckdb.Error: It was not stored.
        """
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(delivery, stored))
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._store_waiting())
        await stored

    async def _store_waiting(self) -> None:
        while self._waiting:
            # The readers that were just released get a chance to hand over their next pages.
            await asyncio.sleep(0)
            group = self._next_group()
            deliveries = [waiting.delivery for waiting in group]
            try:
                changes = await self.ask(partial(_commit, deliveries=deliveries))
            except Exception as error:  # noqa: BLE001 - handed to those who wait for it
                for waiting in group:
                    _settle(waiting.stored, error)
            else:
                self._add(changes)
                for waiting in group:
                    _settle(waiting.stored)

    def _next_group(self) -> list[_Waiting]:
        """What is merged together: all that waits, up to a bound on memory."""
        group = [self._waiting.popleft()]
        size = group[0].delivery.size
        while self._waiting and size + self._waiting[0].delivery.size <= _MOST_BYTES:
            group.append(self._waiting.popleft())
            size += group[-1].delivery.size
        return group

    def _add(self, changes: dict[str, Changes]) -> None:
        for table, change in changes.items():
            self.changes[table] = self.changes.get(table, Changes()) + change


def _settle(stored: asyncio.Future[None], error: Exception | None = None) -> None:
    """Release the reader that waits, unless it has gone away meanwhile."""
    if stored.done():
        return
    if error:
        stored.set_exception(error)
    else:
        stored.set_result(None)


def _commit(warehouse: Warehouse, deliveries: Sequence[Delivery]) -> dict[str, Changes]:
    """Decode deliveries, merge them by table and commit them. Runs in the writer's thread."""
    batches: dict[str, Batch] = {}
    for delivery in deliveries:
        batch = batches.setdefault(delivery.table.name, Batch(table=delivery.table))
        for record in delivery.records:
            batch.add(record)
        batch.gone |= set(delivery.gone) - batch.rows.keys()
        batch.complete |= delivery.complete
    worth = [batch for batch in batches.values() if batch.rows or batch.gone or batch.complete]
    return warehouse.commit(worth, [delivery.progress for delivery in deliveries if delivery.progress])
