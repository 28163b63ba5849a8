"""Which other plans of a campaign would answer the same conversations: whichever is applied first does."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from intercom_pipeline.replies.ledger.values import Outcome, PlanEntry, Sending
from intercom_pipeline.replies.plan import Plan, short_id


class Keeps(Protocol):
    """What is asked of a ledger here."""

    def entries(self, *, campaign: str) -> Sequence[PlanEntry]:
        """How the latest plans of a campaign stand."""

    def plan(self, plan_id: str) -> Plan:
        """A plan as it was registered."""


def remarks_on_others(
    ledger: Keeps, workspace_id: str, campaign: str, unanswered: Mapping[str, Sending | None]
) -> Iterator[str]:
    """A remark on each plan of a campaign that may still answer some of these, sent or tried again.

    Args:
        ledger: The ledger.
        workspace_id: The workspace.
        campaign: The campaign, of whose latest 50 plans is told.
        unanswered: The ids of the conversations, with what the campaign knows of each: nothing, or a reply
            that was surely not applied.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    for entry in ledger.entries(campaign=campaign):
        if entry.workspace_id == workspace_id and not _is_over(entry):
            theirs = (each.conversation_id for each in ledger.plan(entry.plan_id).replies)
            count = sum(
                each in unanswered and not _is_left(entry.plan_id, unanswered[each]) for each in theirs
            )
            if count:
                other = f"Plan {short_id(entry.plan_id)} of this campaign"
                yield f"{other} may answer {count:,} of these too: whichever is applied first does."


def _is_over(entry: PlanEntry) -> bool:
    all_sent = entry.outcomes.get(Outcome.SENT) == entry.replies
    return all_sent or entry.purged or datetime.now(UTC) >= entry.expires_at


def _is_left(plan_id: str, known: Sending | None) -> bool:
    """Whether a plan does not answer a conversation any more: what is stale it does not try again."""
    return known is not None and known.outcome is Outcome.STALE and known.intent.plan_id == plan_id
