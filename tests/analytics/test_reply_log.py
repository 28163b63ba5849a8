"""What a real ledger knows reaches the warehouse, value by value."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from intercom_pipeline.analytics.reply_log import bring_up_to_date
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.values import Intent, Key, Outcome, Step
from intercom_pipeline.replies.plan import Plan, body_hash
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.sandbox import Sizes, serve
from intercom_pipeline.warehouse.errors import WarehouseMissing
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.reply_log import COLUMNS
from tests.syncing import select, sync

NOW = datetime(2026, 3, 1, 12, 0, 0, 250, tzinfo=UTC)
NOTHING = Sizes(
    **dict.fromkeys(("contacts", "conversations", "articles", "companies", "tickets", "calls"), 0),
    activity_logs=0,
    long_conversations=0,
)


def test_every_value_of_the_ledger_is_in_the_log(tmp_path: Path) -> None:
    """Who, when, by which plan, to whom, with what outcome; and what another workspace knows is left out."""
    with serve(sizes=NOTHING) as sandbox:
        sync(sandbox, tmp_path, "tags")
        workspace = sandbox.workspace.app()["id_code"]
    moments = (NOW + timedelta(seconds=number) for number in range(100))
    with open_ledger(None, tmp_path / "replies", now=lambda: next(moments)) as ledger:
        plan = Plan(
            campaign="outage",
            created_at=NOW,
            ledger_id=ledger.ledger_id,
            workspace_id=workspace,
            workspace_name=None,
            base_url="https://api.intercom.io",
            admin_id="7",
            admin_name=None,
            message_type=MessageType.COMMENT,
        )
        ledger.register(plan)
        sent = intent(plan, Key(workspace_id=workspace, campaign="outage", conversation_id="1"))
        then = intent(
            plan, Key(workspace_id=workspace, campaign="outage", conversation_id="1", step=Step.THEN)
        )
        theirs = intent(plan, Key(workspace_id="other", campaign="outage", conversation_id="2"))
        for each in (sent, then, theirs):
            assert ledger.intend(each)
        ledger.settle(sent.key, Outcome.SENT, run_id="run", part_id="99", request_id="req")
        ledger.settle(then.key, Outcome.FAILED, run_id="run", reason="Closed.")
        stored = bring_up_to_date(ledger, DataFolder(tmp_path))
        known = {step: ledger.known(workspace, "outage", ["1"], step)["1"] for step in Step}
    assert (stored.rows, stored.not_made) == (2, {})
    names = [column.name for column in COLUMNS]
    rows = select(tmp_path, f"SELECT {', '.join(names)} FROM pipeline.reply_log ORDER BY step")
    assert [dict(zip(names, row, strict=True)) for row in rows] == [
        {
            "ledger_id": ledger.ledger_id,
            "workspace_id": workspace,
            "campaign": "outage",
            "conversation_id": "1",
            "message_type": "comment",
            "admin_id": "7",
            "plan_id": plan.plan_id,
            "run_id": "run",
            "applied_by": "ada@host",
            "intended_at": known[step].intended_at,
            "settled_at": known[step].settled_at,
            "attempts": 1,
            "body_sha256": body_hash("Hi"),
            "step": step,
            **facts,
        }
        for step, facts in (
            (Step.REPLY, {"outcome": "sent", "part_id": "99", "request_id": "req", "reason": None}),
            (Step.THEN, {"outcome": "failed", "part_id": None, "request_id": None, "reason": "Closed."}),
        )
    ]
    assert select(tmp_path, "SELECT sent, first_sent_at FROM analytics.campaign_results") == [
        (1, known[Step.REPLY].intended_at)
    ]


def intent(plan: Plan, key: Key) -> Intent:
    return Intent(
        key=key,
        plan_id=plan.plan_id,
        run_id="run",
        by="ada@host",
        admin_id="7",
        message_type="comment",
        body_sha256=body_hash("Hi"),
        newest_part=None,
    )


def test_without_a_warehouse_nothing_is_made(tmp_path: Path) -> None:
    """What was sent stays in the ledger."""
    with open_ledger(None, tmp_path / "replies") as ledger, pytest.raises(WarehouseMissing):
        bring_up_to_date(ledger, DataFolder(tmp_path))
    assert {each.name for each in tmp_path.iterdir()} == {"replies"}
