"""The sweep as a job: it finds what is gone from Intercom, and tells it as observations of the tables."""

from dataclasses import replace

import dagster as dg
from pydantic import Field

from intercom_pipeline.defs.failures import failing_plainly, raise_failures
from intercom_pipeline.defs.resources import IntercomResource, SyncResource, WarehouseResource
from intercom_pipeline.defs.run_log import logged
from intercom_pipeline.defs.translate import observation
from intercom_pipeline.sync.choice import choose
from intercom_pipeline.sync.results import Outcome
from intercom_pipeline.warehouse.flagged import flagged_in


class SweepConfig(dg.Config):
    """What can be chosen for one sweep."""

    streams: list[str] = Field(
        default=[], description="The streams to sweep; where none is named, all that syncs do not read whole."
    )
    allow_many: bool = Field(
        default=False,
        description="Flag also where over a tenth of a stream's rows are missing. Look in Intercom first: "
        "the token may see less than it did.",
    )


@dg.op(description="Compares every id that Intercom lists with the tables, and flags what is gone.")
def sweep(
    context: dg.OpExecutionContext,
    config: SweepConfig,
    intercom: IntercomResource,
    warehouse: WarehouseResource,
    sync: SyncResource,
) -> None:
    """Sweep, then tell of each table how many rows were flagged and why."""
    with failing_plainly():
        options = replace(intercom.options(context.run_id), sweep=True, allow_many=config.allow_many)
        choice = choose(options, names=config.streams, also=intercom.also_sync)
        folder = warehouse.folder()
        events = sync.start(
            choice.streams, connection=intercom.connection(), folder=folder, options=choice.options
        )
        ended = list(logged(events, context.log, work=options.work))
        flagged = flagged_in(folder, options.run_id)
    for result in ended:
        if result.outcome is Outcome.COMPLETE:
            context.log_event(observation(result, flagged.get(result.stream.name, {})))
    raise_failures(ended)


@dg.job(description="Finds what was deleted, merged or archived in Intercom, and flags it.")
def sweep_job() -> None:
    """One operation."""
    sweep()
