"""A sync as plain code sees it: an iterator of progress and results; the work happens in a thread.

An exception or an interrupt in the caller (Dagster, the command line) ends the run at once: what is stored
stays, the rest resumes.
"""

import gc
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from intercom_pipeline import threaded
from intercom_pipeline.intercom.client import connect
from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.sync.catalog import every_table
from intercom_pipeline.sync.engine import Engine
from intercom_pipeline.sync.options import Options
from intercom_pipeline.sync.results import StreamProgress, SyncResult
from intercom_pipeline.sync.stream import Stream, with_history
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.opening import failures, open_warehouse
from intercom_pipeline.warehouse.warehouse import Warehouse

_OBJECTS_BETWEEN_COLLECTIONS = 200_000

Event = list[StreamProgress] | SyncResult
"""What a run tells: how far each stream is, now and then (none while it connects); how each ended, once."""


def run(
    streams: Sequence[Stream], *, connection: Connection, folder: DataFolder, options: Options
) -> Generator[Event, None, None]:
    """Sync streams into a folder, then publish the result for readers.

    Close the iterator (or let an exception through it) to stop early; nothing is published then.

    Raises:
        PipelineError: The run could not begin, or could not be published.
    """
    streams = [with_history(stream, options.history) for stream in streams]
    tables = every_table(options.history)
    # Whoever has everything asked for anew may have more of it stored, too.
    opened = open_warehouse(folder, tables, options.privacy, may_show_more=options.full_refresh)
    with _rare_collections(), opened as warehouse:
        work = _Work(streams, connection, warehouse, options)
        yield from threaded.events(work.events, name="sync", meanwhile=work.progress)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Collect garbage rarely: records come and go by the thousand, none in a cycle (a tenth of the time)."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass(slots=True)
class _Work:
    """A run in its thread."""

    streams: Sequence[Stream]
    connection: Connection
    warehouse: Warehouse
    options: Options
    _engine: Engine | None = None

    async def events(self) -> AsyncGenerator[Event]:
        with failures(self.warehouse.folder):
            async with connect(self.connection) as client:
                self._engine = Engine(client=client, warehouse=self.warehouse, options=self.options)
                async for result in self._engine.sync(self.streams):
                    yield result

    def progress(self) -> Event | None:
        return self._engine.progress() if self._engine else None
