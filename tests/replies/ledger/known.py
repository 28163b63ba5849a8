"""What tests of the ledger put into it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.opening import open_ledger, utc_now
from intercom_pipeline.replies.ledger.values import Intent, Key, Outcome, Sending, Step
from intercom_pipeline.replies.plan import Plan, PlannedReply, Seen
from intercom_pipeline.replies.reply import MessageType

WORKSPACE, CAMPAIGN = "abc", "outage"
FOUND_OUT = {
    (Outcome.UNKNOWN, Outcome.SENT),
    (Outcome.UNKNOWN, Outcome.HELD),
    (Outcome.HELD, Outcome.SENT),
    (Outcome.HELD, Outcome.STALE),
}
"""What an outcome may turn out to be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a ledger is, as `open_ledger` takes it."""

    url: str | None
    folder: Path

    def open(self, *, create: bool = True, now: Callable[[], datetime] = utc_now) -> Ledger:
        return open_ledger(self.url, self.folder, create=create, now=now)


def a_reply(conversation_id: str = "1", **facts: Any) -> PlannedReply:
    given: dict[str, Any] = {"row": "row 1", "body": "We are back.", "seen": Seen(updated_at=1)} | facts
    return PlannedReply(conversation_id=conversation_id, **given)


def a_plan(ledger: Ledger, *replies: PlannedReply, **facts: Any) -> Plan:
    """A plan that the ledger keeps."""
    given: dict[str, Any] = {
        "campaign": CAMPAIGN,
        "created_at": datetime(2026, 3, 1, tzinfo=UTC),
        "ledger_id": ledger.ledger_id,
        "workspace_id": WORKSPACE,
        "workspace_name": "Shop",
        "base_url": "https://api.intercom.io",
        "admin_id": "7",
        "admin_name": None,
        "message_type": MessageType.COMMENT,
    }
    plan = Plan(**given | facts, replies=replies or (a_reply(),))
    ledger.register(plan)
    return plan


def an_intent(plan: Plan, conversation_id: str = "1", run_id: str = "run", step: Step = Step.REPLY) -> Intent:
    key = Key(
        workspace_id=plan.workspace_id, campaign=plan.campaign, conversation_id=conversation_id, step=step
    )
    return Intent(
        key=key,
        plan_id=plan.plan_id,
        run_id=run_id,
        by="ada@host",
        admin_id=plan.admin_id,
        message_type=plan.message_type,
        body_sha256="0" * 64,
        newest_part=None,
    )


def put(ledger: Ledger, plan: Plan, outcome: Outcome, conversation_id: str = "1") -> Intent:
    """Have a reply be in a state, by the ways that lead there."""
    intent = an_intent(plan, conversation_id, run_id="earlier")
    assert ledger.intend(intent)
    if outcome is Outcome.HELD:
        ledger.settle(intent.key, Outcome.UNKNOWN, run_id="earlier", reason="no answer")
        ledger.resolve(intent.key, Outcome.HELD, reason="not shown")
    elif outcome is not Outcome.INTENDED:
        ledger.settle(intent.key, outcome, run_id="earlier", reason="so it is")
    return intent


def state(ledger: Ledger, conversation_id: str = "1", step: Step = Step.REPLY) -> Sending:
    return ledger.known(WORKSPACE, CAMPAIGN, [conversation_id], step)[conversation_id]
