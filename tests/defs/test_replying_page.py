"""Bulk replies on Dagster's page, in a real browser: launched, watched, stopped, executed again."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.values import Outcome, Sending
from intercom_pipeline.replies.plan import Plan
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.sandbox import Sandbox
from tests.browser import headless_tab
from tests.defs.dagster_page import Page
from tests.replies.planned import BODY, drafts, planned

pytestmark = pytest.mark.browser


def plan_for(sandbox: Sandbox, page: Page, count: int) -> Plan:
    """Notes in conversations that are there: other tests count them."""
    folder = page.folder / "data" / "replies"
    ids = [each["id"] for each in sandbox.workspace.records("conversations")[:count]]
    plan = planned(sandbox, folder, drafts(*ids), message_type=MessageType.NOTE)
    with open_ledger(None, folder) as ledger:
        ledger.register(plan)
    return plan


def known(page: Page, plan: Plan) -> list[Sending]:
    with open_ledger(None, page.folder / "data" / "replies") as ledger:
        return ledger.sendings(plan.plan_id)


def answers(sandbox: Sandbox, plan: Plan) -> list[int]:
    """How often each conversation of a plan says what is planned."""
    there = {each["id"]: each for each in sandbox.workspace.records("conversations")}
    return [_answers(there[each.conversation_id]) for each in plan.replies]


def _answers(conversation: dict[str, Any]) -> int:
    parts = conversation["conversation_parts"]["conversation_parts"]
    return sum(part["body"] == BODY for part in parts)


def wait_until(fact: Callable[[], bool], what: str, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            pytest.fail(f"still not: {what}")
        time.sleep(0.05)


def launch(tab: Tab, page: Page, plan: Plan, *, rate: float) -> None:
    tab.goto(f"{page.url}/locations/intercom/jobs/bulk_reply/playground", wait_until="domcontentloaded")
    tab.get_by_text("Scaffold all default config").wait_for()
    tab.locator(".CodeMirror").first.click()
    tab.keyboard.press("Control+a")
    config = f'plan_id: "{plan.plan_id[:10]}", confirm: {plan.confirmation}, rate: {rate}'
    tab.keyboard.insert_text(f"{{ops: {{bulk_reply: {{config: {{{config}}}}}}}}}")
    tab.get_by_role("button", name="Launch Run").click()


def sees(tab: Tab, text: str) -> None:
    expect(tab.get_by_text(text).first).to_be_visible()


def test_a_plan_is_launched_stopped_and_executed_again(page: tuple[Page, Sandbox], tmp_path: Path) -> None:
    """Stopped, it knows what it has sent; executed again, it sends the rest, and shows what became of all."""
    served, sandbox = page
    plan = plan_for(sandbox, served, 12)
    with headless_tab(tmp_path / "profile", width=1500, height=1000) as tab:
        sandbox.conditions.latency_ms = 400  # so that some are on their way when it is stopped
        try:
            launch(tab, served, plan, rate=3)
            wait_until(lambda: sum(answers(sandbox, plan)) >= 3, "three are answered")
            tab.get_by_role("button", name="Terminate").click()
            tab.get_by_role("button", name="Terminate 1 run").click()
            sees(tab, "RUN_CANCELED")
        finally:
            sandbox.conditions.latency_ms = 0
        answered = sum(answers(sandbox, plan))
        assert 3 <= answered < 12
        assert [each.outcome for each in known(served, plan)] == [Outcome.SENT] * answered
        sees(tab, f"Stopped. Replies: {answered} sent, {12 - answered} left.")

        tab.get_by_role("button", name="Re-execute all").click()
        sees(tab, f"{12 - answered} replies to send; {answered} done before.")
        sees(tab, "RUN_SUCCESS")
        sees(tab, "Replies: 12 sent.")
        expect(tab.get_by_role("row").filter(has_text=plan.plan_id).first).to_be_visible()
        take_picture(tab)
    assert answers(sandbox, plan) == [1] * 12


def take_picture(tab: Tab) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        tab.screenshot(path=Path(folder) / "replies-in-dagster.png")
