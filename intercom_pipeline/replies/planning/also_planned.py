"""Which other plans of a campaign would answer the same conversations: whichever is applied first does."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Protocol

from intercom_pipeline.replies.ledger.values import PlanEntry
from intercom_pipeline.replies.plan import Plan, short_id


class Keeps(Protocol):
    """What is asked of a ledger here."""

    def entries(self) -> Sequence[PlanEntry]:
        """How the latest plans stand."""

    def plan(self, plan_id: str) -> Plan:
        """A plan as it was registered."""


def remarks_on_others(
    ledger: Keeps, workspace_id: str, campaign: str, conversation_ids: Collection[str]
) -> Iterator[str]:
    """A remark on each plan that may still answer some of these, which its campaign has not answered yet.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    for entry in ledger.entries():
        if (entry.workspace_id, entry.campaign) == (workspace_id, campaign) and _may_be_applied(entry):
            theirs = {each.conversation_id for each in ledger.plan(entry.plan_id).replies}
            both = len(theirs.intersection(conversation_ids))
            if both:
                other = f"plan {short_id(entry.plan_id)} of this campaign, which is not finished"
                yield f"{both:,} of these are also in {other}: whichever is applied first answers them."


def _may_be_applied(entry: PlanEntry) -> bool:
    is_begun = sum(entry.outcomes.values()) >= entry.replies
    return not (is_begun or entry.purged or datetime.now(UTC) >= entry.expires_at)
