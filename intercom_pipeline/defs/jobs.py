"""The job that syncs everything, and the schedule that runs it every hour."""

import dagster as dg

from intercom_pipeline.defs.assets import intercom_tables

_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]

sync_job = dg.define_asset_job(
    "sync_job",
    selection=dg.AssetSelection.assets(intercom_tables),
    description="Brings every table up to date with the Intercom workspace.",
)


# Off until someone turns it on: it calls the API of a real workspace. Not at the full hour, when everybody's
# jobs start.
@dg.schedule(
    job=sync_job,
    cron_schedule="7 * * * *",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Syncs every table once an hour, unless the sync before is still running.",
)
def hourly_sync(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for a sync, unless one is under way: a first sync can take longer than an hour."""
    unfinished = context.instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))
    syncs = [run.run_id for run in unfinished if _is_sync(run)]
    if syncs:
        return dg.SkipReason(f"The sync of run {syncs[0]} is still running.")
    return dg.RunRequest()


def _is_sync(run: dg.DagsterRun) -> bool:
    """Whether a run is one of the job, or materialises tables chosen on the page."""
    chosen = run.asset_selection or frozenset()
    return run.job_name == sync_job.name or not intercom_tables.keys.isdisjoint(chosen)
