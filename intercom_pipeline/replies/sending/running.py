"""A run of a plan as plain code sees it: an iterator of events; the work happens in a thread.

The thread has the event loop. Closing the iterator, an exception or an interrupt in the caller (Ctrl-C,
Dagster's termination) stops sending at once; what had left is waited for, as long as a request may take, and
its outcome noted.
"""

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Collection, Generator, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from intercom_pipeline.intercom.client import Client, connect
from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.replies.ledger.values import Outcome
from intercom_pipeline.replies.plan import Plan
from intercom_pipeline.replies.sending.applying import apply, retry
from intercom_pipeline.replies.sending.events import Event, Settled
from intercom_pipeline.replies.sending.pace import Pace
from intercom_pipeline.replies.sending.resolving import SETTLE_AFTER, resolve

if TYPE_CHECKING:
    from intercom_pipeline.replies.ledger.ledger import Ledger

E = TypeVar("E")

_TICK_SECONDS = 0.25


def run_apply(
    plan: Plan,
    *,
    connection: Connection,
    ledger: "Ledger",
    pace: Pace,
    by: str,
    run_id: str,
    dry_run: bool = False,
    resume: bool = False,
) -> Generator[Event]:
    """Send what is due of a plan; see `applying.apply`, whose errors it raises."""
    return _events(
        connection,
        lambda client: apply(
            client, ledger, plan, pace=pace, by=by, run_id=run_id, dry_run=dry_run, resume=resume
        ),
    )


def run_retry(
    plan: Plan,
    outcome: Outcome,
    *,
    connection: Connection,
    ledger: "Ledger",
    pace: Pace,
    by: str,
    run_id: str,
    among: Collection[str] | None = None,
    dry_run: bool = False,
    resume: bool = False,
) -> Generator[Event]:
    """Send again what is FAILED or HELD; see `applying.retry`, whose errors it raises."""
    return _events(
        connection,
        lambda client: retry(
            client,
            ledger,
            plan,
            outcome,
            pace=pace,
            by=by,
            run_id=run_id,
            among=among,
            dry_run=dry_run,
            resume=resume,
        ),
    )


def run_resolve(
    plan: Plan,
    *,
    connection: Connection,
    ledger: "Ledger",
    settle_after: timedelta = SETTLE_AFTER,
    dry_run: bool = False,
) -> Generator[Settled]:
    """Look for what is not known; see `resolving.resolve`, whose errors it raises."""
    return _events(
        connection,
        lambda client: resolve(client, ledger, plan, settle_after=settle_after, dry_run=dry_run),
    )


def _events(connection: Connection, begin: Callable[[Client], AsyncGenerator[E]]) -> Generator[E]:
    yield from _Work(connection, begin).events()


@dataclass(slots=True)
class _Work(Generic[E]):
    """What goes on in the thread."""

    connection: Connection
    begin: Callable[[Client], AsyncGenerator[E]]
    _told: "queue.SimpleQueue[E | BaseException | None]" = field(default_factory=queue.SimpleQueue)
    _stopped: bool = False
    _loop: asyncio.AbstractEventLoop | None = None
    _task: "asyncio.Task[None] | None" = None

    def events(self) -> Iterator[E]:
        thread = threading.Thread(target=self._run, name="replies")
        try:
            # An interrupt may come through while it waits for the thread, which begins all the same.
            thread.start()
            yield from self._until_done()
        finally:
            self._stop()
            # One that is not alive yet finds, when it is, that it was stopped.
            if thread.is_alive():
                thread.join()

    def _until_done(self) -> Iterator[E]:
        while True:
            try:
                # A wait without an end would not let an interrupt through on every system.
                told = self._told.get(timeout=_TICK_SECONDS)
            except queue.Empty:
                continue
            if told is None:
                return
            if isinstance(told, BaseException):
                raise told
            yield told

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._told.put(error)
        else:
            self._told.put(None)

    async def _work(self) -> None:
        self._task = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        if self._stopped:
            return
        async with connect(self.connection) as client, aclosing(self.begin(client)) as events:
            async for event in events:
                self._told.put(event)

    def _stop(self) -> None:
        """Cancel what is still running, or keep it from beginning."""
        self._stopped = True
        if self._loop and self._task:
            with suppress(RuntimeError):  # the loop is closed: the run has ended by itself
                self._loop.call_soon_threadsafe(self._task.cancel)
