"""A database written anew, row by row through a sieve: what a row no longer holds is in no byte of the file.

DuckDB overwrites nothing: blocks that are freed keep what they held. So the rows go into a fresh file, which
takes the old one's place in one step; until then the old one is untouched.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from intercom_pipeline.warehouse.connecting import connected
from intercom_pipeline.warehouse.ddl import identifier, literal
from intercom_pipeline.warehouse.files import DataFolder, put_in_place
from intercom_pipeline.warehouse.people import reasons
from intercom_pipeline.warehouse.people.sieve import Sieve
from intercom_pipeline.warehouse.people.sifting import Former, Sifted, sifted_rows, sifting
from intercom_pipeline.warehouse.room import room_for
from intercom_pipeline.warehouse.table import Table

_AT_ONCE = 10_000
"""Rows that are written at a time."""

_LARGE = 100_000_000
"""Bytes that such rows may have, where they are large."""

Finish = Callable[[duckdb.DuckDBPyConnection], None]


def rewrite(
    folder: DataFolder, file: Path, tables: Sequence[Table], sieve: Sieve, finish: Finish
) -> dict[str, Sifted]:
    """Write a database of the folder anew.

    Args:
        folder: The data folder; its scratch folder takes the fresh file until it is whole.
        file: The database, which nobody has open.
        tables: The declared tables.
        sieve: What each row passes through.
        finish: What else is to be true of the fresh file, done before it takes the other's place.

    Returns:
        What became of the rows, by table; tables of which none changed are left out.

    Raises:
        duckdb.Error: The file stays as it was.
        WarehouseUnwritable: There is no room; the file stays as it was.
    """
    fresh = folder.scratch / "fresh.duckdb"
    fresh.unlink(missing_ok=True)
    changed: dict[str, Sifted] = {}
    with connected(folder, fresh) as connection:
        with _attached(connection, file, tables, sieve) as former:
            connection.execute("COPY FROM DATABASE former TO fresh (SCHEMA)")
            for schema, name in former.names:
                sifted = _copy(former, schema, name)
                if sifted.gone or sifted.changed:
                    changed[name] = sifted
        finish(connection)
    put_in_place(fresh, file)
    return changed


def count(folder: DataFolder, file: Path, tables: Sequence[Table], sieve: Sieve) -> dict[str, Sifted]:
    """What writing a database anew would do to its rows, by table; it stays as it is."""
    counting = folder.scratch / "counting.duckdb"
    counting.unlink(missing_ok=True)
    found: dict[str, Sifted] = {}
    with connected(folder, counting) as connection, _attached(connection, file, tables, sieve) as former:
        for schema, name in former.names:
            if former.is_sifted(schema, name):
                with sifting(former, name) as sifted:
                    connection.execute(
                        f"SELECT count(*) FROM ({sifted_rows(former, name, 'true')})"
                    ).fetchall()
                found[name] = sifted
            elif reasons.are_in(former, schema, name):
                with reasons.emptied(former) as (rows, sifted):
                    connection.execute(f"SELECT count(reason) FROM ({rows})").fetchall()
                found[name] = sifted
    counting.unlink()
    return {name: each for name, each in found.items() if each.gone or each.changed}


def _copy(former: Former, schema: str, name: str) -> Sifted:
    target = f"{identifier(schema)}.{identifier(name)}"
    if reasons.are_in(former, schema, name):
        return _copy_reasons(former, target)
    if not former.is_sifted(schema, name):
        for window in _windows(former, target):
            former.connection.execute(f"INSERT INTO {target} FROM former.{target} WHERE {window}")
        return Sifted()
    with sifting(former, name) as sifted:
        for window in _windows(former, target):
            rows, before = sifted_rows(former, name, window), replace(sifted)
            try:
                former.connection.execute(f"INSERT INTO {target} BY NAME {rows}")
            except duckdb.OutOfMemoryException:
                # Rows of many megabytes; what was counted of them is counted again.
                sifted.gone, sifted.changed = before.gone, before.changed
                with room_for(former.connection, _LARGE):
                    former.connection.execute(f"INSERT INTO {target} BY NAME {rows}")
    return sifted


def _copy_reasons(former: Former, target: str) -> Sifted:
    with reasons.emptied(former) as (rows, sifted):
        for window in _windows(former, target):
            former.connection.execute(f"INSERT INTO {target} {rows} WHERE {window}")
    return sifted


def _windows(former: Former, target: str) -> Iterator[str]:
    """SQL that picks the rows of a table, so many at a time: memory stays flat however many there are."""
    [(last,)] = former.connection.execute(f"SELECT max(rowid) FROM former.{target}").fetchall()
    for first in range(0, last + 1, _AT_ONCE):
        yield f"rowid BETWEEN {first} AND {first + _AT_ONCE - 1}"


@contextmanager
def _attached(
    connection: duckdb.DuckDBPyConnection, file: Path, tables: Sequence[Table], sieve: Sieve
) -> Iterator[Former]:
    connection.execute(f"ATTACH {literal(str(file))} AS former (READ_ONLY)")
    columns = connection.execute(
        "SELECT schema_name, t.table_name, list(column_name) FROM duckdb_columns() c "
        "JOIN duckdb_tables() t USING (database_name, schema_name, table_name) "
        "WHERE database_name = 'former' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    ids = list(sieve.burying.tombstones.ids) if sieve.burying else []
    connection.execute("CREATE TEMP TABLE buried AS SELECT unnest($1::VARCHAR[]) AS id", [ids])
    yield Former(
        connection=connection,
        tables={table.name: table for table in tables},
        parents={child.name: table for table in tables for child in table.children},
        columns={
            (schema, name): names for schema, name, names in columns if _has_rows(connection, schema, name)
        },
        sieve=sieve,
    )
    connection.execute("DETACH former")


def _has_rows(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    """Whether a table has any rows: many workspaces have nothing in most of them."""
    rows = f"FROM former.{identifier(schema)}.{identifier(name)} LIMIT 1"
    return bool(connection.execute(f"SELECT 1 {rows}").fetchall())
