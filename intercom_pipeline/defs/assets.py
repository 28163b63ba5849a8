"""The assets: one a table, all made by one operation: a run shares one client, one limiter and one writer."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

import dagster as dg
from pydantic import Field

from intercom_pipeline.defs.failures import failing_plainly, raise_failures
from intercom_pipeline.defs.resources import IntercomResource, SyncResource, WarehouseResource
from intercom_pipeline.defs.run_log import logged
from intercom_pipeline.defs.translate import (
    default_keys,
    keys_of,
    materializations,
    results_of,
    specs,
    streams_of,
)
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.choice import Choice, choose
from intercom_pipeline.sync.options import Options
from intercom_pipeline.sync.results import SyncResult
from intercom_pipeline.sync.stream import Stream


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
        options = replace(intercom.options(context.run.run_id), full_refresh=config.full_refresh)
        choice = choice_of(chosen, options, intercom.also_sync)
        _tell_left_out(context, chosen, choice)
        events = sync.start(
            choice.streams,
            connection=intercom.connection(),
            folder=warehouse.folder(),
            options=choice.options,
        )
        yield from _materialized(context, parents_first(logged(events, context.log), choice.streams))


def choice_of(chosen: Collection[dg.AssetKey], options: Options, also: Sequence[str]) -> Choice:
    """The streams of the chosen tables; of all tables, or those of the job, those that come by themselves.

    Whoever chooses some tables asks for them; "all" asks for nothing in particular.
    """
    if set(chosen) in (set(default_keys()), set(keys_of(CATALOG))):
        return choose(options, also=also)
    return choose(options, names=[stream.name for stream in streams_of(chosen)], also=also)


def _tell_left_out(
    context: dg.AssetExecutionContext, chosen: Collection[dg.AssetKey], choice: Choice
) -> None:
    there = {stream.name for stream in choice.streams}
    left_out = [stream.name for stream in streams_of(chosen) if stream.name not in there]
    if left_out:
        context.log.info(
            "On request only, and so left out: %s. Choose one alone, or name it in INTERCOM_ALSO_SYNC.",
            ", ".join(left_out),
        )


def parents_first(results: Iterable[SyncResult], streams: Iterable[Stream]) -> Iterator[SyncResult]:
    """The results in an order that Dagster accepts: none before that of the stream it is asked for by."""
    awaited = {table.name for stream in streams for table in stream.tables()}
    held: list[SyncResult] = []
    for ended in results:
        held.append(ended)
        while ready := [result for result in held if _parent_of(result) not in awaited]:
            held = [result for result in held if _parent_of(result) in awaited]
            awaited -= {table.name for result in ready for table in result.stream.tables()}
            yield from ready


def _parent_of(result: SyncResult) -> str | None:
    return result.stream.parent.table if result.stream.parent else None


def _materialized(
    context: dg.AssetExecutionContext, results: Iterable[SyncResult]
) -> Iterator[dg.MaterializeResult[None]]:
    """What became of the tables; streams that failed are told at the end, when the others are done."""
    chosen, ended = context.selected_asset_keys, []
    for result in results:
        ended.append(result)
        if any(key in chosen for key in keys_of([result.stream])):
            yield from results_of(result, chosen)
        else:
            # A setting asked for it, and no job can: settings are not read when the location is loaded.
            for materialization in materializations(result):
                context.log_event(materialization)
    raise_failures(ended)
