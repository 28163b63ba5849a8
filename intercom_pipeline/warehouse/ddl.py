"""From declared tables to DuckDB: schemas, tables, comments, and what an older file lacks."""

from collections.abc import Iterable
from importlib.resources import files

import duckdb

from intercom_pipeline.warehouse.table import Table

SCHEMA_VERSION = 1
"""Counts up whenever an older release could not work with the file any more."""


def identifier(name: str) -> str:
    """The name as DuckDB reads it, whatever characters it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """The text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def create_bookkeeping(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of schema `pipeline` that are missing."""
    connection.execute(files(__package__).joinpath("bookkeeping.sql").read_text(encoding="utf-8"))


def create_tables(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """Make the declared tables that are missing, and add the columns that an older file lacks."""
    present = _present_columns(connection)
    for table in tables:
        for statement in _statements(table, present.get(table.name, set())):
            connection.execute(statement)


def _present_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    rows = connection.execute(
        "SELECT table_name, list(column_name) FROM duckdb_columns() "
        "WHERE schema_name = 'main' AND NOT internal GROUP BY table_name"
    ).fetchall()
    return {name: set(columns) for name, columns in rows}


def _statements(table: Table, present: set[str]) -> Iterable[str]:
    missing = [column for column in table.all_columns if column.name not in present]
    definitions = [f"{identifier(column.name)} {column.kind.sql_type}" for column in missing]
    name = identifier(table.name)
    if not present:
        yield f"CREATE TABLE main.{name} ({', '.join(definitions)})"
        yield f"COMMENT ON TABLE main.{name} IS {literal(f'{table.description} One row is {table.grain}.')}"
    else:
        yield from (f"ALTER TABLE main.{name} ADD COLUMN {definition}" for definition in definitions)
    for column in missing:
        target = f"main.{name}.{identifier(column.name)}"
        yield f"COMMENT ON COLUMN {target} IS {literal(column.description)}"
