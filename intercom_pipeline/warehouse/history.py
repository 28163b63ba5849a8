"""Former versions of rows: `<table>_history`, written in the transaction that changes the table.

A version is valid from the moment a sync stored it until the moment a sync replaced it or found it gone, so
that `_valid_from <= moment AND (_valid_to IS NULL OR _valid_to > moment)` gives the table as it was then.
A table whose history is no longer kept keeps its history table: its last versions end when that is noticed.
"""

import duckdb

from intercom_pipeline.warehouse.ddl import Definition, Found, define, identifier
from intercom_pipeline.warehouse.stage import staged
from intercom_pipeline.warehouse.table import Column, Kind, Table

VALIDITY = (
    Column(name="_valid_from", kind=Kind.TIME, description="When a sync stored this version (UTC)."),
    Column(
        name="_valid_to",
        kind=Kind.TIME,
        description="When a sync replaced it or found the record gone (UTC); NULL for the present version.",
    ),
)
"""The columns a history table begins with."""

_OF_THE_PRESENT = frozenset({"_synced_at", "_deleted_at", "_deleted_reason", "_merged_into"})
"""Columns that say something about the present row only."""


def kept(table: Table) -> tuple[Column, ...]:
    """The columns of a table whose former values are kept."""
    return tuple(column for column in table.all_columns if column.name not in _OF_THE_PRESENT)


def history_of(table: Table) -> Definition:
    """The table that holds the versions of another table's rows."""
    return Definition(
        name=f"{table.name}_history",
        comment=f"Former and present versions of the rows of {table.name}. "
        f"One row is one version of {table.grain}.",
        columns=VALIDITY + kept(table),
    )


def prepare(connection: duckdb.DuckDBPyConnection, table: Table, found: Found | None) -> None:
    """Have the history table as the table wants it: made and filled, gone on with, or ended."""
    if table.history:
        define(connection, history_of(table), found)
        begin(connection, table, since="_synced_at" if found is None else "now()")
    elif found and connection.execute(f"SELECT 1 FROM {_open(table)} LIMIT 1").fetchone():
        connection.execute(f"UPDATE {_name(table)} SET _valid_to = now() WHERE _valid_to IS NULL")


def begin(connection: duckdb.DuckDBPyConnection, table: Table, *, since: str = "now()") -> None:
    """Give each row that is there and has no present version one.

    Args:
        connection: The open warehouse.
        table: The table whose history is kept.
        since: SQL over the table for the moment from which on the version is valid.
    """
    columns = ", ".join(identifier(column.name) for column in kept(table))
    connection.execute(
        f"INSERT INTO {_name(table)} BY NAME SELECT {since} AS _valid_from, {columns} "
        f"FROM main.{identifier(table.name)} t WHERE _deleted_at IS NULL "
        f"AND NOT EXISTS (FROM {_open(table)} AND {_same_key(table, 't', 'h')})"
    )


def renew(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Keep the staged rows, which were just merged, as the present versions."""
    end(connection, table, f"EXISTS (FROM {staged(table)} s WHERE {_same_key(table, 's', 'h')})")
    columns = ", ".join(identifier(column.name) for column in kept(table))
    connection.execute(
        f"INSERT INTO {_name(table)} BY NAME SELECT now() AS _valid_from, {columns} FROM {staged(table)}"
    )


def end_flagged(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """End the present versions of rows that are flagged as gone."""
    flagged = f"FROM main.{identifier(table.name)} t WHERE t._deleted_at IS NOT NULL"
    end(connection, table, f"EXISTS ({flagged} AND {_same_key(table, 't', 'h')})")


def end(connection: duckdb.DuckDBPyConnection, table: Table, condition: str) -> None:
    """End the present versions for which SQL over the history table, called h, holds."""
    connection.execute(
        f"UPDATE {_name(table)} h SET _valid_to = greatest(now(), _valid_from) "
        f"WHERE h._valid_to IS NULL AND {condition}"
    )


def _open(table: Table) -> str:
    return f"{_name(table)} h WHERE h._valid_to IS NULL"


def _same_key(table: Table, one: str, other: str) -> str:
    names = map(identifier, table.primary_key)
    return " AND ".join(f"{one}.{name} = {other}.{name}" for name in names)


def _name(table: Table) -> str:
    return f"main.{identifier(f'{table.name}_history')}"
