"""Write down a small warehouse as SQL text, to be opened by later releases.

Run it with the code of the release, in a checkout of its tag that has this file laid into it:

    python -m tests.warehouse.sample_of_release > 0.1.0.sql

and keep the text in `tests/warehouse/releases/` of the next. It holds a few made-up records of each stream,
the bookkeeping, a flagged record, a new field, and a sync that was stopped on its way.
"""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from intercom_pipeline.sandbox import Sizes, serve
from intercom_pipeline.warehouse.files import DataFolder
from tests.syncing import sync

SMALL = Sizes(
    contacts=4,
    conversations=3,
    articles=3,
    companies=2,
    admins=2,
    teams=2,
    tags=3,
    segments=2,
    long_conversations=0,
)

UNFINISHED = """
INSERT INTO pipeline.slices VALUES ('contacts', 1, 'incremental', 1600000000, NULL, 'page', 1700000000);
UPDATE main.conversations SET _deleted_at = now(), _deleted_reason = 'deleted'
    WHERE id = (SELECT max(id) FROM main.conversations);
UPDATE main.contacts SET _extra = '{"nickname": "Bee", "_": [1]}'
    WHERE id = (SELECT min(id) FROM main.contacts);
"""
"""What a sync of so small a workspace would not leave behind."""


def main() -> None:
    """Make a warehouse with the code at hand, and print it."""
    with TemporaryDirectory() as folder, serve(sizes=SMALL, seed=7) as sandbox:
        sync(sandbox, Path(folder))
        with duckdb.connect(str(DataFolder(Path(folder)).warehouse)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(UNFINISHED)
            sys.stdout.writelines(f"{line}\n" for line in written(connection))


def written(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The statements that make a database's tables anew, with comments and rows."""
    yield "CREATE SCHEMA pipeline;"
    tables = (
        "SELECT schema_name, table_name, sql, comment FROM duckdb_tables() WHERE NOT temporary ORDER BY ALL"
    )
    for schema, table, sql, comment in connection.execute(tables).fetchall():
        yield sql
        if comment:
            yield f"COMMENT ON TABLE {schema}.{table} IS {_literal(comment)};"
        yield from _column_comments(connection, schema, table)
        for row in connection.execute(f'FROM {schema}."{table}" ORDER BY ALL').fetchall():
            yield f"INSERT INTO {schema}.{table} VALUES ({', '.join(map(_literal, row))});"


def _column_comments(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> Iterator[str]:
    rows = connection.execute(
        "SELECT column_name, comment FROM duckdb_columns() "
        "WHERE schema_name = ? AND table_name = ? AND comment IS NOT NULL ORDER BY column_index",
        [schema, table],
    )
    for column, comment in rows.fetchall():
        yield f'COMMENT ON COLUMN {schema}.{table}."{column}" IS {_literal(comment)};'


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return str(value)
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return "'" + text.replace("'", "''") + "'"


if __name__ == "__main__":
    main()
