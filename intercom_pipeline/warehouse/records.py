"""From rows back to records: what Intercom sent, as a table keeps it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb

from intercom_pipeline.warehouse.ddl import identifier
from intercom_pipeline.warehouse.table import Column, Kind, Table

Row = dict[str, Any]
"""The values of a row by column name."""


def rows_of(
    connection: duckdb.DuckDBPyConnection, table: Table, condition: str = "true", values: Sequence[Any] = ()
) -> list[Row]:
    """The rows of a table for which a condition holds, those flagged as gone among them.

    Args:
        connection: The open database.
        table: The table.
        condition: SQL over its columns (what may follow it, an ORDER BY, too), `?` for each value.
        values: What stands for each `?`.
    """
    names = [column.name for column in table.all_columns]
    columns = ", ".join(map(identifier, names))
    sql = f"SELECT {columns} FROM main.{identifier(table.name)} WHERE {condition}"
    return [dict(zip(names, row, strict=True)) for row in connection.execute(sql, values).fetchall()]


def record_of(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The record that a row stands for, with null where the row has nothing.

    Ids are text, whatever Intercom sends them as. What is declared to say nothing is missing, and so are the
    lists that live in child tables alone. That of a child table's row has its parent's id under `PARENT`.
    """
    record = {column.key: _sent(column, row[column.name]) for column in table.sent}
    return record | (json.loads(row["_extra"]) if row["_extra"] else {})


def _sent(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.kind is Kind.JSON:
        return json.loads(value)
    return int(value.timestamp()) if isinstance(value, datetime) else value
