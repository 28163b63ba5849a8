"""A sandbox, a ledger and plans of replies to its conversations, for tests of applying them."""

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.values import Outcome, Sending, Step
from intercom_pipeline.replies.plan import Plan
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.replies.sending.events import Begun, Ended, Event, Settled
from intercom_pipeline.replies.sending.order import Order
from intercom_pipeline.replies.sending.pace import FASTEST, Pace
from intercom_pipeline.replies.sending.running import run_apply, run_resolve, run_retry
from intercom_pipeline.sandbox import Fault, FaultKind, Sandbox, Sizes
from tests.replies.planned import drafts, planned
from tests.syncing import connection_to

FAST = Pace(per_second=FASTEST)
POST = "POST /conversations/{id}/reply"
THEN = "POST /conversations/{id}/parts"
SIZES = Sizes(
    contacts=40, conversations=200, long_conversations=0, articles=1, companies=1, tickets=0, calls=0
)


def order(plan: Plan, **changes: Any) -> Order:
    """That a plan is sent at the highest rate, unless changed."""
    return replace(Order(plan=plan, pace=FAST, by="test", run_id="1"), **changes)


@dataclass(kw_only=True)
class Told:
    """What a run told, by kind."""

    settled: list[Settled] = field(default_factory=list)
    begun: Begun | None = None
    ended: Ended | None = None

    @classmethod
    def of(cls, events: Iterator[Event]) -> "Told":
        """All that a run tells, to its end."""
        told = cls()
        for event in events:
            match event:
                case Settled():
                    told.settled.append(event)
                case Begun():
                    told.begun = event
                case Ended():
                    told.ended = event
        return told

    @property
    def outcomes(self) -> list[Outcome]:
        """What became of the replies, in the order that was told."""
        return [each.outcome for each in self.settled if each.step is Step.REPLY]


@dataclass(kw_only=True)
class Campaign:
    """What a test has: a sandbox, conversations in it that no other test has, and a ledger in a file.

    Attributes:
        sandbox: The sandbox.
        folder: Where the ledger is.
        ledger: The ledger, open.
        conversations: Ids that were not given out yet.
    """

    sandbox: Sandbox
    folder: Path
    ledger: Ledger
    conversations: Iterator[str]

    @property
    def connection(self) -> Connection:
        """How to reach the sandbox."""
        return connection_to(self.sandbox)

    def plan(self, count: int = 4, **changes: Any) -> Plan:
        """A plan of notes to so many conversations, registered."""
        return self.plan_for(*islice(self.conversations, count), **changes)

    def plan_for(self, *conversation_ids: str, **changes: Any) -> Plan:
        """A plan of notes to these conversations, registered."""
        asked = {"message_type": MessageType.NOTE} | changes
        made = planned(self.sandbox, self.folder, drafts(*conversation_ids), **asked)
        self.ledger.register(made)
        return made

    def apply(self, plan: Plan, **changes: Any) -> Told:
        """Apply a plan to its end."""
        return Told.of(self.begin(plan, **changes))

    def begin(self, plan: Plan, **changes: Any) -> Generator[Event]:
        """Apply a plan, at the highest rate unless changed."""
        return run_apply(order(plan, **changes), connection=self.connection, ledger=self.ledger)

    def resolve(self, plan: Plan, settle_after: timedelta = timedelta(), **changes: Any) -> list[Settled]:
        """Look for what is not known, at once unless a time is given."""
        asked: dict[str, Any] = {"settle_after": settle_after} | changes
        return [*run_resolve(plan, connection=self.connection, ledger=self.ledger, **asked)]

    def retry(self, plan: Plan, outcome: Outcome, *, among: set[str] | None = None, **changes: Any) -> Told:
        """Try again what has this outcome."""
        return Told.of(self.begin_retry(plan, outcome, among=among, **changes))

    def begin_retry(
        self, plan: Plan, outcome: Outcome, *, among: set[str] | None = None, **changes: Any
    ) -> Generator[Event]:
        """Try again what has this outcome, at the highest rate unless changed."""
        ordered = order(plan, **changes)
        return run_retry(ordered, outcome, connection=self.connection, ledger=self.ledger, among=among)

    def fault(self, kind: FaultKind, match: str = POST, **fields: Any) -> None:
        """Let something go wrong with requests."""
        self.sandbox.faults.add(Fault(kind=kind, match=match, **fields))

    @property
    def posts(self) -> int:
        """How many replies were posted."""
        return sum(each.endpoint == POST for each in self.sandbox.requests)

    def known(self, plan: Plan, step: Step = Step.REPLY) -> dict[str, Sending]:
        """What the ledger knows, by conversation."""
        every = [each.conversation_id for each in plan.replies]
        return self.ledger.known(plan.workspace_id, plan.campaign, every, step)

    def counted(self, plan: Plan, step: Step = Step.REPLY) -> dict[Outcome, int]:
        """How many steps have which outcome in the ledger."""
        return dict(Counter(each.outcome for each in self.known(plan, step).values()))

    def said(self, plan: Plan) -> list[int]:
        """How often each of a plan's conversations got its reply, in the plan's order."""
        held = self.sandbox.workspace.collections["conversations"]
        return [
            sum(
                part["body"] == each.body and part["author"]["id"] == plan.admin_id
                for part in held.get(each.conversation_id)["conversation_parts"]["conversation_parts"]
            )
            for each in plan.replies
        ]


@contextmanager
def campaign(sandbox: Sandbox, conversations: Iterator[str], folder: Path) -> Iterator[Campaign]:
    """A new ledger beside a sandbox in which all goes well, until the block ends."""
    sandbox.faults.clear()
    sandbox.requests.reset()
    with open_ledger(None, folder) as ledger:
        yield Campaign(sandbox=sandbox, folder=folder, ledger=ledger, conversations=conversations)
