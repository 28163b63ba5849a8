"""The hourly schedule."""

from typing import Any

import dagster as dg
import pytest

from intercom_pipeline.definitions import defs
from intercom_pipeline.defs.jobs import hourly_sync
from tests.defs.running import Runner


def test_the_schedule_is_off_until_someone_turns_it_on() -> None:
    """It would call the API of a real workspace."""
    schedule = defs.resolve_schedule_def("hourly_sync")
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert schedule.job_name == "sync_job"
    assert schedule.cron_schedule == "7 * * * *"


def test_the_schedule_asks_for_a_sync(runner: Runner) -> None:
    """With nothing under way, a run is asked for."""
    with dg.build_schedule_context(runner.instance) as context:
        data = hourly_sync.evaluate_tick(context)
    assert data.run_requests is not None
    assert len(data.run_requests) == 1


@pytest.mark.parametrize(
    "started",
    [
        {"job_name": "sync_job"},
        {"job_name": "__ASSET_JOB", "asset_selection": frozenset({dg.AssetKey(["intercom", "tags"])})},
    ],
    ids=["the job", "chosen on the page"],
)
def test_the_schedule_waits_for_a_sync_under_way(runner: Runner, started: dict[str, Any]) -> None:
    """A first sync can take longer than an hour; a second one would only be refused."""
    run = dg.DagsterRun(**started, status=dg.DagsterRunStatus.STARTED)
    runner.instance.add_run(run)
    with dg.build_schedule_context(runner.instance) as context:
        data = hourly_sync.evaluate_tick(context)
    assert not data.run_requests
    assert data.skip_message == f"Run {run.run_id} of {run.job_name} is still going on."


def test_the_schedule_does_not_wait_for_other_peoples_runs(runner: Runner) -> None:
    """A Dagster deployment may run much else."""
    other = frozenset({dg.AssetKey(["sales", "orders"])})
    runner.instance.add_run(
        dg.DagsterRun(job_name="__ASSET_JOB", asset_selection=other, status=dg.DagsterRunStatus.STARTED)
    )
    with dg.build_schedule_context(runner.instance) as context:
        assert hourly_sync.evaluate_tick(context).run_requests
