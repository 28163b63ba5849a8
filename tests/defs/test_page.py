"""The page itself: in a real browser, and as what launches and stops runs in processes of their own.

Starting it takes long, so whatever needs it is here, syncs and bulk replies alike.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.values import Outcome, Sending
from intercom_pipeline.replies.plan import Plan
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.sandbox import Fault, FaultKind, Sandbox
from tests.browser import headless_tab
from tests.defs.dagster_page import Page
from tests.replies.planned import BODY, drafts, planned

LAUNCH = """
mutation ($selector: JobOrPipelineSelector!) {
  launchRun(executionParams: {selector: $selector}) { __typename ... on LaunchRunSuccess { run { runId } } }
}"""
TERMINATE = "mutation ($run: String!) { terminateRun(runId: $run) { __typename } }"
STATUS = "query ($run: ID!) { runOrError(runId: $run) { ... on Run { status } } }"
LOG = """
query ($run: ID!) {
  logsForRun(runId: $run) {
    ... on EventConnection { events { __typename ... on MessageEvent { message timestamp } } }
  }
}"""


@pytest.fixture
def tab(tmp_path: Path) -> Iterator[Tab]:
    with headless_tab(tmp_path / "profile", width=1500, height=1000) as opened:
        yield opened


def sees(tab: Tab, text: str) -> None:
    # The page holds some texts twice, once to measure their width.
    expect(tab.get_by_text(text).first).to_be_visible()


def sees_run(tab: Tab, status: str) -> None:
    """How the page says that a run ended: in its head, as of a long log it need not show the last line."""
    expect(tab.get_by_text(status, exact=True).first).to_be_visible()


@pytest.mark.browser
def test_everything_is_materialised_from_the_page(tab: Tab, page: tuple[Page, Sandbox]) -> None:
    """The assets are shown, one press materialises them all, and contacts shows its rows and columns."""
    served, _ = page
    tab.goto(f"{served.url}/assets", wait_until="domcontentloaded")
    sees(tab, "intercom / activity_logs")  # the first of a list that shows more as one scrolls
    sees(tab, "intercom / articles")

    tab.goto(f"{served.url}/asset-groups", wait_until="domcontentloaded")
    tab.get_by_role("button", name="Materialize all").click()
    tab.get_by_text("View", exact=True).click()
    sees_run(tab, "Success")

    tab.goto(f"{served.url}/assets/intercom/contacts", wait_until="domcontentloaded")
    sees(tab, "intercom.main.contacts")
    sees(tab, "The contact's e-mail address; NULL if unknown.")
    tab.goto(f"{served.url}/assets/intercom/contacts?view=events", wait_until="domcontentloaded")
    expect(tab.get_by_role("row").filter(has_text="dagster/row_count").first).to_contain_text("400")
    tab.get_by_text("Show Markdown").first.click()
    expect(tab.get_by_role("row").filter(has_text="email_domain").first).to_contain_text("***")


def launch_sync(page: Page) -> str:
    names = {"repositoryLocationName": "intercom", "repositoryName": "__repository__", "jobName": "sync_job"}
    launched = page.ask(LAUNCH, selector=names)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess"
    return str(launched["run"]["runId"])


def log_of(page: Page, run: str) -> list[dict[str, Any]]:
    return list(page.ask(LOG, run=run)["logsForRun"]["events"])


def status_of(page: Page, run: str) -> str:
    return str(page.ask(STATUS, run=run)["runOrError"]["status"])


def wait_until(fact: Callable[[], bool], what: str, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            pytest.fail(f"still not: {what}")
        time.sleep(0.05)


def test_a_run_that_hangs_tells_so_stops_when_told_and_is_resumed(
    page: tuple[Page, Sandbox], record_property: Callable[[str, object], None]
) -> None:
    """Intercom falls silent amid the conversations; the run is stopped, and the next completes."""
    served, sandbox = page
    for conversation in sandbox.workspace.records("conversations", version="2.14"):
        sandbox.workspace.clock.advance(10)  # changes of the last seconds would be asked for again
        sandbox.workspace.reply(conversation["id"])
    sandbox.faults.add(Fault(kind=FaultKind.HANG, match="GET /conversations/{id}", after=30))
    run = launch_sync(served)

    def is_waiting() -> bool:
        lines = [event["message"] for event in log_of(served, run)]
        return any(re.match(r"conversations: \d+ of 100 records", line) for line in lines)

    wait_until(is_waiting, "a line about progress")
    asked = time.monotonic()
    assert served.ask(TERMINATE, run=run)["terminateRun"]["__typename"] == "TerminateRunSuccess"
    # Far less than the hour for which the sandbox would keep silent, and than the client's own deadline.
    wait_until(lambda: status_of(served, run) == "CANCELED", "the run is stopped", seconds=30)
    record_property("seconds_to_stop", round(time.monotonic() - asked, 2))

    sandbox.faults.clear()
    sandbox.requests.reset()
    second = launch_sync(served)
    wait_until(lambda: status_of(served, second) in {"SUCCESS", "FAILURE"}, "the second run ends")
    assert status_of(served, second) == "SUCCESS"
    details = sandbox.requests.count("GET /conversations/{id}")
    assert 0 < details < 100


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


def launch_replies(tab: Tab, page: Page, plan: Plan, *, rate: float) -> None:
    tab.goto(f"{page.url}/locations/intercom/jobs/bulk_reply/playground", wait_until="domcontentloaded")
    tab.get_by_text("Scaffold all default config").wait_for()
    tab.locator(".CodeMirror").first.click()
    tab.keyboard.press("Control+a")
    config = f'plan_id: "{plan.plan_id[:10]}", confirm: {plan.confirmation}, rate: {rate}'
    tab.keyboard.insert_text(f"{{ops: {{bulk_reply: {{config: {{{config}}}}}}}}}")
    tab.get_by_role("button", name="Launch Run").click()


@pytest.mark.browser
def test_a_plan_is_launched_stopped_and_executed_again(page: tuple[Page, Sandbox], tmp_path: Path) -> None:
    """Stopped, it knows what it has sent; executed again, it sends the rest, and shows what became of all."""
    served, sandbox = page
    plan = plan_for(sandbox, served, 12)  # in a loop of its own, so before the browser, which has one, too
    with headless_tab(tmp_path / "profile", width=1500, height=1000) as tab:
        sandbox.conditions.latency_ms = 400  # so that some are on their way when it is stopped
        try:
            launch_replies(tab, served, plan, rate=3)
            wait_until(lambda: sum(answers(sandbox, plan)) >= 3, "three are answered")
            tab.get_by_role("button", name="Terminate").click()
            tab.get_by_role("button", name="Terminate 1 run").click()
            sees_run(tab, "Canceled")
        finally:
            sandbox.conditions.latency_ms = 0
        answered = sum(answers(sandbox, plan))
        assert 3 <= answered < 12
        assert [each.outcome for each in known(served, plan)] == [Outcome.SENT] * answered
        sees(tab, f"Stopped. Replies: {answered} sent, {12 - answered} left.")

        tab.get_by_role("button", name="Re-execute all").click()
        sees(tab, f"{12 - answered} replies to send; {answered} done before.")
        sees_run(tab, "Success")
        sees(tab, "Replies: 12 sent.")
        expect(tab.get_by_role("row").filter(has_text=plan.plan_id).first).to_be_visible()
        take_picture(tab)
    assert answers(sandbox, plan) == [1] * 12


def take_picture(tab: Tab) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        tab.screenshot(path=Path(folder) / "replies-in-dagster.png")
