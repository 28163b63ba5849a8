"""A sync as plain code sees it: an iterator of progress and results; the work happens in a thread.

The thread has the event loop. So the caller (Dagster, the command line) may take its time with each result,
and an exception or an interrupt in the caller ends the run at once: what is stored stays, the rest resumes.
"""

import asyncio
import gc
import queue
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

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

_TICK_SECONDS = 0.25
_OBJECTS_BETWEEN_COLLECTIONS = 200_000

Event = list[StreamProgress] | SyncResult
"""What a run tells: how far each stream is, now and then; and how each ended, once."""


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
        yield from _Work(streams, connection, warehouse, options).events()


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
    _told: "queue.SimpleQueue[SyncResult | BaseException | None]" = field(default_factory=queue.SimpleQueue)
    _engine: Engine | None = None
    _stopped: bool = False
    _loop: asyncio.AbstractEventLoop | None = None
    _task: "asyncio.Task[None] | None" = None

    def events(self) -> Iterator[Event]:
        thread = threading.Thread(target=self._run, name="sync")
        try:
            # An interrupt may come through while it waits for the thread, which begins all the same.
            thread.start()
            yield from self._until_done()
        finally:
            self._stop()
            # One that is not alive yet finds, when it is, that it was stopped.
            if thread.is_alive():
                thread.join()

    def _until_done(self) -> Iterator[Event]:
        while True:
            try:
                told = self._told.get(timeout=_TICK_SECONDS)
            except queue.Empty:
                if self._engine:
                    yield self._engine.progress()
                continue
            if told is None:
                return
            if isinstance(told, BaseException):
                raise told
            yield told

    def _run(self) -> None:
        try:
            asyncio.run(self._sync())
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._told.put(error)
        else:
            self._told.put(None)

    async def _sync(self) -> None:
        self._task = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        if self._stopped:
            return
        with failures(self.warehouse.folder):
            async with connect(self.connection) as client:
                self._engine = Engine(client=client, warehouse=self.warehouse, options=self.options)
                async for result in self._engine.sync(self.streams):
                    self._told.put(result)

    def _stop(self) -> None:
        """Cancel what is still running, or keep it from beginning."""
        self._stopped = True
        if self._loop and self._task:
            with suppress(RuntimeError):  # the loop is closed: the run has ended by itself
                self._loop.call_soon_threadsafe(self._task.cancel)
