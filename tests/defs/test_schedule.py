"""The hourly schedule."""

import dagster as dg

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


def test_the_schedule_waits_for_a_sync_under_way(runner: Runner) -> None:
    """A first sync can take longer than an hour; a second one would only be refused."""
    job = defs.resolve_job_def("sync_job")
    run = runner.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    with dg.build_schedule_context(runner.instance) as context:
        data = hourly_sync.evaluate_tick(context)
    assert not data.run_requests
    assert run.run_id in (data.skip_message or "")
