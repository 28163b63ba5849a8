"""In which state a plan is, in a word, and which process sends it now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.replies.ledger.values import SURELY_NOT_APPLIED, Outcome, PlanEntry, Sending
from intercom_pipeline.replies.plan import Plan
from intercom_pipeline.replies.sending.standing import (
    UNCERTAIN,
    Standing,
    standing_of,
    standing_without_plan,
)

if TYPE_CHECKING:
    from intercom_pipeline.replies.ledger.ledger import Ledger
    from intercom_pipeline.replies.ledger.right import Applier


class State(StrEnum):
    """How a plan is, told by what there is to do about it; the first that holds, from the end."""

    FINISHED = "finished"
    """Whatever could be sent was tried; some may have failed or be stale."""
    PLANNED = "planned"
    """Nobody confirmed it yet."""
    STOPPED = "stopped"
    """Nothing sends it now, and some of it is left: a run ended early, or somebody stopped it."""
    EXPIRED = "expired"
    """Some of it is left, and it is over a day old."""
    UNCERTAIN = "uncertain"
    """Somebody has to look: of some it is not known, or they are held."""
    SENDING = "sending"
    """A process sends it now, or looks for what is not known of it."""
    PURGED = "purged"
    """A person in it was purged: nothing of it is sent any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Now:
    """How a plan is at this moment.

    Attributes:
        entry: What the ledger notes of it.
        plan: The plan; None where a person in it was purged.
        standing: How it stands; what a live process is about is counted in it, and no trouble.
        sender: The process that sends now, this plan or another.
        on_its_way: How many steps it has begun, whose outcome it will note.
    """

    entry: PlanEntry
    plan: Plan | None
    standing: Standing
    sender: "Applier | None"
    on_its_way: int

    @property
    def is_being_sent(self) -> bool:
        """Whether it is this plan that is sent now, or resolved."""
        return self.sender is not None and self.sender.plan_id == self.entry.plan_id

    @property
    def needs_a_look(self) -> bool:
        """Whether somebody has to look; not for what a live process is about."""
        return self.count(UNCERTAIN) > 0

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do, nor on its way."""
        return self.standing.is_done and not self.on_its_way

    @property
    def left(self) -> int:
        """In how many conversations something is still to be done, or is being."""
        return self.standing.left + self.standing.then_left + self.on_its_way

    @property
    def exit_code(self) -> Exit:
        """As of a run that ended so."""
        return exit_when(uncertain=self.needs_a_look, done=self.is_done)

    @property
    def state(self) -> State:
        """The word for it."""
        if self.entry.purged:
            return State.PURGED
        if self.is_being_sent:
            return State.SENDING
        if self.needs_a_look:
            return State.UNCERTAIN
        return self._unfinished() if self.left else State.FINISHED

    def _unfinished(self) -> State:
        if datetime.now(UTC) >= self.entry.expires_at:
            return State.EXPIRED
        began = self.entry.confirmed_at or self.entry.stopped_at
        return State.STOPPED if began else State.PLANNED

    def count(self, outcomes: frozenset[Outcome] = SURELY_NOT_APPLIED) -> int:
        """In how many conversations a step has one of these outcomes."""
        found = (each for each in self.standing.troubles if each.outcome in outcomes)
        return len({each.intent.key.conversation_id for each in found})


def exit_of(standing: Standing) -> Exit:
    """The exit code of whoever sends or resolves."""
    return exit_when(uncertain=standing.is_uncertain, done=standing.is_done)


def exit_when(*, uncertain: bool, done: bool) -> Exit:
    """The exit code where somebody has to look first, or all is done, or neither."""
    if uncertain:
        return Exit.UNCERTAIN
    return Exit.OK if done else Exit.PARTIAL


def now_of(plan_id: str, ledger: "Ledger") -> Now:
    """How a plan is, by its whole id.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    entry, sender = ledger.entry(plan_id), ledger.applier()
    if sender is None and Outcome.INTENDED in entry.outcomes:
        sender = ledger.applier()  # It may have begun between the one look and the other.
    return _now(entry, ledger, sender)


def all_now(entries: Sequence[PlanEntry], ledger: "Ledger") -> list[Now]:
    """How these plans are, in their order.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    sender = ledger.applier()
    return [_now(each, ledger, sender) for each in entries]


def _now(entry: PlanEntry, ledger: "Ledger", sender: "Applier | None") -> Now:
    plan = None if entry.purged else ledger.plan(entry.plan_id)
    standing = (
        standing_without_plan(entry.replies, ledger.sendings(entry.plan_id))
        if plan is None
        else standing_of(plan, ledger)
    )
    troubles = tuple(each for each in standing.troubles if not _is_on_its_way(each, sender))
    return Now(
        entry=entry,
        plan=plan,
        standing=replace(standing, troubles=troubles),
        sender=sender,
        on_its_way=len(standing.troubles) - len(troubles),
    )


def _is_on_its_way(sending: Sending, sender: "Applier | None") -> bool:
    """Whether a live process has begun a step; what one before it left is not known."""
    return sender is not None and sending.outcome is Outcome.INTENDED and sending.intended_at >= sender.since
