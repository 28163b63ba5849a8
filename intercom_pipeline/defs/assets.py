"""The assets: one a table, all made by one operation: a run shares one client, one limiter and one writer."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

import dagster as dg
from pydantic import Field

from intercom_pipeline.defs.failures import failing_plainly, failure_of
from intercom_pipeline.defs.resources import IntercomResource, SyncResource, WarehouseResource
from intercom_pipeline.defs.run_log import logged
from intercom_pipeline.defs.translate import materializations, specs, streams_of
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.results import Outcome, SyncResult


class SyncConfig(dg.Config):
    """What can be chosen for one run."""

    full_refresh: bool = Field(
        default=False,
        description="Ask Intercom for everything anew, not only for what changed since the last sync. "
        "Nothing stored is deleted first.",
    )


@dg.multi_asset(
    name="intercom",
    specs=specs(CATALOG),
    can_subset=True,
    description="Syncs the chosen tables from Intercom into DuckDB, all at once.",
)
def intercom_tables(
    context: dg.AssetExecutionContext,
    config: SyncConfig,
    intercom: IntercomResource,
    warehouse: WarehouseResource,
    sync: SyncResource,
) -> Iterator[dg.MaterializeResult[None]]:
    """Sync the streams that fill the chosen tables; a table's result comes as soon as its stream is done."""
    chosen = context.selected_asset_keys
    with failing_plainly():
        events = sync.start(
            streams_of(chosen),
            connection=intercom.connection(),
            folder=warehouse.folder(),
            options=replace(intercom.options(context.run.run_id), full_refresh=config.full_refresh),
        )
        yield from _materialized(logged(events, context.log), chosen)


def _materialized(
    results: Iterable[SyncResult], chosen: Collection[dg.AssetKey]
) -> Iterator[dg.MaterializeResult[None]]:
    """What became of the chosen tables; streams that failed are told at the end, when the others are done."""
    ended = []
    for result in results:
        ended.append(result)
        if result.outcome is Outcome.COMPLETE:
            yield from materializations(result, chosen)
    if any(result.outcome is not Outcome.COMPLETE for result in ended):
        raise failure_of(ended)
