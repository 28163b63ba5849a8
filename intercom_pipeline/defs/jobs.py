"""The job that syncs, and the schedules that sync every hour and sweep every night."""

import dagster as dg

from intercom_pipeline.defs.assets import intercom_tables
from intercom_pipeline.defs.backfilling import backfill_month
from intercom_pipeline.defs.sweeping import sweep_job
from intercom_pipeline.defs.translate import default_keys

_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]

sync_job = dg.define_asset_job(
    "sync_job",
    selection=dg.AssetSelection.assets(*default_keys()),
    description="Brings the tables up to date with the Intercom workspace: all but those on request, and of "
    "these the ones that the settings name.",
)


# Off until someone turns it on: it calls the API of a real workspace. Not at the full hour, when everybody's
# jobs start.
@dg.schedule(
    job=sync_job,
    cron_schedule="7 * * * *",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Syncs once an hour, unless the run before is still going on.",
)
def hourly_sync(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for a sync, unless one is under way: a first sync can take longer than an hour."""
    return _unless_busy(context)


# Off as well. Its hour is UTC's: the workspace's is not known before it was asked.
@dg.schedule(
    job=sweep_job,
    cron_schedule="0 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Looks every night at 03:00 UTC for what is gone from Intercom, unless a run is going on.",
)
def nightly_sweep(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for a sweep, unless something else is writing."""
    return _unless_busy(context)


def _unless_busy(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    unfinished = context.instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))
    ours = [run for run in unfinished if _is_ours(run)]
    if ours:
        return dg.SkipReason(f"Run {ours[0].run_id} of {ours[0].job_name} is still going on.")
    return dg.RunRequest()


def _is_ours(run: dg.DagsterRun) -> bool:
    """Whether a run is one of these jobs, or materialises tables chosen on the page."""
    chosen = run.asset_selection or frozenset()
    jobs = {sync_job.name, sweep_job.name, backfill_month.name}
    return run.job_name in jobs or not intercom_tables.keys.isdisjoint(chosen)
