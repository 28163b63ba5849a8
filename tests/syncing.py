"""Sync a sandbox into a folder, and compare the tables with what the workspace truly holds."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb

from intercom_pipeline.intercom.connection import Connection, Patience, Secret
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.sync.catalog import CATALOG, stream_named
from intercom_pipeline.sync.options import Options
from intercom_pipeline.sync.results import SyncResult
from intercom_pipeline.sync.run import run
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.table import Table
from tests.rebuild import expected, rebuilt, rows_of

IMPATIENT = Patience(attempts=6, wait_initial=0.01, wait_max=0.05, wait_jitter=0.01, wait_unsaid=0.05)
"""Tries again as often as in real life, without the real life's waits."""


def connection_to(sandbox: Sandbox, **changes: Any) -> Connection:
    known = Connection(token=Secret(sandbox.token), base_url=sandbox.url, rate_share=1.0, patience=IMPATIENT)
    return replace(known, **changes)


def sync(
    sandbox: Sandbox,
    folder: Path,
    *names: str,
    full_refresh: bool = False,
    lookback: int = 900,
    **changes: Any,
) -> dict[str, SyncResult]:
    """Sync the named streams (all, where none is named); returns how each ended."""
    streams: Sequence[Stream] = [stream_named(name) for name in names] or CATALOG
    events = run(
        streams,
        connection=connection_to(sandbox, **changes),
        folder=DataFolder(folder),
        options=Options(run_id=uuid4().hex, full_refresh=full_refresh, lookback=lookback),
    )
    return {event.stream.name: event for event in events if isinstance(event, SyncResult)}


@contextmanager
def published(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, opened as a reader does."""
    connection = duckdb.connect(str(DataFolder(folder).published), read_only=True)
    try:
        yield connection
    finally:
        connection.close()


def select(folder: Path, sql: str) -> list[Any]:
    with published(folder) as connection:
        return connection.execute(sql).fetchall()


def records_in(folder: Path, table: Table) -> dict[str, dict[str, Any]]:
    """The records a table holds (not those flagged as gone), rebuilt, by id."""
    with published(folder) as connection:
        rows = [row for row in rows_of(connection, table) if row["_deleted_at"] is None]
    return {row["id"]: rebuilt(table, row) for row in rows}


def truth(sandbox: Sandbox, name: str, version: str = "2.14") -> dict[str, dict[str, Any]]:
    """What the workspace truly holds of a stream, by id."""
    stream = stream_named(name)
    records = sandbox.workspace.records(name, version=version)
    return {str(record["id"]): expected(stream.table, _shown(stream, record)) for record in records}


def _shown(stream: Stream, record: dict[str, Any]) -> dict[str, Any]:
    """A record with the inline lists that nothing completes cut to the ten entries that the API shows."""
    completed = {rest.field for rest in stream.rests}
    cut = {
        key: value | {"data": value["data"][:10], "has_more": True}
        for key, value in record.items()
        if key not in completed and isinstance(value, dict) and len(value.get("data") or ()) > 10
    }
    return record | cut


def assert_equal_to_the_workspace(sandbox: Sandbox, folder: Path, *names: str, version: str = "2.14") -> None:
    """Every table equals the workspace, record by record and field by field."""
    for name in names or [stream.name for stream in CATALOG]:
        stored, true = records_in(folder, stream_named(name).table), truth(sandbox, name, version)
        assert stored.keys() == true.keys(), name
        for record_id, record in true.items():
            assert stored[record_id] == record, f"{name} {record_id}"
