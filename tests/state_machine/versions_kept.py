"""What must hold of a table's former versions."""

from pathlib import Path

import duckdb

from intercom_pipeline.warehouse.history import kept
from intercom_pipeline.warehouse.table import Table
from tests.syncing import published

_OVERLAPPING = """
SELECT {key} FROM (
    SELECT *, lead(_valid_from) OVER versions AS following FROM main."{name}_history"
    WINDOW versions AS (PARTITION BY {key} ORDER BY _valid_from, _valid_to NULLS LAST)
) WHERE _valid_to < _valid_from OR following < coalesce(_valid_to, 'infinity'::TIMESTAMPTZ)
"""


def assert_history(folder: Path, table: Table) -> None:
    """The present versions are the rows that are there, and no two versions of a row overlap."""
    columns = ", ".join(f'"{column.name}"' for column in kept(table))
    rows = f'SELECT {columns} FROM main."{table.name}" WHERE _deleted_at IS NULL'
    present = f'SELECT {columns} FROM main."{table.name}_history" WHERE _valid_to IS NULL'
    with published(folder) as connection:
        assert _found(connection, f"({rows}) EXCEPT ALL ({present})") == []
        assert _found(connection, f"({present}) EXCEPT ALL ({rows})") == []
        key = ", ".join(table.primary_key)
        assert _found(connection, _OVERLAPPING.format(key=key, name=table.name)) == []


def _found(connection: duckdb.DuckDBPyConnection, sql: str) -> list[object]:
    return list(connection.execute(f"{sql} LIMIT 3").fetchall())
