"""How a plan stands: what became of each of its replies, and what is left to do."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from intercom_pipeline.replies.ledger.values import SURELY_NOT_APPLIED, Outcome, Sending, Step
from intercom_pipeline.replies.plan import Plan
from intercom_pipeline.replies.sending.judging import GONE, is_beyond_trying

UNCERTAIN: Final = frozenset({Outcome.INTENDED, Outcome.UNKNOWN, Outcome.HELD})
"""What may have been applied, or was not found: somebody has to look."""


class Knows(Protocol):
    """What is asked of the ledger here."""

    def known(
        self, workspace_id: str, campaign: str, conversation_ids: list[str], step: Step = ...
    ) -> Mapping[str, Sending]:
        """What it knows of conversations in a campaign, by the conversation's id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a plan stands.

    Attributes:
        outcomes: How many of its replies have which outcome.
        left: How many of its replies are still to be sent.
        elsewhere: How many another plan of the campaign sent, or may have; this one does not send them.
        then: Of what follows the replies, how many have which outcome.
        then_left: How many conversations were answered, and what follows is still to be done.
        troubles: What was not sent or is not known, in the plan's order.
    """

    outcomes: Mapping[Outcome, int]
    left: int
    elsewhere: int
    then: Mapping[Outcome, int]
    then_left: int
    troubles: tuple[Sending, ...]

    @property
    def is_uncertain(self) -> bool:
        """Whether anything may have been applied without being known to be."""
        return any(UNCERTAIN & counts.keys() for counts in (self.outcomes, self.then))

    @property
    def gone(self) -> int:
        """How many conversations cannot be answered any more, as they are gone."""
        return sum(each.reason == GONE and each.intent.key.step is Step.REPLY for each in self.troubles)

    @property
    def to_see_to(self) -> frozenset[Outcome]:
        """The outcomes of those that can be looked for, tried or planned again."""
        return frozenset(each.outcome for each in self.troubles if not is_beyond_trying(each))

    @property
    def is_held(self) -> bool:
        """Whether any waits for a person to say what they see."""
        return any(each.outcome is Outcome.HELD for each in self.troubles)

    @property
    def is_done(self) -> bool:
        """Whether every reply was sent, by this plan or another, and all that follows is done."""
        return not (self.left or self.then_left or self.troubles)


def standing_of(plan: Plan, ledger: Knows) -> Standing:
    """How a plan stands by the ledger.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    ids = [each.conversation_id for each in plan.replies]
    known = ledger.known(plan.workspace_id, plan.campaign, ids)
    own = {key: sending for key, sending in known.items() if sending.intent.plan_id == plan.plan_id}
    others = [sending for key, sending in known.items() if key not in own]
    elsewhere = sum(sending.outcome not in SURELY_NOT_APPLIED for sending in others)
    sent = [each for each in ids if each in own and own[each].outcome is Outcome.SENT]
    then = ledger.known(plan.workspace_id, plan.campaign, sent, Step.THEN) if plan.then and sent else {}
    steps = [step for each in ids for step in (own.get(each), then.get(each))]
    return Standing(
        outcomes=_counted(own),
        left=len(ids) - len(own) - elsewhere,
        elsewhere=elsewhere,
        then=_counted(then),
        then_left=len(sent) - len(then) if plan.then else 0,
        troubles=tuple(each for each in steps if each and each.outcome is not Outcome.SENT),
    )


def standing_without_plan(replies: int, sendings: Sequence[Sending]) -> Standing:
    """How a plan stands by what was noted of it alone, where its words are not kept any more.

    Args:
        replies: How many the plan had.
        sendings: What the ledger knows of it.
    """
    reply, then = (
        {each.intent.key: each for each in sendings if each.intent.key.step is step}
        for step in (Step.REPLY, Step.THEN)
    )
    return Standing(
        outcomes=_counted(reply),
        left=replies - len(reply),
        elsewhere=0,
        then=_counted(then),
        then_left=0,
        troubles=tuple(each for each in sendings if each.outcome is not Outcome.SENT),
    )


def _counted(sendings: Mapping[Any, Sending]) -> dict[Outcome, int]:
    counts = Counter(sending.outcome for sending in sendings.values())
    return {outcome: counts[outcome] for outcome in Outcome if counts[outcome]}
