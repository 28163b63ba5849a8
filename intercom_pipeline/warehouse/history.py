"""Former versions of rows: `<stream>_history`, written in the transaction that changes the table.

A version is valid from the moment a sync stored it until the moment a sync replaced it or found it gone, so
that `_valid_from <= moment AND (_valid_to IS NULL OR _valid_to > moment)` gives the table as it was then.
"""

import duckdb

from intercom_pipeline.warehouse.ddl import identifier
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


def history_of(table: Table) -> Table:
    """The table that holds the former versions of another table's rows."""
    return Table(
        name=f"{table.name}_history",
        description=f"Former and present versions of the rows of {table.name}.",
        grain=f"one version of {table.grain}",
        columns=VALIDITY + table.columns,
        primary_key=(*table.primary_key, "_valid_from"),
    )


def renew(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Keep the staged rows, which were just merged, as the present versions."""
    same = " AND ".join(f"s.{identifier(name)} = h.{identifier(name)}" for name in table.primary_key)
    past, columns = _name(table), ", ".join(identifier(column.name) for column in kept(table))
    connection.execute(
        f"UPDATE {past} h SET _valid_to = now() FROM {staged(table)} s WHERE {same} AND h._valid_to IS NULL"
    )
    connection.execute(
        f"INSERT INTO {past} BY NAME SELECT now() AS _valid_from, {columns} FROM {staged(table)}"
    )


def end(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """End the present versions of rows that are flagged as gone."""
    same = " AND ".join(f"t.{identifier(name)} = h.{identifier(name)}" for name in table.primary_key)
    connection.execute(
        f"UPDATE {_name(table)} h SET _valid_to = now() FROM main.{identifier(table.name)} t "
        f"WHERE {same} AND h._valid_to IS NULL AND t._deleted_at IS NOT NULL"
    )


def begin(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Begin the history of a table that may hold rows already: they are its first versions."""
    columns = ", ".join(identifier(column.name) for column in kept(table))
    connection.execute(
        f"INSERT INTO {_name(table)} BY NAME SELECT _synced_at AS _valid_from, {columns} "
        f"FROM main.{identifier(table.name)} WHERE _deleted_at IS NULL"
    )


def _name(table: Table) -> str:
    return f"main.{identifier(f'{table.name}_history')}"
