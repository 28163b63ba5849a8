"""Stopping a run as its page does, with a real server, launcher and run process."""

import re
import threading
import time
from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest

from intercom_pipeline.defs.resources import SyncResource
from intercom_pipeline.sandbox import Fault, FaultKind, Sandbox
from intercom_pipeline.settings import load_settings
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.options import Options
from tests.defs.dagster_page import Page
from tests.defs.running import Runner

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


def launch(page: Page) -> str:
    names = {"repositoryLocationName": "intercom", "repositoryName": "__repository__", "jobName": "sync_job"}
    launched = page.ask(LAUNCH, selector=names)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess"
    return str(launched["run"]["runId"])


def log_of(page: Page, run: str) -> list[dict[str, Any]]:
    return list(page.ask(LOG, run=run)["logsForRun"]["events"])


def status_of(page: Page, run: str) -> str:
    return str(page.ask(STATUS, run=run)["runOrError"]["status"])


def wait_until(fact: Callable[[], bool], what: str, seconds: float = 60) -> None:
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
    run = launch(served)

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
    second = launch(served)
    wait_until(lambda: status_of(served, second) in {"SUCCESS", "FAILURE"}, "the second run ends")
    assert status_of(served, second) == "SUCCESS"
    details = sandbox.requests.count("GET /conversations/{id}")
    assert 0 < details < 100


def test_a_sync_ends_with_its_run_even_where_its_results_are_still_awaited(
    runner: Runner, sandbox: Sandbox
) -> None:
    """A run may be stopped while Dagster stores a result: the sync's iterator is then left as it is."""
    settings = load_settings()
    sandbox.conditions.latency_ms = 200
    try:
        with dg.build_resources({"sync": SyncResource()}, instance=runner.instance) as resources:
            events = resources.sync.start(
                CATALOG,
                connection=settings.connection(),
                folder=settings.folder(),
                options=Options(run_id="stopped"),
            )
            next(events)
            assert "sync" in {thread.name for thread in threading.enumerate()}
        assert "sync" not in {thread.name for thread in threading.enumerate()}
    finally:
        sandbox.conditions.latency_ms = 0
    assert list(events) == []
