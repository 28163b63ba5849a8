"""Stage a batch of rows and merge it: insert what is new, replace what changed, leave the rest alone.

DELETE + INSERT in one transaction is about twice as fast as MERGE INTO here, and rows that did not change are
not written at all, so that a sync of nothing new writes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import msgspec

from intercom_pipeline.warehouse.ddl import identifier, literal
from intercom_pipeline.warehouse.decode import EXTRA, Drift, Note, Row
from intercom_pipeline.warehouse.table import Column, Kind, Table

_ROOM = 1_000_000
"""Bytes a line may have at least: the JSON reader's buffers grow with it, so it stays small."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What merging did to one table.

    Attributes:
        read: Records that arrived.
        inserted: Rows that were new.
        updated: Rows that were replaced.
        unchanged: Rows that were the same already, or newer.
        removed: Rows that were deleted or flagged as gone.
    """

    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(
            read=self.read + other.read,
            inserted=self.inserted + other.inserted,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            removed=self.removed + other.removed,
        )


def stage(connection: duckdb.DuckDBPyConnection, table: Table, rows: Iterable[Row], folder: Path) -> None:
    """Read rows into temporary tables, one for each table of the tree.

    Raises:
        duckdb.Error: DuckDB could not read a line (see `rescued`).
    """
    lines: dict[str, list[bytes]] = {each.name: [] for each in table.tree()}
    for row in rows:
        lines[table.name].append(row.line)
        for name, of_child in row.children.items():
            lines[name].extend(of_child)
    for each in table.tree():
        _stage_lines(connection, each, lines[each.name], folder)


def _stage_lines(
    connection: duckdb.DuckDBPyConnection, table: Table, lines: list[bytes], folder: Path
) -> None:
    if not lines:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_staged(table)} AS FROM main.{identifier(table.name)} LIMIT 0"
        )
        return
    file = folder / f"{table.name}.ndjson"
    try:
        with file.open("wb") as target:
            target.writelines(line for each in lines for line in (each, b"\n"))
        largest = max(_ROOM, max(map(len, lines)) + 2)
        connection.execute(_staging(table, file, largest))
    finally:
        file.unlink(missing_ok=True)


def _staging(table: Table, file: Path, largest: int) -> str:
    """SQL that reads a file of lines into a temporary table with exactly one row a primary key.

    A batch holds each record once; only the lists inside its records may say something twice.
    """
    types = {column.key: column.kind.staged_type for column in table.sent} | {EXTRA: "JSON"}
    columns = ", ".join(f"{literal(key)}: '{sql_type}'" for key, sql_type in types.items())
    read = ", ".join(f"{_value(column)} AS {identifier(column.name)}" for column in table.sent)
    key = ", ".join(map(identifier, table.primary_key))
    once = f" QUALIFY row_number() OVER (PARTITION BY {key}) = 1" if table.path else ""
    return (
        f"CREATE OR REPLACE TEMP TABLE {_staged(table)} AS "
        f"SELECT {', '.join(_selected(column) for column in table.all_columns)} "
        f"FROM (SELECT {read}, {EXTRA} FROM read_json({literal(str(file))}, format = 'newline_delimited', "
        f"maximum_object_size = {largest}, columns = {{{columns}}})){once}"
    )


def _value(column: Column) -> str:
    key = identifier(column.key)
    return f"to_timestamp({key})" if column.kind is Kind.TIME else key


def _selected(column: Column) -> str:
    name = identifier(column.name)
    match column.name:
        case "_synced_at":
            return f"now() AS {name}"
        case "_deleted_at" | "_deleted_reason":
            return f"NULL::{column.kind.sql_type} AS {name}"
    return f"({column.expression})::{column.kind.sql_type} AS {name}" if column.expression else name


def merge(
    connection: duckdb.DuckDBPyConnection, table: Table, *, complete: bool = False
) -> dict[str, Changes]:
    """Merge the staged rows of a tree of tables, inside the caller's transaction.

    Args:
        connection: A connection with a transaction begun and the batch staged.
        table: The tree's root.
        complete: The batch is all there is: rows that are not in it have vanished.

    Returns:
        What changed, by table.
    """
    key = table.primary_key[0]
    stale = _drop_stale(connection, table)
    changes = {}
    for child in table.children:
        removed = 0
        if not child.keeps_vanished:
            removed = _delete_vanished_children(connection, child, parent=table, complete=complete)
        changes[child.name] = _merge_one(connection, child) + Changes(removed=removed)
    gone = 0
    if complete:
        still_there = f"SELECT {identifier(key)} FROM {_staged(table)}"
        gone = flag_gone(connection, table, f"{identifier(key)} NOT IN ({still_there})", "vanished")
    changes[table.name] = _merge_one(connection, table) + Changes(read=stale, unchanged=stale, removed=gone)
    return changes


def flag_gone(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    condition: str,
    reason: str,
    parameters: Mapping[str, object] | None = None,
) -> int:
    """Mark rows as gone from Intercom, where they are not marked already; returns how many."""
    return _count(
        connection,
        f"UPDATE main.{identifier(table.name)} SET _deleted_at = now(), _deleted_reason = {literal(reason)} "
        f"WHERE _deleted_at IS NULL AND {condition}",
        parameters,
    )


def _drop_stale(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    """Drop staged rows (and their children) of which a newer version is stored already."""
    if not table.cursor:
        return 0
    key, cursor = identifier(table.primary_key[0]), identifier(table.cursor)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE stale AS SELECT s.{key} AS id FROM {_staged(table)} s "
        f"JOIN main.{identifier(table.name)} t ON s.{key} = t.{key} WHERE t.{cursor} > s.{cursor}"
    )
    dropped = _count(connection, f"DELETE FROM {_staged(table)} WHERE {key} IN (FROM stale)")
    if dropped:
        for child in table.children:
            parent = identifier(child.parent_column)
            connection.execute(f"DELETE FROM {_staged(child)} WHERE {parent} IN (FROM stale)")
    return dropped


def _delete_vanished_children(
    connection: duckdb.DuckDBPyConnection, child: Table, *, parent: Table, complete: bool
) -> int:
    """Delete the children that a staged parent had and has no more."""
    parents = f"SELECT {identifier(parent.primary_key[0])} FROM {_staged(parent)}"
    of_them = "true" if complete else f"t.{identifier(child.parent_column)} IN ({parents})"
    return _count(
        connection,
        f"DELETE FROM main.{identifier(child.name)} t WHERE {of_them} "
        f"AND NOT EXISTS (SELECT 1 FROM {_staged(child)} s WHERE {_same_key(child)})",
    )


def _merge_one(connection: duckdb.DuckDBPyConnection, table: Table) -> Changes:
    """Merge the staged rows of one table."""
    name, staged, key = identifier(table.name), _staged(table), ", ".join(map(identifier, table.primary_key))
    read = _count(connection, f"SELECT count(*) FROM {staged}")
    if not read:
        return Changes()
    known = _count(
        connection,
        "CREATE OR REPLACE TEMP TABLE known AS "
        f"SELECT t.* FROM main.{name} t SEMI JOIN {staged} USING ({key})",
    )
    unchanged = 0
    if known:
        unchanged = _count(
            connection,
            f"DELETE FROM {staged} s USING known t WHERE {_same_key(table)} AND {_same_values(table)}",
        )
        connection.execute(f"DELETE FROM main.{name} t USING {staged} s WHERE {_same_key(table)}")
    connection.execute(f"INSERT INTO main.{name} BY NAME FROM {staged}")
    return Changes(read=read, inserted=read - known, updated=known - unchanged, unchanged=unchanged)


def _same_key(table: Table) -> str:
    return " AND ".join(f"s.{identifier(name)} = t.{identifier(name)}" for name in table.primary_key)


def _same_values(table: Table) -> str:
    names = [
        column.name for column in table.all_columns if column.name not in {"_synced_at", "_deleted_reason"}
    ]
    return " AND ".join(f"s.{identifier(name)} IS NOT DISTINCT FROM t.{identifier(name)}" for name in names)


def _staged(table: Table) -> str:
    return identifier(f"staged_{table.name}")


def _count(
    connection: duckdb.DuckDBPyConnection, statement: str, parameters: Mapping[str, object] | None = None
) -> int:
    """The number DuckDB answers a counting statement with: rows changed, made or counted."""
    row = connection.execute(statement, parameters).fetchone()
    return int(row[0]) if row else 0


def rescued(table: Table, row: Row) -> Row:
    """A row DuckDB could not read, cut down to its key: the record stays as text in `_extra`."""
    column = next(column for column in table.sent if column.name == table.primary_key[0])
    texts = {name: [_text(line) for line in lines] for name, lines in row.children.items()}
    fields = {column.key: row.key, EXTRA: {"unreadable": _text(row.line), **texts}}
    notes = [*row.notes, Note(table.name, "", Drift.UNREADABLE)]
    return replace(row, line=msgspec.json.encode(fields), children={}, notes=notes)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "backslashreplace")
