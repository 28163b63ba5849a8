"""What the published file says about itself: its workspace, its streams, its tables. Nothing is written."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock

from intercom_pipeline.warehouse.ddl import identifier, recall
from intercom_pipeline.warehouse.errors import NotADatabase, WarehouseMissing
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.opening import explained

_COMMENT = re.compile(r"(?P<description>.*?)\s*One row is (?P<grain>.*?)\.?", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What the published file is.

    Attributes:
        workspace: Intercom's id of the workspace.
        timezone: The workspace's time zone.
        release: The release of this project that wrote it.
        published_at: When it was published (UTC).
        size_bytes: How large it is.
    """

    workspace: str | None
    timezone: str | None
    release: str | None
    published_at: datetime
    size_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamStatus:
    """How far one stream is, and what its part in its last run was.

    Attributes:
        stream: Its name.
        rows: Records that are there, not flagged as gone.
        completed_at: When it was last synced completely; None if never.
        bookmark: The newest cursor value stored; None without a cursor.
        open_slices: Slices that a stopped run left for the next.
        run_id: The last run that synced it; this and what follows are as in `pipeline.runs`.
    """

    stream: str
    rows: int
    completed_at: datetime | None
    bookmark: datetime | None
    open_slices: int
    run_id: str | None
    finished_at: datetime | None
    result: str | None
    error: str | None
    records_read: int | None
    requests: int | None
    retries: int | None
    waited_seconds: float | None
    received_bytes: int | None
    seconds: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftSeen:
    """A field in which Intercom's records differed from the declared columns.

    Attributes:
        drift: What was different.
        occurrences: In how many records.
    """

    table: str
    field: str
    drift: str
    first_seen_at: datetime
    last_seen_at: datetime
    occurrences: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnFacts:
    """A column as the file describes it: its name, DuckDB type and comment."""

    name: str
    type: str
    description: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TableFacts:
    """A table or view as the file describes it.

    Attributes:
        schema: main (Intercom's records), analytics or pipeline.
        name: Its name.
        grain: What one row is; empty where the file does not say.
        description: What it holds.
        rows: How many rows there are, not flagged as gone.
        gone: How many rows are flagged as gone from Intercom.
        columns: Its columns, in order.
    """

    schema: str
    name: str
    grain: str
    description: str
    rows: int
    gone: int
    columns: tuple[ColumnFacts, ...]

    @property
    def address(self) -> str:
        """The name as SQL has it: a table of schema main needs no schema."""
        return self.name if self.schema == "main" else f"{self.schema}.{self.name}"


@contextmanager
def open_published(folder: DataFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published file for reading; times are shown in UTC.

    Raises:
        WarehouseMissing: Nothing was published yet.
        WarehouseError: It is no DuckDB database, or cannot be read.
    """
    if not folder.published.exists():
        raise WarehouseMissing(
            f"There is no published file {folder.published} yet.",
            why="A sync makes it when it ends.",
            fix="Run intercom-pipeline sync, or name the folder that holds it with --data-dir.",
        )
    with _reading(folder.published) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


@contextmanager
def _reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise explained(error, path) or error from error
    try:
        yield connection
    finally:
        connection.close()


def workspace_of(path: Path) -> str | None:
    """Intercom's id of the workspace that a database of this project holds; None before its first sync.

    Raises:
        WarehouseError: It is no database of this project, or cannot be read.
    """
    with _reading(path) as connection:
        return _facts(connection, path)["workspace_id"]


def about(connection: duckdb.DuckDBPyConnection, folder: DataFolder) -> About:
    """What the published file is.

    Raises:
        NotADatabase: It is a database, but not one of this project's.
    """
    facts, file = _facts(connection, folder.published), folder.published.stat()
    return About(
        workspace=facts["workspace_id"],
        timezone=facts["workspace_timezone"],
        release=facts["release"],
        published_at=datetime.fromtimestamp(file.st_mtime, UTC),
        size_bytes=file.st_size,
    )


def _facts(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str | None]:
    try:
        return {key: recall(connection, key) for key in ("workspace_id", "workspace_timezone", "release")}
    except duckdb.CatalogException:
        raise NotADatabase(
            f"{path} was not made by intercom-pipeline.",
            why="It is a DuckDB database without the schema called pipeline.",
            fix="Name another folder with --data-dir, or move the file away.",
        ) from None


_STREAMS = """
WITH last_runs AS (
    SELECT * FROM pipeline.runs QUALIFY row_number() OVER (PARTITION BY stream ORDER BY finished_at DESC) = 1
), unfinished AS (SELECT stream, count(*) AS open_slices FROM pipeline.slices GROUP BY stream)
SELECT stream, completed_at, bookmark, coalesce(open_slices, 0) AS open_slices, run_id, finished_at, result,
    error, records_read, requests, retries, waited_seconds, received_bytes, seconds
FROM last_runs FULL JOIN pipeline.bookmarks USING (stream) FULL JOIN unfinished USING (stream)
ORDER BY stream
"""


def streams(connection: duckdb.DuckDBPyConnection) -> list[StreamStatus]:
    """How far each stream is that was ever synced."""
    found = _records(connection.execute(_STREAMS))
    return [StreamStatus(rows=_count(connection, "main", each["stream"])[0], **each) for each in found]


_DRIFT = """
SELECT table_name AS "table", field, drift, first_seen_at, last_seen_at, occurrences
FROM pipeline.schema_events ORDER BY occurrences DESC, table_name, field, drift
"""


def drift(connection: duckdb.DuckDBPyConnection) -> list[DriftSeen]:
    """What differed from the declared columns, the most frequent first."""
    return [DriftSeen(**each) for each in _records(connection.execute(_DRIFT))]


_TABLES = """
SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE NOT internal AND NOT temporary
UNION ALL SELECT schema_name, view_name, comment FROM duckdb_views() WHERE NOT internal AND NOT temporary
ORDER BY list_position(['main', 'analytics', 'pipeline'], schema_name), 1, 2
"""


def tables(connection: duckdb.DuckDBPyConnection) -> list[TableFacts]:
    """Every table and view, Intercom's records first."""
    columns = _columns(connection)
    found = connection.execute(_TABLES).fetchall()
    return [_table(connection, columns, *row) for row in found]


def _table(
    connection: duckdb.DuckDBPyConnection,
    columns: dict[tuple[str, str], list[ColumnFacts]],
    schema: str,
    name: str,
    comment: str | None,
) -> TableFacts:
    told = _COMMENT.fullmatch(comment or "")
    its_columns = tuple(columns.get((schema, name), ()))
    flagged = any(column.name == "_deleted_at" for column in its_columns)
    rows, gone = _count(connection, schema, name, flagged=flagged)
    return TableFacts(
        schema=schema,
        name=name,
        grain=told["grain"] if told else "",
        description=told["description"] if told else comment or "",
        rows=rows,
        gone=gone,
        columns=its_columns,
    )


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], list[ColumnFacts]]:
    found: dict[tuple[str, str], list[ColumnFacts]] = {}
    for schema, table, name, kind, comment in connection.execute(
        "SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() "
        "WHERE NOT internal ORDER BY column_index"
    ).fetchall():
        facts = ColumnFacts(name=name, type=kind, description=comment or "")
        found.setdefault((schema, table), []).append(facts)
    return found


def _count(
    connection: duckdb.DuckDBPyConnection, schema: str, name: str, *, flagged: bool = True
) -> tuple[int, int]:
    """Rows that are there, and rows flagged as gone, where the table has such a flag."""
    gone = "_deleted_at IS NOT NULL" if flagged else "false"
    row = connection.execute(
        f"SELECT count(*) FILTER (NOT ({gone})), count(*) FILTER ({gone}) "
        f"FROM {identifier(schema)}.{identifier(name)}"
    ).fetchone()
    return row or (0, 0)


def _records(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The rows of a result by column name."""
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def running_sync(folder: DataFolder) -> int | None:
    """The id of the process that syncs into the folder now; None where none does.

    The lock is tried only where a sync has left its name, so that looking never stands in a sync's way.
    """
    try:
        holder = int(json.loads(folder.holder.read_text(encoding="utf-8"))["pid"])
    except (OSError, ValueError, KeyError):
        return None
    try:
        with FileLock(folder.lock, timeout=0):
            return None  # the name was left behind by a killed sync
    except OSError:  # held (Timeout is one), or not ours to try
        return holder
