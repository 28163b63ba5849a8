"""What a run has to do: which steps of which conversations are due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from intercom_pipeline.replies.ledger.values import SURELY_NOT_APPLIED, Outcome, Sending, Step
from intercom_pipeline.replies.plan import Plan, PlannedReply

if TYPE_CHECKING:
    from intercom_pipeline.replies.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What is due for one conversation.

    Attributes:
        planned: Its reply.
        steps: What is due, in this order.
        before: What the ledger knew of its steps.
        taken: The ids of parts of the conversation that replies of other campaigns became.
    """

    planned: PlannedReply
    steps: tuple[Step, ...]
    before: Mapping[Step, Sending] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    @property
    def replies(self) -> bool:
        """Whether the reply itself is due."""
        return Step.REPLY in self.steps

    def was_held(self, step: Step) -> bool:
        """Whether it was looked for in its conversation, which showed nothing of it."""
        return step in self.before and self.before[step].outcome is Outcome.HELD


def due_of(plan: Plan, ledger: "Ledger") -> list[Due]:
    """What applying a plan has to do, in the plan's order.

    Replies that the ledger does not know, or that another plan of the campaign surely did not apply; and what
    follows those that this plan sent. What this plan tried and failed is for `due_again`.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    known = _known(plan, ledger)
    dues = (
        Due(planned=each, steps=_steps(plan, known[each.conversation_id]), before=known[each.conversation_id])
        for each in plan.replies
    )
    return [due for due in dues if due.steps]


def due_again(plan: Plan, ledger: "Ledger", outcome: Outcome) -> list[Due]:
    """What was tried by a plan and has this outcome, in the plan's order; and what follows it.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    known = _known(plan, ledger)
    taken = parts_taken(plan, ledger)
    dues = (
        Due(
            planned=each,
            steps=_steps_again(plan, known[each.conversation_id], outcome),
            before=known[each.conversation_id],
            taken=taken.get(each.conversation_id, frozenset()),
        )
        for each in plan.replies
    )
    return [due for due in dues if due.steps]


def parts_taken(plan: Plan, ledger: "Ledger") -> dict[str, frozenset[str]]:
    """The parts of a plan's conversations that replies became by what the ledger knows, of any campaign.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    ours = {each.conversation_id for each in plan.replies}
    taken: dict[str, frozenset[str]] = {}
    for sending in ledger.all_sendings():
        key = sending.intent.key
        if sending.part_id and key.workspace_id == plan.workspace_id and key.conversation_id in ours:
            taken[key.conversation_id] = taken.get(key.conversation_id, frozenset()) | {sending.part_id}
    return taken


def _known(plan: Plan, ledger: "Ledger") -> dict[str, dict[Step, Sending]]:
    ids = [each.conversation_id for each in plan.replies]
    steps: Sequence[Step] = (Step.REPLY, Step.THEN) if plan.then else (Step.REPLY,)
    by_step = {step: ledger.known(plan.workspace_id, plan.campaign, ids, step) for step in steps}
    return {each: {step: known[each] for step, known in by_step.items() if each in known} for each in ids}


def _steps(plan: Plan, known: Mapping[Step, Sending]) -> tuple[Step, ...]:
    reply, then = known.get(Step.REPLY), known.get(Step.THEN)
    follows = (Step.THEN,) if plan.then and then is None else ()
    if reply is None or (reply.outcome in SURELY_NOT_APPLIED and not _is_own(plan, reply)):
        return (Step.REPLY, *follows)
    return follows if reply.outcome is Outcome.SENT and _is_own(plan, reply) else ()


def _steps_again(plan: Plan, known: Mapping[Step, Sending], outcome: Outcome) -> tuple[Step, ...]:
    again = [step for step in Step if step in known and _is_again(plan, known[step], outcome)]
    if Step.REPLY in again and plan.then and Step.THEN not in known:
        again.append(Step.THEN)
    return tuple(again)


def _is_again(plan: Plan, sending: Sending, outcome: Outcome) -> bool:
    return sending.outcome is outcome and _is_own(plan, sending)


def _is_own(plan: Plan, sending: Sending) -> bool:
    return sending.intent.plan_id == plan.plan_id
