"""Bulk replies as a job: what is sent, what Dagster shows and keeps of it, and the asset that logs it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from intercom_pipeline.definitions import defs
from intercom_pipeline.defs.reply_results import metadata_of
from intercom_pipeline.defs.replying import BulkReplyConfig
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.values import Outcome
from intercom_pipeline.replies.plan import Action, Plan, Then
from intercom_pipeline.replies.standing import standing_of
from intercom_pipeline.sandbox import Fault, FaultKind, Options, Sandbox, Sizes, serve
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

    def plan(self, count: int = 3, campaign: str = "outage", **changes: Any) -> Plan:
        """A plan of so many conversations that were just begun."""
        ids = [self.sandbox.workspace.create_conversation()["id"] for _ in range(count)]
        made = planned(self.sandbox, self.folder, drafts(*ids, body=BODY), campaign=campaign, **changes)
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


@pytest.fixture
def replies(runner: Runner, sandbox: Sandbox) -> Replies:
    return Replies(runner, sandbox)


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


@pytest.mark.parametrize(
    ("confirm", "said"),
    [("send 4", "not confirmed"), ("", "not confirmed"), ("yes", "Type exactly: send 3")],
)
def test_an_unconfirmed_plan_is_refused(replies: Replies, confirm: str, said: str) -> None:
    """Whoever launches it has to know how many are answered."""
    plan = replies.plan(3)
    assert said in failure_of(replies.launch(plan.plan_id, confirm), "bulk_reply")
    assert replies.said(plan) == [0, 0, 0]


def test_a_plan_that_nobody_knows_is_refused(replies: Replies) -> None:
    """With a ledger, and without one, which is not begun."""
    assert "no ledger" in failure_of(replies.launch("12345678", "send 3"), "bulk_reply")
    assert not replies.folder.exists()
    replies.plan(1)
    assert "12345678" in failure_of(replies.launch("12345678", "send 3"), "bulk_reply")


def test_a_reply_without_an_answer_fails_the_run(replies: Replies) -> None:
    """It may have been applied: the run says how to find out, and keeps the counts and which one it was."""
    plan = replies.plan(3)
    lost = plan.replies[1].conversation_id
    replies.sandbox.faults.add(Fault(kind=FaultKind.APPLIED_500, match=f"POST /conversations/{lost}/reply"))
    try:
        result = replies.apply(plan)
    finally:
        replies.sandbox.faults.clear()
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


def test_dagster_keeps_no_body_no_name_and_no_token(replies: Replies, sandbox: Sandbox) -> None:
    """Neither of a run that went well nor of one that failed."""
    plan, failing = replies.plan(2), replies.plan(1, campaign="other")
    assert replies.apply(plan).success
    match = f"POST /conversations/{failing.replies[0].conversation_id}/reply"
    sandbox.faults.add(Fault(kind=FaultKind.UNPROCESSABLE, match=match))
    try:
        assert not replies.apply(failing).success
    finally:
        sandbox.faults.clear()
    bytes_kept = kept(replies.runner.home)
    assert failing.replies[0].conversation_id.encode() in bytes_kept
    for secret in [sandbox.token, "Canary 5c1f", *people(sandbox)]:
        assert secret.encode() not in bytes_kept


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


def test_at_most_a_hundred_are_shown(replies: Replies) -> None:
    """A table of thousands would be stored with every run."""
    plan = replies.plan(1)
    match = f"POST /conversations/{plan.replies[0].conversation_id}/reply"
    replies.sandbox.faults.add(Fault(kind=FaultKind.UNPROCESSABLE, match=match))
    try:
        replies.apply(plan)
    finally:
        replies.sandbox.faults.clear()
    with open_ledger(None, replies.folder) as ledger:
        standing = standing_of(plan, ledger)
    [failed] = standing.troubles
    many = metadata_of(plan, replace(standing, troubles=(failed,) * 250))
    assert len(many["not_sent"].records) == 100


def test_the_log_is_brought_up_to_date_with_a_run(replies: Replies) -> None:
    """Where there is a warehouse; its asset is told as materialised, and can be by itself."""
    plan = replies.plan(2)
    assert "no warehouse yet" in lines(replies.runner, replies.apply(plan))
    assert replies.runner.run("conversations").success
    result = replies.apply(plan)
    [event] = result.get_asset_materialization_events()
    assert event.asset_key == dg.AssetKey(["intercom", "reply_log"])
    assert logged(replies) == [("outage", "sent", f"dagster run {first_run_of(replies)}")] * 2
    replies.apply(replies.plan(1, campaign="again"))
    assert replies.runner.run("reply_log").success
    assert len(logged(replies)) == 3
    assert replies.runner.select("SELECT campaign, sent FROM analytics.campaign_results ORDER BY 1") == [
        ("again", 1),
        ("outage", 2),
    ]


def first_run_of(replies: Replies) -> str:
    [oldest, *_] = replies.runner.instance.get_runs(
        limit=1, filters=dg.RunsFilter(job_name="bulk_reply"), ascending=True
    )
    return oldest.run_id[:8]


def logged(replies: Replies) -> list[Any]:
    return replies.runner.select("SELECT campaign, outcome, applied_by FROM pipeline.reply_log")


def test_where_nothing_was_planned_there_is_no_log(replies: Replies) -> None:
    """A run of all assets does not fail for it, and begins no ledger."""
    result = replies.runner.run("reply_log")
    assert result.success
    assert result.get_asset_materialization_events() == []
    assert "There is no ledger of replies yet" in lines(replies.runner, result)
    assert not replies.folder.exists()


def test_without_a_warehouse_the_log_alone_fails_plainly(replies: Replies) -> None:
    """It says what makes one."""
    replies.plan(1)
    said = failure_of(replies.runner.run("reply_log"), "intercom__reply_log")
    assert "Run intercom-pipeline sync" in said


def test_to_load_the_definitions_touches_no_ledger(runner: Runner) -> None:
    """Nor anything else of the data folder."""
    assert defs.get_repository_def().get_all_jobs()
    assert not runner.data.exists()
