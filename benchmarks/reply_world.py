"""A workspace, a ledger and plans of replies: what can be done with them, and what must hold."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks.reply_points import Tripwire, WatchedTransport, watched
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.client import Client, connect
from intercom_pipeline.intercom.connection import Connection, Patience, Secret
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.right import Lock
from intercom_pipeline.replies.ledger.values import SURELY_NOT_APPLIED, Outcome, Sending, Step
from intercom_pipeline.replies.plan import Plan, PlannedReply, Then, seen_in
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.replies.sending.events import Event
from intercom_pipeline.sandbox import Workspace
from intercom_pipeline.sandbox.service import Service

CAMPAIGN: Final = "outage"
NOWHERE: Final = "http://127.0.0.1:9"
"""Where a sandbox in the same process is; what would go through a socket is an error."""
LATE_SECONDS: Final = 120.0
_DEADLINE_SECONDS = 5.0
_LONGEST_SECONDS: Final = 3600.0
"""Whatever takes longer, by the event loop's clock, waits for something that never comes."""
# The client waits for the rate limit in real time, which may not be long where time jumps.
QUICK: Final = Patience(attempts=2, wait_initial=0.001, wait_max=0.002, wait_jitter=0.001, wait_unsaid=1e-5)
_AT_LEAST_ONCE: Final = {Outcome.SENT, Outcome.INTENDED, Outcome.UNKNOWN, Outcome.HELD}
"""What the ledger says where a reply was applied; with any other it would be sent again."""

_NO_LOCK: Final = Lock(hold=lambda: nullcontext(enter_result=True), is_held=lambda: False)
Work = Callable[[Client, Ledger], AsyncGenerator[Event, None]]
"""What is done with a plan: a run of it, of a retry, or of resolving."""


@dataclass(kw_only=True, slots=True)
class World:
    """A workspace and who answers in it.

    Attributes:
        workspace: The workspace.
        service: Its server.
        transport: The way to it; a new one for each thing that is done.
        folder: Where the ledger is.
        base_url: Where the server is.
        deadline_seconds: How long a request may take.
        conversation_ids: Whom the campaign is for.
        plans: What was planned, in order.
        left: By which plan a reply is left to which conversation, as a person did not find it there.
        wrong: What must not be, in words.
        lockless: Whether the ledger is on a drive that knows no locks.
    """

    workspace: Workspace
    service: Service
    transport: Callable[[Connection], httpx.AsyncBaseTransport]
    folder: Path
    base_url: str = NOWHERE
    deadline_seconds: float = _DEADLINE_SECONDS
    conversation_ids: Sequence[str] = ()
    plans: list[Plan] = field(default_factory=list)
    left: set[tuple[str, str]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    lockless: bool = False
    _reader: Ledger | None = None

    def now(self) -> datetime:
        """The moment it is there."""
        return datetime.fromtimestamp(self.workspace.clock.now(), UTC)

    def open(self) -> Ledger:
        """The ledger, as a process of its own opens it."""
        ledger = open_ledger(None, self.folder)
        if self.lockless:
            ledger._lock = _NO_LOCK  # noqa: SLF001 - there is no such drive here
        return ledger

    def plan(self, message_type: MessageType, then: Then | None, body: str) -> Plan:
        """Plan to answer all of them as they are now."""
        plan = self.draw_up(message_type, then, body)
        self.register(plan)
        return plan

    def draw_up(self, message_type: MessageType, then: Then | None, body: str) -> Plan:
        """A plan that the ledger does not know yet."""
        replies = tuple(
            PlannedReply(row=f"row {row}", conversation_id=each, body=f"{body} {each}", seen=seen_in(record))
            for row, each in enumerate(self.conversation_ids, 1)
            if (record := self._record(each)) is not None
        )
        plan = Plan(
            campaign=CAMPAIGN,
            created_at=self.now(),
            ledger_id=self._looking().ledger_id,
            workspace_id=str(self.workspace.app()["id_code"]),
            workspace_name=None,
            base_url=self.base_url,
            admin_id=self.admin_id,
            admin_name=None,
            message_type=message_type,
            then=then,
            replies=replies,
        )
        self.plans.append(plan)
        return plan

    def register(self, plan: Plan) -> None:
        """Let the ledger know a plan."""
        self._looking().register(plan)

    @property
    def admin_id(self) -> str:
        """Who answers."""
        return str(next(iter(self.workspace.collections["admins"]))["id"])

    async def do(self, work: Work, wire: Tripwire, *, events: int | None = None) -> None:
        """Do something with a plan, until it is done, crashes, or so many events were told."""
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                await self._do(work, wire, events)
        except TimeoutError:
            if not wire.dead:
                self.wrong.append(f"it never ended, after {', '.join(wire.passed[-5:])}")
        except PipelineError:
            pass
        except BaseException as error:  # noqa: BLE001 - a crash is none, and whatever else is wrong
            if not wire.dead:
                self.wrong.append(f"{type(error).__name__}: {error}")

    async def _do(self, work: Work, wire: Tripwire, events: int | None) -> None:
        connection = Connection(
            token=Secret(self.service.options.token),
            base_url=self.base_url,
            rate_share=1.0,
            timeout_seconds=self.deadline_seconds,
            patience=QUICK,
        )
        with self.open() as ledger:
            async with connect(connection, WatchedTransport(self.transport(connection), wire)) as client:
                told = work(client, watched(ledger, wire))
                try:
                    async for _ in told:
                        if events is not None:
                            events -= 1
                        if events == 0:
                            break
                finally:
                    await told.aclose()

    def known(self) -> dict[str, dict[Step, Sending]]:
        """What the ledger knows of each conversation."""
        workspace_id = self.plans[0].workspace_id
        ledger = self._looking()
        by_step = {step: ledger.known(workspace_id, CAMPAIGN, self.conversation_ids, step) for step in Step}
        return {
            each: {step: known[each] for step, known in by_step.items() if each in known}
            for each in self.conversation_ids
        }

    def outcomes(self) -> Counter[Outcome]:
        """How many steps have which outcome."""
        return Counter(sending.outcome for steps in self.known().values() for sending in steps.values())

    def close(self) -> None:
        """Nobody looks any more."""
        if self._reader is not None:
            self._reader.close()

    def _looking(self) -> Ledger:
        self._reader = self._reader or self.open()
        return self._reader

    def check(self) -> None:
        """Note what is not as it must be at any time."""
        known, applied = self.known(), self.applied()
        for each in self.conversation_ids:
            for step in Step:
                sending, times = known[each].get(step), applied[each, step]
                said = sending.outcome if sending else "nothing"
                if times > 1:
                    self.wrong.append(
                        f"the {step} to {each} was applied {times} times, the ledger says {said}"
                    )
                elif times and said not in _AT_LEAST_ONCE:
                    self.wrong.append(f"the {step} to {each} was applied, the ledger says {said}")
                elif not times and said is Outcome.SENT:
                    self.wrong.append(f"the {step} to {each} was not applied, the ledger says {said}")

    def check_settled(self) -> None:
        """Note what is not as it must be once everything was done that can be."""
        self.check()
        for each, steps in self.known().items():
            reply = steps.get(Step.REPLY)
            if self._record(each) is None:
                continue
            if reply is None or (reply.outcome in SURELY_NOT_APPLIED and not self._may_be_left(each, reply)):
                self.wrong.append(f"{each} was left out: {reply and (reply.outcome, reply.reason)}")
            for step, sending in steps.items():
                if sending.outcome in {Outcome.INTENDED, Outcome.UNKNOWN}:
                    self.wrong.append(f"the {step} to {each} is still {sending.outcome}")

    def _may_be_left(self, conversation_id: str, sending: Sending) -> bool:
        return (sending.intent.plan_id, conversation_id) in self.left or self.is_changed(
            conversation_id, sending
        )

    def is_changed(self, conversation_id: str, sending: Sending) -> bool:
        """Whether a conversation is not what it was when it was planned."""
        plan = next(plan for plan in self.plans if plan.plan_id == sending.intent.plan_id)
        planned = next(each for each in plan.replies if each.conversation_id == conversation_id)
        record = self._record(conversation_id)
        return record is None or seen_in(record) != planned.seen

    def applied(self) -> Counter[tuple[str, Step]]:
        """How often each step was applied to each conversation."""
        writes = self.workspace.records("conversation_writes")
        theirs = (write for write in writes if write["conversation_id"] in self.conversation_ids)
        return Counter((write["conversation_id"], _step_of(write["what"])) for write in theirs)

    def _record(self, conversation_id: str) -> dict[str, Any] | None:
        collection = self.workspace.collections["conversations"]
        return None if conversation_id in collection.gone else dict(collection.get(conversation_id))


def _step_of(what: str) -> Step:
    return Step.REPLY if what in set(MessageType) else Step.THEN
