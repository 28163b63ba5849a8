"""A run of a plan: what all that is in flight shares, and how all of it is brought to an end."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.client import Client
from intercom_pipeline.replies.ledger.values import SURELY_NOT_APPLIED, Outcome, Step
from intercom_pipeline.replies.plan import Plan
from intercom_pipeline.replies.sending.breaker import Breaker
from intercom_pipeline.replies.sending.events import Ended, Ending, Event, Settled
from intercom_pipeline.replies.sending.ledger_thread import LedgerThread, until_done
from intercom_pipeline.replies.sending.order import Order
from intercom_pipeline.replies.sending.pace import Metronome

T = TypeVar("T")

STOPPED = "It was stopped."
PLAN_STOPPED = "The plan was stopped."
EXPIRED = "The plan is a day old now: plan what is left again, in the same campaign."
_MADE_UP_SECONDS = 0.5
"""So much later than the others one may be ready to leave, by a slow answer, without the rate falling."""


@dataclass(kw_only=True, slots=True)
class Run:
    """One run, of one plan, in one event loop.

    Whatever ends it calls `end`: then nothing begins any more, what waits is cancelled, and what may have
    left goes on until its outcome is noted.

    Attributes:
        client: Who asks Intercom.
        ledger: The ledger.
        order: What is sent, and how.
        run_id: What the ledger knows this run by; no other has it.
        again: The outcomes that are tried again.
        allowance: How many replies it may still intend.
        breaker: Counts what goes wrong.
        ending: How it ends; None while it goes on.
        error: What nobody foresaw, to be raised at the end.
    """

    client: Client
    ledger: LedgerThread
    order: Order
    run_id: str
    again: frozenset[Outcome] = SURELY_NOT_APPLIED
    allowance: int = 0
    breaker: Breaker = field(default_factory=Breaker)
    ending: Ended | None = None
    error: Exception | None = None
    _departures: dict[Step, Metronome] = field(default_factory=dict)
    _told: "asyncio.Queue[Event | None]" = field(default_factory=asyncio.Queue)
    _tasks: "set[asyncio.Task[Any]]" = field(default_factory=set)
    _leaving: "set[asyncio.Task[Any]]" = field(default_factory=set)

    @property
    def plan(self) -> Plan:
        """What is sent."""
        return self.order.plan

    def begin(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T | None]":
        """Do something beside the rest; what goes wrong in it ends the run."""
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._is_over)
        # Of a task that is cancelled before it begins, Python would say that its work was never awaited.
        task.add_done_callback(lambda _: work.close())
        return task

    def tell(self, settled: Settled, *, tried: bool = True) -> None:
        """Tell what became of a step; too many that were tried and not sent end the run."""
        self._told.put_nowait(settled)
        if tried:
            self.breaker.note(sent=settled.outcome is Outcome.SENT)
            if self.breaker.tripped:
                self.end(Ending.BROKEN, self.breaker.tripped)

    def end(self, why: Ending, reason: str | None = None) -> None:
        """Let nothing begin any more; who ended it first says why."""
        if self.ending is not None:
            return
        self.ending = Ended(why=why, reason=reason)
        for task in self._tasks - self._leaving - {asyncio.current_task()}:
            task.cancel()

    def fail(self, error: Exception) -> None:
        """End because of an error."""
        if isinstance(error, PipelineError):
            self.end(Ending.BROKEN, " ".join(part for part in (error.what, error.why) if part))
        else:
            self.error = self.error or error
            self.end(Ending.BROKEN, type(error).__name__)

    def leaves(self) -> None:
        """The task that calls this sends now: it is not cancelled any more when the run ends."""
        self._leaving.add(_this_task())

    def stays(self) -> None:
        """Nothing that the task that calls this sent may be on its way any more."""
        self._leaving.discard(_this_task())

    async def departure(self, step: Step) -> None:
        """Wait until the next of these steps may leave: however long some waited, the rate is kept."""
        new = Metronome(per_second=self.order.pace.per_second, slack=_MADE_UP_SECONDS)
        await self._departures.setdefault(step, new).turn()

    def end_if_expired(self) -> None:
        """End once the plan is too old; what is held is tried at any age, as no other plan may send it."""
        if Outcome.HELD not in self.again and datetime.now(UTC) >= self.plan.expires_at:
            self.end(Ending.EXPIRED, EXPIRED)

    async def is_stopped(self) -> bool:
        """Whether nothing more may be sent; who sends asks the ledger for the stop switch."""
        self.end_if_expired()
        plan_id = self.plan.plan_id
        # A dry run that looks what resuming would send leaves the plan stopped.
        asks = self.ending is None and not self.order.dry_run
        if asks and await self.ledger.do(lambda ledger: ledger.is_stopped(plan_id)):
            self.end(Ending.STOPPED, PLAN_STOPPED)
        return self.ending is not None

    async def events(self) -> AsyncGenerator[Event]:
        """What is told, until all that was begun is over; who stops listening ends the run."""
        try:
            while self._tasks or not self._told.empty():
                event = await self._told.get()
                if event is not None:
                    yield event
        finally:
            if self._tasks:
                self.end(Ending.STOPPED, STOPPED)
            await until_done(list(self._tasks))
        if self.error is not None:
            raise self.error
        yield self.ending or Ended(why=Ending.COMPLETE)

    async def _guarded(self, work: Coroutine[Any, Any, T]) -> T | None:
        try:
            return await work
        except Exception as error:  # noqa: BLE001 - raised again once all that is in flight is over
            self.fail(error)
            return None

    def _is_over(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        self._leaving.discard(task)
        self._told.put_nowait(None)


def _this_task() -> "asyncio.Task[Any]":
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - for the type checker: every coroutine here runs in one
    return task
