"""A month read anew, as a job with a partition a month: a person picks them on the page."""

from dataclasses import replace

import dagster as dg
from pydantic import Field

from intercom_pipeline.defs.failures import failing_plainly, raise_failures
from intercom_pipeline.defs.resources import IntercomResource, SyncResource, WarehouseResource
from intercom_pipeline.defs.run_log import logged
from intercom_pipeline.defs.translate import materializations
from intercom_pipeline.sync.choice import choose
from intercom_pipeline.sync.plan import Bounds

# A static start, since settings are not read when the location is loaded. What is older is read by
# `intercom-pipeline sync --until 2020-01-01`.
MONTHS = dg.MonthlyPartitionsDefinition(start_date="2020-01-01", timezone="UTC", end_offset=1)
"""The months, in UTC, up to the one that is running."""

# One run at a time may write: months that are picked together wait for each other, an hour at most.
_WAIT_FOR_OTHERS = dg.RetryPolicy(max_retries=240, delay=15)


class BackfillConfig(dg.Config):
    """What can be chosen for a month."""

    streams: list[str] = Field(
        default=[],
        description="The streams to read; where none is named, all that can be searched by creation.",
    )
    full_refresh: bool = Field(
        default=False, description="Fetch the details of every record anew, also where nothing changed."
    )


@dg.op(
    retry_policy=_WAIT_FOR_OTHERS,
    description="Reads what was created in the month, and leaves alone how far each stream is synced.",
)
def read_month(
    context: dg.OpExecutionContext,
    config: BackfillConfig,
    intercom: IntercomResource,
    warehouse: WarehouseResource,
    sync: SyncResource,
) -> None:
    """Read the partition's month; each table is told as soon as its stream is done."""
    month = context.partition_time_window
    bounds = Bounds(since=int(month.start.timestamp()), until=int(month.end.timestamp()))
    with failing_plainly():
        options = replace(intercom.options(context.run_id), bounds=bounds, full_refresh=config.full_refresh)
        choice = choose(options, names=config.streams, also=intercom.also_sync)
        events = sync.start(
            choice.streams,
            connection=intercom.connection(),
            folder=warehouse.folder(),
            options=choice.options,
        )
        ended = []
        for result in logged(events, context.log):
            ended.append(result)
            for materialization in materializations(result):
                context.log_event(materialization)
        raise_failures(ended)


@dg.job(
    partitions_def=MONTHS,
    description="Reads a month anew: contacts, conversations and tickets created in it, and what was logged.",
)
def backfill_month() -> None:
    """One operation."""
    read_month()
