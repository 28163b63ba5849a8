"""What the published file says about itself: its workspace and its tables. Nothing is written."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

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
    with _reading(published(folder)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def published(folder: DataFolder) -> Path:
    """The path of the published file.

    Raises:
        WarehouseMissing: Nothing was published yet.
    """
    if folder.published.exists():
        return folder.published
    raise WarehouseMissing(
        f"There is no published file {folder.published} yet.",
        why="A sync makes it when it ends.",
        fix="Run intercom-pipeline sync, or name the folder that holds it with --data-dir.",
    )


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


_TABLES = """
FROM (SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE NOT internal AND NOT temporary
UNION ALL SELECT schema_name, view_name, comment FROM duckdb_views() WHERE NOT internal AND NOT temporary)
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
    rows, gone = count_rows(connection, schema, name, flagged=flagged)
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


def count_rows(
    connection: duckdb.DuckDBPyConnection, schema: str, name: str, *, flagged: bool = True
) -> tuple[int, int]:
    """Rows that are there, and rows flagged as gone, where the table has such a flag."""
    gone = "_deleted_at IS NOT NULL" if flagged else "false"
    row = connection.execute(
        f"SELECT count(*) FILTER (NOT ({gone})), count(*) FILTER ({gone}) "
        f"FROM {identifier(schema)}.{identifier(name)}"
    ).fetchone()
    return row or (0, 0)


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
