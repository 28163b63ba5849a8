"""Streams, tables, results and errors in Dagster's terms."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import dagster as dg

from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.choice import is_default
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.warehouse.merge import Changes
from intercom_pipeline.warehouse.table import Column, Table
from intercom_pipeline.warehouse.warehouse import Glance

OWNER = "team:support-data"
DATABASE = "intercom.main"
"""How readers name the published file's schema."""

_PREFIX = "intercom"
_PREVIEW_ROWS = 3
"""As many as the page shows side by side."""


def asset_key(table: Table) -> dg.AssetKey:
    """The asset of a table: `intercom/contacts`."""
    return dg.AssetKey([_PREFIX, table.name])


def specs(streams: Iterable[Stream]) -> list[dg.AssetSpec]:
    """One asset a table, child tables after their parents and derived from them."""
    return [_spec(stream, table) for stream in streams for table in stream.tables()]


def keys_of(streams: Iterable[Stream]) -> list[dg.AssetKey]:
    """The assets of the tables that streams fill."""
    return [asset_key(table) for stream in streams for table in stream.tables()]


def default_keys() -> list[dg.AssetKey]:
    """The assets of the tables that a sync brings by itself, whatever the settings."""
    return keys_of(stream for stream in CATALOG if is_default(stream))


def streams_of(chosen: Collection[dg.AssetKey]) -> list[Stream]:
    """The streams that fill the chosen tables."""
    return [stream for stream in CATALOG if any(asset_key(table) in chosen for table in stream.tables())]


def _spec(stream: Stream, table: Table) -> dg.AssetSpec:
    return dg.AssetSpec(
        asset_key(table),
        description=f"{table.description} One row is {table.grain}.",
        group_name=stream.group.replace(" ", "_"),
        kinds={"duckdb", "intercom"},
        owners=[OWNER],
        tags={
            "replication": stream.replication.value.replace(" ", "_"),
            "by_default": stream.need.value.replace(" ", "_"),
        },
        deps=_deps(stream, table),
        metadata={
            "dagster/column_schema": column_schema(table),
            "dagster/table_name": f"{DATABASE}.{table.name}",
            "dagster/storage_kind": "duckdb",
            "stream": stream.name,
            "replication": stream.replication.value,
            "endpoint": stream.path,
            "permission": stream.permission,
            "since_api_version": stream.minimum_version,
            "cost_in_requests": stream.cost,
        },
        # A stream that fails or is skipped gives no result; its tables are then not materialised.
        skippable=True,
    )


def _deps(stream: Stream, table: Table) -> list[dg.AssetKey]:
    """What a table derives from: its stream's own, or that of the stream it is asked for by."""
    if table is not stream.table:
        return [asset_key(stream.table)]
    return [dg.AssetKey([_PREFIX, stream.parent.table])] if stream.parent and stream.parent.table else []


def column_schema(table: Table) -> dg.TableSchema:
    """A table's columns with DuckDB types and descriptions; its primary key as the table's constraint."""
    return schema_of(table.all_columns, table.primary_key)


def schema_of(columns: Iterable[Column], primary_key: Sequence[str]) -> dg.TableSchema:
    """The same of columns and the names of those that tell rows apart."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.kind.sql_type,
                description=column.description,
                constraints=dg.TableColumnConstraints(nullable=column.name not in primary_key),
            )
            for column in columns
        ],
        constraints=dg.TableConstraints(other=[f"primary key ({', '.join(primary_key)})"]),
    )


def results_of(result: SyncResult, chosen: Collection[dg.AssetKey]) -> Iterator[dg.MaterializeResult[None]]:
    """The results of a stream's chosen tables, parents first; none of a stream that is not complete."""
    for told in materializations(result):
        if told.asset_key in chosen:
            yield dg.MaterializeResult(asset_key=told.asset_key, metadata=told.metadata)


def materializations(result: SyncResult) -> Iterator[dg.AssetMaterialization]:
    """What became of a stream's tables, parents first; none of a stream that is not complete."""
    if result.outcome is not Outcome.COMPLETE:
        return
    for table in result.stream.tables():
        changes = result.changes.get(table.name, Changes())
        yield dg.AssetMaterialization(
            asset_key=asset_key(table),
            metadata={**_table_metadata(result.tables[table.name], changes), **_stream_metadata(result)},
        )


def observation(result: SyncResult, flagged: Mapping[str, int]) -> dg.AssetObservation:
    """What a sweep found of a stream's own table: the rows it flagged, by reason."""
    table = result.stream.table
    return dg.AssetObservation(
        asset_key=asset_key(table),
        metadata={
            "rows_flagged": dg.MetadataValue.int(sum(flagged.values())),
            **{f"rows_{reason}": dg.MetadataValue.int(count) for reason, count in flagged.items()},
            "dagster/row_count": dg.MetadataValue.int(result.tables[table.name].rows),
            **_stream_metadata(result),
        },
    )


def _table_metadata(glance: Glance, changes: Changes) -> dict[str, dg.MetadataValue]:
    return {
        "dagster/row_count": dg.MetadataValue.int(glance.rows),
        "rows_inserted": dg.MetadataValue.int(changes.inserted),
        "rows_updated": dg.MetadataValue.int(changes.updated),
        "rows_unchanged": dg.MetadataValue.int(changes.unchanged),
        "rows_removed": dg.MetadataValue.int(changes.removed),
        "preview": dg.MetadataValue.md(preview(glance)),
    }


def _stream_metadata(result: SyncResult) -> dict[str, dg.MetadataValue]:
    """What the whole stream cost: its tables share their requests."""
    cost = result.cost
    values: dict[str, dg.MetadataValue] = {
        "stream_records_read": dg.MetadataValue.int(result.total.read),
        "stream_requests": dg.MetadataValue.int(cost.requests),
        "stream_retries": dg.MetadataValue.int(cost.retries),
        "stream_waited_seconds": dg.MetadataValue.float(round(cost.waited_seconds, 3)),
        "stream_received_bytes": dg.MetadataValue.int(cost.received_bytes),
        "stream_seconds": dg.MetadataValue.float(round(result.seconds, 3)),
    }
    if result.bookmark_after is not None:
        values["stream_bookmark"] = dg.MetadataValue.timestamp(float(result.bookmark_after))
    return values


def preview(glance: Glance) -> str:
    """A few rows as a Markdown table, on its side: a column of the table is a line, so that wide ones fit."""
    rows = glance.preview[:_PREVIEW_ROWS]
    if not rows:
        return "No rows."
    filled = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    lines = [
        ["column", *(f"row {number}" for number in range(1, len(rows) + 1))],
        *([name, *(row[name] or "" for row in rows)] for name in filled),
    ]
    head, *body = [_line(cells) for cells in lines]
    return "\n".join([head, "| --- " * len(lines[0]) + "|", *body])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line: what customers wrote must not format anything."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))
