"""The ledger of replies: what would be sent, what was, and what became of it."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from intercom_pipeline.replies.ledger import forgetting, plans, right, sendings
from intercom_pipeline.replies.ledger.database import Database
from intercom_pipeline.replies.ledger.errors import conflict
from intercom_pipeline.replies.ledger.right import Applier, Lock, Right
from intercom_pipeline.replies.ledger.values import (
    SURELY_NOT_APPLIED,
    Intent,
    Key,
    Outcome,
    PlanEntry,
    Sending,
    Step,
)
from intercom_pipeline.replies.plan import Plan
from intercom_pipeline.steering import one_line

_SETTLED = frozenset({Outcome.SENT, Outcome.FAILED, Outcome.STALE, Outcome.UNKNOWN})
_MAY_BE_TRIED = SURELY_NOT_APPLIED | {Outcome.HELD}


class Ledger:
    """An open ledger. Its methods block; several threads may call them, one at a time is let in.

    Each raises LedgerError where the database cannot be used; what it wrote is on the disk when it returns.
    A plan is named by its id or the first 8 digits or more of it.

    Attributes:
        ledger_id: Which ledger it is: made up when it was begun, so that one that was lost is told.
        name: What its database is called to people.
    """

    def __init__(
        self, *, database: Database, ledger_id: str, lock: Lock, folder: Path, now: Callable[[], datetime]
    ) -> None:
        self.ledger_id = ledger_id
        self.name = database.name
        self._database = database
        self._lock = lock
        self._folder = folder
        self._now = now
        self._right: Right | None = None

    def __enter__(self) -> Self:
        """It is open already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let the database go."""
        self._database.close()

    def register(self, plan: Plan) -> None:
        """Keep a plan, whole; once more does nothing.

        Raises:
            PlanUnknown: It was made with another ledger.
            LedgerConflict: Its campaign is no text that can be kept.
        """
        plans.check(plan, self.ledger_id, self.name)
        with self._database.writing() as connection:
            plans.register(connection, plan, self._now())

    def plan(self, plan_id: str) -> Plan:
        """A plan as it was registered.

        Raises:
            PlanUnknown: The ledger knows none whose id begins so.
            PlanAmbiguous: It knows several.
            PlanPurged: A person in it was purged.
        """
        with self._database.reading() as connection:
            return plans.load(connection, self._find(connection, plan_id))

    def entry(self, plan_id: str) -> PlanEntry:
        """How a plan stands; one with a purged person, too.

        Raises:
            PlanUnknown: The ledger knows none whose id begins so.
            PlanAmbiguous: It knows several.
        """
        with self._database.reading() as connection:
            return plans.entry(connection, self._find(connection, plan_id))

    def entries(self, *, limit: int = 50, campaign: str | None = None) -> list[PlanEntry]:
        """How the plans stand, the latest first; of one campaign, or of all."""
        with self._database.reading() as connection:
            return plans.entries(connection, limit, campaign)

    def confirm(self, plan_id: str, *, by: str) -> None:
        """Note that somebody confirmed a plan; the first stays."""
        with self._database.writing() as connection:
            found = self._find(connection, plan_id)
            plans.note(connection, found, confirmed_at=self._now(), confirmed_by=one_line(by))

    def stop(self, plan_id: str, *, by: str) -> None:
        """Have nothing more of a plan sent, by whatever process, until it is resumed."""
        with self._database.writing() as connection:
            found = self._find(connection, plan_id)
            plans.note(connection, found, stopped_at=self._now(), stopped_by=one_line(by))

    def resume(self, plan_id: str) -> None:
        """Let a plan that was stopped be applied again."""
        with self._database.writing() as connection:
            plans.resume(connection, self._find(connection, plan_id))

    def is_stopped(self, plan_id: str) -> bool:
        """Whether nothing more of a plan, by its whole id, may be sent: stopped, or a person purged."""
        with self._database.reading() as connection:
            return plans.is_stopped(connection, plan_id, self.name)

    def intend(self, intent: Intent, *, again: Collection[Outcome] = SURELY_NOT_APPLIED) -> bool:
        """Claim a step: True for one caller alone, and on the disk before it is told.

        Args:
            intent: What is about to be done.
            again: Of a step that is known already, the outcomes that may be tried again: failed and stale,
                and held where a person asks for it.

        Raises:
            LedgerLost: Under `only_apply`: the right to send is gone. Nothing more may be sent.
            LedgerConflict: The plan is not registered.
        """
        if not _MAY_BE_TRIED.issuperset(again):
            raise ValueError("what was sent, or may have been, is not tried again")
        with right.holding(self._database, self._right) as connection:
            return sendings.claim(connection, intent, again, self._now())

    def check_intended(self, intent: Intent) -> None:
        """See that what this run intended, and did not send yet, may still be sent.

        Raises:
            LedgerLost: The right to send is gone, or another process took what was intended for lost.
        """
        with right.holding(self._database, self._right) as connection:
            if not sendings.is_intended(connection, intent):
                raise right.lost("Another process has taken over what it intended.")

    def settle(
        self,
        key: Key,
        outcome: Outcome,
        *,
        run_id: str,
        reason: str | None = None,
        part_id: str | None = None,
        request_id: str | None = None,
    ) -> None:
        """Note what became of a step that this run intended: sent, failed, stale or unknown.

        It needs no right to send: what is in flight can be noted when that was lost, on a new connection. To
        note the same once more does nothing.

        Raises:
            LedgerConflict: It is not intended by this run, as where another process marked it unknown.
            LedgerLost: The ledger's file was moved away or replaced: it is noted where nobody may look.
        """
        if outcome not in _SETTLED:
            raise ValueError(f"an intent does not become {outcome}")
        facts = {"reason": reason, "part_id": part_id, "request_id": request_id}

        def note(connection: Connection) -> bool:
            return sendings.settle(connection, key, run_id=run_id, outcome=outcome, now=self._now(), **facts)

        if not right.noted(self._database, note):
            raise conflict(key, outcome, "it is not intended by this run")

    def take_back(self, intent: Intent, before: Sending | None) -> None:
        """Note that what this run intended surely never left: all is as it was `before`.

        Once another process took it for lost it stays as that one noted it. It needs no right to send.

        Raises:
            LedgerLost: The ledger's file was moved away or replaced: it is noted where nobody may look.
        """
        right.noted(self._database, partial(sendings.take_back, intent=intent, before=before))

    def skip(self, intent: Intent, outcome: Outcome = Outcome.STALE, *, reason: str) -> None:
        """Note that a step was not begun; what was applied or may be stays, what is held but for why."""
        if outcome not in _MAY_BE_TRIED:
            raise ValueError(f"what was not begun is not {outcome}")
        with self._database.writing() as connection:
            sendings.skip(connection, intent, outcome, reason, self._now())

    def resolve(self, key: Key, outcome: Outcome, *, reason: str, part_id: str | None = None) -> None:
        """Note what was found out about an unknown step: sent or held; about a held one: sent or stale.

        Raises:
            LedgerConflict: It is another already, which does not turn out to be that.
        """
        if outcome not in sendings.FOUND_OUT:
            raise ValueError(f"what is unknown does not become {outcome}")
        facts = {"reason": reason, "part_id": part_id}
        with self._database.writing() as connection:
            if not sendings.resolve(connection, key, outcome=outcome, now=self._now(), **facts):
                raise conflict(key, outcome, "it is another already")

    def recover(self, run_id: str) -> int:
        """Mark what runs that are gone left intended as unknown; gives how many.

        Args:
            run_id: This run, whose own intents stay.

        Raises:
            LedgerLost: The right to send, under which alone no other run can be going, is not held.
        """
        if self._right is None:
            raise right.lost("It never asked for the right to.")
        with self._database.writing() as connection:
            right.check(connection, self._database, self._right)
            return sendings.recover(connection, run_id, self._now())

    def sendings(self, plan_id: str) -> list[Sending]:
        """The steps that a plan was the last to intend or skip, in that order."""
        with self._database.reading() as connection:
            return sendings.of_plan(connection, self._find(connection, plan_id))

    def known(
        self, workspace_id: str, campaign: str, conversation_ids: Collection[str], step: Step = Step.REPLY
    ) -> dict[str, Sending]:
        """What is known of conversations in a campaign, by their ids; those not begun are missing."""
        with self._database.reading() as connection:
            found = sendings.known(connection, workspace_id, campaign, list(conversation_ids), step)
            return {each.intent.key.conversation_id: each for each in found}

    def all_sendings(self) -> Iterator[Sending]:
        """Every step of every workspace, in the order of keys; one that is added meanwhile may be missing."""
        last: Key | None = None
        while True:
            with self._database.reading() as connection:
                following = sendings.after(connection, last)
            if not following:
                return
            yield from following
            last = following[-1].intent.key

    def applied_since(self, workspace_id: str, moment: datetime) -> int:
        """How many replies of a workspace were intended since then, whatever became of them."""
        with self._database.reading() as connection:
            return sendings.replies_since(connection, workspace_id, moment)

    @contextmanager
    def only_apply(self, plan_id: str) -> Iterator[None]:
        """Be the one process that sends, by this plan; the system lets go for one that dies.

        Raises:
            LedgerBusy: Another process does; it is named.
        """
        if self._right is not None:
            raise right.busy(right.applier(self._database))
        with right.given(self._database, self._lock, plan_id, self._now()) as held:
            self._right = held
            try:
                yield
            finally:
                self._right = None

    def applier(self) -> Applier | None:
        """Who applies a plan now; None where nobody does."""
        return right.applier(self._database) if self._lock.is_held() else None

    def named(self, contact_ids: Collection[str], texts: Collection[str]) -> int:
        """How many replies of plans `forget` would empty."""
        with self._database.reading() as connection:
            return forgetting.count(connection, contact_ids, texts)

    def forget(self, contact_ids: Collection[str], texts: Collection[str]) -> int:
        """Take people out of what is kept; gives how many replies were emptied.

        What was sent stays known, with its hash. A plan that named them is not applied any more, and its file
        in the ledger's folder is deleted. Of an SQLite ledger no byte about them is left in any file; what
        PostgreSQL keeps in its logs and copies is for those who run it.

        Args:
            contact_ids: The ids of their contacts, as Intercom knows them.
            texts: What names them: names, addresses. Upper and lower case are the same.

        Raises:
            LedgerBusy: Another process reads for too long: call it again.
        """
        return forgetting.forget(self._database, self._folder, contact_ids, texts, self._now())

    def _find(self, connection: Connection, plan_id: str) -> str:
        return plans.find(connection, plan_id, self.name)
