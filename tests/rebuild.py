"""Rebuild the record Intercom sent from the row that stands for it: the test that nothing is lost."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb

from intercom_pipeline.warehouse.table import Column, Kind, Table


def rows_of(connection: duckdb.DuckDBPyConnection, table: Table) -> list[dict[str, Any]]:
    """Every row of a table, by column name."""
    names = [column.name for column in table.all_columns]
    columns = ", ".join(f'"{name}"' for name in names)
    rows = connection.execute(f'SELECT {columns} FROM main."{table.name}"').fetchall()
    return [dict(zip(names, row, strict=True)) for row in rows]


def rebuilt(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The record a row stands for; null and missing values are the same.

    That of a child table's row has its parent's id under `PARENT`.
    """
    record = {column.key: _sent(column, row[column.name]) for column in table.sent}
    extra = json.loads(row["_extra"]) if row["_extra"] else {}
    return {key: value for key, value in {**record, **extra}.items() if value is not None}


def expected(table: Table, record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as it was sent, without what is declared to say nothing, ids as text."""
    left_out = (table.ignored | table.detached) - {column.key for column in table.sent}
    ids = {column.key for column in table.sent if column.kind is Kind.ID}
    return {
        key: str(value) if key in ids and isinstance(value, int) and not isinstance(value, bool) else value
        for key, value in record.items()
        if key not in left_out and value is not None
    }


def _sent(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.kind is Kind.JSON:
        return json.loads(value)
    if column.kind is Kind.TIME:
        assert isinstance(value, datetime)
        return int(value.timestamp())
    return value
