"""From declared tables to DuckDB: schemas, tables, comments, and what an older file lacks."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

import duckdb

from intercom_pipeline.warehouse.table import Column, Table

SCHEMA_VERSION = 2
SCHEMA_VERSION_KEY = "schema_version"
"""What a database remembers the version of its schema as."""
"""Counts up whenever an older release could not work with the file any more."""

_BOOKKEEPING = "bookkeeping"
"""The key in `pipeline.about` that tells which text of the bookkeeping tables was run."""


def identifier(name: str) -> str:
    """The name as DuckDB reads it, whatever characters it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """The text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """A table as the file is to have it.

    Attributes:
        name: Its name in schema `main`.
        comment: What its comment says.
        columns: Its columns.
    """

    name: str
    comment: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A table as the file has it.

    Attributes:
        comment: Its comment.
        columns: The comment of each column.
    """

    comment: str | None
    columns: Mapping[str, str | None]


def definition_of(table: Table) -> Definition:
    """A declared table as the file is to have it."""
    comment = f"{table.description} One row is {table.grain}."
    return Definition(name=table.name, comment=comment, columns=table.all_columns)


def found_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, Found]:
    """The tables of schema `main` that the file has, by name."""
    rows = connection.execute(
        "SELECT t.table_name, any_value(t.comment), list(column_name), list(c.comment) "
        "FROM duckdb_columns() c JOIN duckdb_tables() t USING (database_name, schema_name, table_name) "
        "WHERE schema_name = 'main' AND NOT t.internal AND NOT t.temporary GROUP BY ALL"
    ).fetchall()
    return {
        name: Found(comment=comment, columns=dict(zip(columns, comments, strict=True)))
        for name, comment, columns, comments in rows
    }


def create_bookkeeping(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of schema `pipeline`, unless they were made by the very same text."""
    text = files(__package__).joinpath("bookkeeping.sql").read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    if has_bookkeeping(connection) and recall(connection, _BOOKKEEPING) == digest:
        return
    connection.execute(text)
    remember(connection, _BOOKKEEPING, digest)


def has_bookkeeping(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether this project has written to the file before."""
    made = connection.execute("SELECT 1 FROM duckdb_tables() WHERE schema_name = 'pipeline' LIMIT 1")
    return made.fetchone() is not None


def recall(connection: duckdb.DuckDBPyConnection, key: str) -> str | None:
    """A fact about the file from `pipeline.about`."""
    row = connection.execute("SELECT value FROM pipeline.about WHERE key = ?", [key]).fetchone()
    return row[0] if row else None


def remember(connection: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    """Keep a fact about the file in `pipeline.about`; an unchanged one is not written."""
    if recall(connection, key) != value:
        connection.execute("INSERT OR REPLACE INTO pipeline.about VALUES (?, ?)", [key, value])


def forget(connection: duckdb.DuckDBPyConnection, key: str) -> None:
    """Forget a fact about the file."""
    connection.execute("DELETE FROM pipeline.about WHERE key = ?", [key])


def create_tables(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """Make the declared tables that are missing, and add the columns that an older file lacks."""
    found = found_tables(connection)
    for table in tables:
        define(connection, definition_of(table), found.get(table.name))


def define(connection: duckdb.DuckDBPyConnection, definition: Definition, found: Found | None) -> None:
    """Make a table, or add the columns it lacks; comments that say something else are written anew."""
    for statement in (*_structure(definition, found), *_comments(definition, found)):
        connection.execute(statement)


def lacking(definition: Definition, found: Found) -> list[Column]:
    """The columns that a table in the file lacks."""
    return [column for column in definition.columns if column.name not in found.columns]


def _structure(definition: Definition, found: Found | None) -> Iterator[str]:
    name = identifier(definition.name)
    columns = lacking(definition, found) if found else definition.columns
    wanted = [f"{identifier(column.name)} {column.kind.sql_type}" for column in columns]
    if found is None:
        yield f"CREATE TABLE main.{name} ({', '.join(wanted)})"
    else:
        yield from (f"ALTER TABLE main.{name} ADD COLUMN {column}" for column in wanted)


def _comments(definition: Definition, found: Found | None) -> Iterator[str]:
    name, said = f"main.{identifier(definition.name)}", found.columns if found else {}
    if found is None or found.comment != definition.comment:
        yield f"COMMENT ON TABLE {name} IS {literal(definition.comment)}"
    for column in definition.columns:
        if said.get(column.name) != column.description:
            yield f"COMMENT ON COLUMN {name}.{identifier(column.name)} IS {literal(column.description)}"
