"""Bulk replies as a job: what is sent, what Dagster shows and keeps of it, and the asset that logs it."""

import logging
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg
import pytest

from intercom_pipeline.definitions import defs
from intercom_pipeline.defs.reply_results import metadata_of, raise_unless_done
from intercom_pipeline.defs.replying import BulkReplyConfig, logged
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.values import Key, Outcome, Step
from intercom_pipeline.replies.plan import Action, Plan, Then
from intercom_pipeline.replies.sending.events import Ended, Ending, Settled
from intercom_pipeline.replies.sending.run import PLAN_STOPPED
from intercom_pipeline.replies.sending.standing import standing_of
from intercom_pipeline.sandbox import Fault, FaultKind, Options, Sandbox, Sizes, serve
from tests.defs.conftest import pointed_at
from tests.defs.running import Runner, failure_of
from tests.defs.test_privacy import kept, people
from tests.replies.planned import drafts, planned

BODY = "<p>Canary 5c1f: it is fixed.</p>"
SIZES = Sizes(
    contacts=12,
    conversations=24,
    articles=1,
    companies=1,
    tickets=0,
    calls=0,
    activity_logs=0,
    long_conversations=0,
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve(sizes=SIZES, options=Options(limit_per_minute=6_000_000), seed=8) as running:
        yield running


class Replies:
    """Plans in the runner's data folder, and runs of the job."""

    def __init__(self, runner: Runner, sandbox: Sandbox) -> None:
        self.runner, self.sandbox = runner, sandbox

    @property
    def folder(self) -> Path:
        return self.runner.data / "replies"

    def plan(self, count: int = 3, **changes: Any) -> Plan:
        """A plan of so many conversations that were just begun."""
        ids = [self.sandbox.workspace.create_conversation()["id"] for _ in range(count)]
        wanted = drafts(*ids, body=BODY)
        made = planned(self.sandbox, self.folder, wanted, **{"campaign": uuid4().hex} | changes)
        with open_ledger(None, self.folder) as ledger:
            ledger.register(made)
        return made

    def launch(self, plan_id: str, confirm: str, **config: Any) -> dg.ExecuteInProcessResult:
        config = {"plan_id": plan_id, "confirm": confirm, "rate": 50.0} | config
        return defs.resolve_job_def("bulk_reply").execute_in_process(
            instance=self.runner.instance,
            run_config={
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                "ops": {"bulk_reply": {"config": config}},
            },
            raise_on_error=False,
        )

    def apply(self, plan: Plan, **config: Any) -> dg.ExecuteInProcessResult:
        return self.launch(plan.plan_id[:10], plan.confirmation, **config)

    def said(self, plan: Plan) -> list[int]:
        """How often each conversation says what is planned."""
        there = {each["id"]: each for each in self.sandbox.workspace.records("conversations")}
        return [_times(there[each.conversation_id]) for each in plan.replies]


def _times(conversation: dict[str, Any]) -> int:
    parts = conversation["conversation_parts"]["conversation_parts"]
    return sum("Canary 5c1f" in (part["body"] or "") for part in parts)


@pytest.fixture(scope="module")
def replies(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replies]:
    """A data folder and a Dagster for all tests, each with plans of its own."""
    with pointed_at(sandbox, tmp_path_factory.mktemp("replies")) as runner:
        yield Replies(runner, sandbox)


@pytest.fixture
def nothing(sandbox: Sandbox, tmp_path: Path) -> Iterator[Replies]:
    """A data folder in which nothing is."""
    with pointed_at(sandbox, tmp_path) as runner:
        yield Replies(runner, sandbox)


@contextmanager
def failing(sandbox: Sandbox, kind: FaultKind, conversation_id: str) -> Iterator[None]:
    """A reply to the conversation goes wrong."""
    sandbox.faults.add(Fault(kind=kind, match=f"POST /conversations/{conversation_id}/reply"))
    try:
        yield
    finally:
        sandbox.faults.clear()


def told(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    """The metadata that the run ended with, well or not."""
    for event in result.events_for_node("bulk_reply"):
        if event.is_successful_output:
            return {name: value.value for name, value in event.step_output_data.metadata.items()}
        if event.is_step_failure:
            failure = event.step_failure_data.user_failure_data
            assert failure is not None
            return {name: value.value for name, value in failure.metadata.items()}
    raise AssertionError("the run has no metadata")


def lines(runner: Runner, result: dg.ExecuteInProcessResult) -> str:
    return "\n".join(entry.user_message for entry in runner.instance.all_logs(result.run_id))


def test_a_plan_is_sent_and_nothing_of_it_twice(replies: Replies) -> None:
    """The first run answers everybody, the same run executed again nobody; both say how the plan stands."""
    plan = replies.plan(4)
    first, second = replies.apply(plan), replies.apply(plan)
    assert first.success
    assert second.success
    assert replies.said(plan) == [1, 1, 1, 1]
    assert told(first) == told(second)
    counts = {str(outcome): 0 for outcome in Outcome} | {"sent": 4}
    assert told(second).items() >= {**counts, "replies": 4, "left": 0, "plan_id": plan.plan_id}.items()
    assert "4 replies to send" in lines(replies.runner, first)
    assert "0 replies to send; 4 done before" in lines(replies.runner, second)


def test_what_follows_a_reply_is_told_too(replies: Replies) -> None:
    """Each conversation is answered, then closed."""
    plan = replies.plan(2, then=Then(action=Action.CLOSE))
    result = replies.apply(plan)
    assert result.success
    assert told(result).items() >= {"sent": 2, "then_sent": 2, "then_left": 0}.items()


def test_an_unconfirmed_plan_is_refused(replies: Replies) -> None:
    """Whoever launches it has to know how many are answered."""
    plan = replies.plan(3)
    for confirm in ("send 4", "", "yes"):
        assert "Type exactly: send 3" in failure_of(replies.launch(plan.plan_id, confirm), "bulk_reply")
    assert replies.said(plan) == [0, 0, 0]


def test_a_plan_that_the_ledger_does_not_know_is_refused(replies: Replies) -> None:
    """It is named."""
    replies.plan(1)
    assert "12345678" in failure_of(replies.launch("12345678", "send 3"), "bulk_reply")


def test_a_reply_without_an_answer_fails_the_run(replies: Replies) -> None:
    """It may have been applied: the run says how to find out, and keeps the counts and which one it was."""
    plan = replies.plan(3)
    lost = plan.replies[1].conversation_id
    with failing(replies.sandbox, FaultKind.APPLIED_500, lost):
        result = replies.apply(plan)
    said = failure_of(result, "bulk_reply")
    assert "2 sent, 1 unknown" in said
    assert f"replies resolve {plan.plan_id[:8]}" in said
    metadata = told(result)
    assert (metadata["sent"], metadata["unknown"], metadata["left"]) == (2, 1, 0)
    [record] = metadata["not_sent"].records
    assert (record.data["conversation_id"], record.data["outcome"]) == (lost, "unknown")
    assert f"Conversation {lost}: reply unknown." in lines(replies.runner, result)
    assert failure_of(replies.apply(plan), "bulk_reply")
    assert replies.said(plan) == [1, 1, 1]


def test_a_run_at_its_cap_is_no_success_and_goes_on(
    replies: Replies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as one run may send are sent; launched again, it sends the others."""
    plan = replies.plan(5)
    monkeypatch.setenv("INTERCOM_REPLIES_PER_RUN", "3")
    result = replies.apply(plan)
    said = failure_of(result, "bulk_reply")
    assert "3 sent, 2 left" in said
    assert "launch it again" in said
    assert "3 of them in this run" in lines(replies.runner, result)
    assert replies.apply(plan).success
    assert replies.said(plan) == [1] * 5


def test_a_stopped_plan_is_sent_only_where_that_is_said(replies: Replies) -> None:
    """Whoever stopped it by `replies stop` is not overruled by mistake."""
    plan = replies.plan(2)
    with open_ledger(None, replies.folder) as ledger:
        ledger.stop(plan.plan_id, by="ada@host")
    assert "resume: true" in failure_of(replies.apply(plan), "bulk_reply")
    assert replies.said(plan) == [0, 0]
    assert replies.apply(plan, resume=True).success
    assert replies.said(plan) == [1, 1]


def test_who_stopped_a_plan_amid_a_run_is_told_how_it_goes_on(replies: Replies) -> None:
    """Launched as before it would be refused; after a run that came to its cap it would not."""
    plan = replies.plan(2)
    with open_ledger(None, replies.folder) as ledger:
        standing = standing_of(plan, ledger)
    for reason, is_said in ((PLAN_STOPPED, True), ("It came to the cap.", False)):
        with pytest.raises(dg.Failure) as failure:
            raise_unless_done(plan, standing, Ended(why=Ending.STOPPED, reason=reason))
        assert ("launch it again with resume: true" in str(failure.value.description)) is is_said


def test_a_conversation_is_counted_once_on_the_way(caplog: pytest.LogCaptureFixture) -> None:
    """What follows its reply is no reply."""
    steps = [Settled(conversation_id="1", step=step, outcome=Outcome.SENT) for step in Step]
    with caplog.at_level(logging.INFO):
        logged(logging.getLogger("run"), [*steps, Ended(why=Ending.COMPLETE)], clock=count(0, 5).__next__)
    assert caplog.messages[-1] == "So far: 1 sent."


def test_a_run_that_is_stopped_is_logged_too(nothing: Replies) -> None:
    """As any other: what had left by then is in the log of replies."""
    plan = nothing.plan(9)
    assert nothing.runner.run("tags").success

    def stop() -> None:
        while sum(nothing.said(plan)) < 2:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    with ThreadPoolExecutor() as pool:
        pool.submit(stop)
        result = nothing.apply(plan, rate=5.0)
    assert "Stopped. Replies: " in lines(nothing.runner, result)
    found = nothing.runner.select("SELECT outcome, count(*) FROM pipeline.reply_log GROUP BY ALL")
    assert found == [("sent", sum(nothing.said(plan)))]
    assert found[0][1] < 9


def test_nobody_is_sent_to_retry_what_is_gone(replies: Replies) -> None:
    """A conversation that was deleted since the plan can never be answered."""
    plan = replies.plan(1)
    replies.sandbox.workspace.delete_conversation(plan.replies[0].conversation_id)
    said = failure_of(replies.apply(plan), "bulk_reply")
    assert "the conversation is gone" in said
    assert "replies retry" not in said


def test_at_most_a_hundred_are_shown(replies: Replies) -> None:
    """A table of thousands would be stored with every run."""
    plan = replies.plan(1)
    with failing(replies.sandbox, FaultKind.UNPROCESSABLE, plan.replies[0].conversation_id):
        assert "replies retry" in failure_of(replies.apply(plan), "bulk_reply")
    with open_ledger(None, replies.folder) as ledger:
        standing = standing_of(plan, ledger)
    [failed] = standing.troubles
    many = metadata_of(plan, replace(standing, troubles=(failed,) * 250))
    assert len(many["not_sent"].records) == 100


def test_the_configuration_names_a_plan_and_nothing_else() -> None:
    """What is configured is stored and shown."""
    assert set(BulkReplyConfig.model_fields) == {"plan_id", "confirm", "rate", "resume"}


def test_no_run_is_tried_again_by_itself() -> None:
    """Neither by the op nor by a Dagster that tries failed runs again."""
    job = defs.resolve_job_def("bulk_reply")
    assert job.tags["dagster/max_retries"] == "0"
    [node] = job.nodes
    assert node.definition.name == "bulk_reply"
    assert node.retry_policy is None


def test_the_log_is_brought_up_to_date_with_a_run(replies: Replies) -> None:
    """Where there is a warehouse; its asset is told as materialised, and can be by itself."""
    plan = replies.plan(2)
    first = replies.apply(plan)
    assert "no warehouse yet" in lines(replies.runner, first)
    assert replies.runner.run("conversations").success
    [event] = replies.apply(plan).get_asset_materialization_events()
    assert event.asset_key == dg.AssetKey(["intercom", "reply_log"])
    logged = f"SELECT outcome, applied_by FROM pipeline.reply_log WHERE campaign = '{plan.campaign}'"
    assert replies.runner.select(logged) == [("sent", f"dagster run {first.run_id[:8]}")] * 2
    with open_ledger(None, replies.folder) as ledger:
        ledger.resolve(unknown_one(ledger), Outcome.HELD, reason="Nothing of it is shown.")
    assert replies.runner.run("reply_log").success
    assert replies.runner.select("SELECT sum(held), sum(unknown) FROM analytics.campaign_results") == [(1, 0)]


def unknown_one(ledger: Ledger) -> Key:
    [one] = [each.intent.key for each in ledger.all_sendings() if each.outcome is Outcome.UNKNOWN]
    return one


def test_dagster_keeps_no_body_no_name_and_no_token(replies: Replies, sandbox: Sandbox) -> None:
    """Of all that was run here, well or not."""
    bytes_kept = kept(replies.runner.home)
    assert b"bulk_reply" in bytes_kept
    for secret in [sandbox.token, "Canary 5c1f", *people(sandbox)]:
        assert secret.encode() not in bytes_kept


def test_where_nothing_was_planned_nothing_is_begun(nothing: Replies) -> None:
    """A run of all assets does not fail for it, and says why there is no log; a reply is refused."""
    assert "no ledger" in failure_of(nothing.launch("12345678", "send 3"), "bulk_reply")
    result = nothing.runner.run("reply_log")
    assert result.success
    assert result.get_asset_materialization_events() == []
    assert "There is no ledger of replies yet" in lines(nothing.runner, result)
    assert defs.get_repository_def().get_all_jobs()
    assert not nothing.runner.data.exists()


def test_without_a_warehouse_the_log_alone_fails_plainly(nothing: Replies) -> None:
    """It says what makes one."""
    nothing.plan(1)
    said = failure_of(nothing.runner.run("reply_log"), "intercom__reply_log")
    assert "Run intercom-pipeline sync" in said
