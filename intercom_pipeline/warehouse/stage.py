"""Read spooled rows into temporary tables: typed, derived columns worked out, each key once."""

import json
from collections.abc import Iterable
from dataclasses import replace

import duckdb
import msgspec

from intercom_pipeline.warehouse.ddl import identifier, literal
from intercom_pipeline.warehouse.decode import EXTRA, Drift, Line, Note, Row
from intercom_pipeline.warehouse.spool import Spool
from intercom_pipeline.warehouse.table import Column, Kind, Table

UNREADABLE = (duckdb.InvalidInputException, duckdb.ConversionException)
"""What DuckDB raises for a line it cannot read."""

ROOM = 1_000_000
"""Bytes a line may have at least: the JSON reader's buffers grow with it, so it stays small."""


def staged(table: Table) -> str:
    """The name of a table's temporary twin, as SQL."""
    return identifier(f"staged_{table.name}")


def stage(connection: duckdb.DuckDBPyConnection, spools: Iterable[Spool]) -> None:
    """Fill the temporary twin of each table.

    Raises:
        duckdb.Error: DuckDB could not read a line (see `UNREADABLE`).
    """
    for each in spools:
        rows = reading(each) if each.largest else f"FROM main.{identifier(each.table.name)} LIMIT 0"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {staged(each.table)} AS {rows}")


def reading(spool: Spool) -> str:
    """SQL that reads a file of lines as rows of its table.

    A batch holds each record once; only the lists inside its records may say something twice.
    """
    table = spool.table
    types = {column.key: column.kind.staged_type for column in table.sent} | {EXTRA: "JSON"}
    columns = ", ".join(f"{literal(key)}: '{sql_type}'" for key, sql_type in types.items())
    read = ", ".join(f"{value_of(column)} AS {identifier(column.name)}" for column in table.sent)
    key = ", ".join(map(identifier, table.primary_key))
    once = f" QUALIFY row_number() OVER (PARTITION BY {key}) = 1" if table.path else ""
    return (
        f"SELECT {', '.join(_selected(column) for column in table.all_columns)} FROM "
        f"(SELECT {read}, {EXTRA} FROM read_json({literal(str(spool.file))}, format = 'newline_delimited', "
        f"maximum_object_size = {max(ROOM, spool.largest + 2)}, columns = {{{columns}}})){once}"
    )


def value_of(column: Column) -> str:
    """SQL for a column's value, over what the JSON reader gives."""
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


def rescued(table: Table, row: Row) -> Row:
    """A row DuckDB could not read, cut down to its key: the record stays as text in `_extra`."""
    record = json.loads(bytes(row.line))
    key = {each.key: record[each.key] for each in table.sent if each.name in table.primary_key}
    texts = {name: [_text(line) for line in lines] for name, lines in row.children.items()}
    fields = {**key, EXTRA: {"unreadable": _text(row.line), **texts}}
    notes = [*row.notes, Note(table.name, "", Drift.UNREADABLE)]
    return replace(row, line=msgspec.json.encode(fields), children={}, notes=notes)


def _text(line: Line) -> str:
    return bytes(line).decode("utf-8", "backslashreplace")
