"""Fill new tables and columns from what is stored, a bounded number of rows at a time.

The records pass through the very code that decodes what Intercom sends, so that a column filled here holds
what it would hold had it been there from the start.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from intercom_pipeline.warehouse.ddl import identifier, literal
from intercom_pipeline.warehouse.decode import EXTRA, Row, decode, read_again
from intercom_pipeline.warehouse.merge import insert
from intercom_pipeline.warehouse.shape import shape_of
from intercom_pipeline.warehouse.spool import remove, spool
from intercom_pipeline.warehouse.stage import ROOM, value_of
from intercom_pipeline.warehouse.table import LIST, PARENT, Column, Table

_AT_ONCE = 5_000
"""Rows held in memory at a time."""

_NUMBER = "_row"
_GIVEN = frozenset({PARENT, LIST})


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What rows of one table in the file lack.

    Attributes:
        table: The table as it is declared now.
        name: The name of the table in the file: its own, or that of its history.
        stored: The columns it has.
        columns: The columns it lacks.
        children: The child tables that are missing.
    """

    table: Table
    name: str
    stored: Collection[str]
    columns: tuple[Column, ...]
    children: tuple[Table, ...]


def in_extra(key: str) -> str:
    """SQL for what `_extra` holds under a key."""
    pointer = "/" + key.replace("~", "~0").replace("/", "~1")
    return f"({EXTRA} -> {literal(pointer)})"


def holds(connection: duckdb.DuckDBPyConnection, name: str, keys: Collection[str]) -> bool:
    """Whether the `_extra` of any row of a table has one of the keys."""
    found = connection.execute(f"SELECT 1 FROM main.{identifier(name)} WHERE {_having(keys)} LIMIT 1")
    return found.fetchone() is not None


def _having(keys: Collection[str]) -> str:
    return f"list_has_any(json_keys({EXTRA}), [{', '.join(map(literal, sorted(keys)))}])"


def fill_children(
    connection: duckdb.DuckDBPyConnection, table: Table, lists: dict[str, str], scratch: Path
) -> None:
    """Fill child tables from the lists stored in their parents' rows.

    Args:
        connection: The open database.
        table: The parent, with those child tables alone that are to be filled.
        lists: SQL over its rows for each list, by its key.
        scratch: A folder for rows on their way.
    """
    given = _GIVEN if table.path else frozenset()
    key = [each for each in table.sent if each.name in table.primary_key and each.key not in given]
    bare = replace(table, columns=tuple(key), cursor=None, ignored=frozenset(), history=False)
    shape = shape_of(bare)
    values = {column.key: f"to_json({identifier(column.name)})" for column in key} | lists
    condition = " OR ".join(f"{sql} IS NOT NULL" for sql in lists.values())
    for window in _windows(connection, table.name):
        rows = _rows(connection, table.name, list(values.values()), f"{window} AND ({condition})")
        records = (decode(shape, _object(values, row)) for row in rows)
        spools = spool(bare, (each for each in records if isinstance(each, Row)), scratch, "filling")
        insert(connection, spools[1:])
        remove(spools)


def rewrite(
    connection: duckdb.DuckDBPyConnection, step: Step, elsewhere: frozenset[str], scratch: Path
) -> None:
    """Fill the columns that were added: from `_extra`, where what does not fit stays, or derived.

    An UPDATE of so many rows would not fit in memory; deleted and inserted in portions they do.

    Args:
        connection: The open database.
        step: The table, and the columns that were added.
        elsewhere: Keys that leave `_extra`, since child tables have their values by now.
        scratch: A folder for rows on their way.
    """
    sent = tuple(each for each in step.columns if not each.expression and each.key not in _GIVEN)
    derived = tuple(each for each in step.columns if each.expression)
    keys = {each.key for each in sent} | elsewhere
    moving = bool(keys) and holds(connection, step.name, keys)
    if not (moving or derived):
        return
    bare = replace(step.table, columns=sent, children=(), ignored=elsewhere, cursor=None, path=(), also=())
    for window in _windows(connection, step.name):
        _create_moved(connection, sent)
        rows = (
            _rows(connection, step.name, ["rowid", EXTRA], f"{window} AND {_having(keys)}") if moving else []
        )
        if rows:
            lines = [_numbered(number, read_again(shape_of(bare), extra.encode())) for number, extra in rows]
            _insert_moved(connection, sent, lines, scratch / "moving.ndjson")
        if rows or derived:
            _replace_rows(connection, step, window, sent=sent, derived=derived)


def _create_moved(connection: duckdb.DuckDBPyConnection, sent: Sequence[Column]) -> None:
    types = "".join(f", {identifier(each.name)} {each.kind.sql_type}" for each in sent)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE moved ({_NUMBER} BIGINT{types}, {EXTRA} JSON)")


def _replace_rows(
    connection: duckdb.DuckDBPyConnection,
    step: Step,
    window: str,
    *,
    sent: Sequence[Column],
    derived: Sequence[Column],
) -> None:
    """Replace the rows of a window for which there is something to fill in."""
    table = f"main.{identifier(step.name)}"
    moved = "".join(f", m.{identifier(each.name)}" for each in sent)
    stays = ", ".join([EXTRA, *(identifier(each.name) for each in sent)])
    values = ", ".join(
        f"({each.expression})::{each.kind.sql_type} AS {identifier(each.name)}" for each in derived
    )
    something = " OR ".join(["moved", *(f"{identifier(each.name)} IS NOT NULL" for each in derived)])
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE rewritten AS FROM (SELECT *{values and f' REPLACE ({values})'} FROM ("
        f"SELECT t.rowid AS {_NUMBER}, m.{_NUMBER} IS NOT NULL AS moved, t.* EXCLUDE ({stays}){moved}, "
        f"CASE WHEN moved THEN m.{EXTRA} ELSE t.{EXTRA} END AS {EXTRA} "
        f"FROM {table} t LEFT JOIN moved m ON m.{_NUMBER} = t.rowid WHERE t.{window})) WHERE {something}"
    )
    connection.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT {_NUMBER} FROM rewritten)")
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * EXCLUDE ({_NUMBER}, moved) FROM rewritten")


def _numbered(number: int, line: bytes) -> bytes:
    inside = line[1:] if line == b"{}" else b"," + line[1:]
    return b'{"%s":%d%s\n' % (_NUMBER.encode(), number, inside)


def _insert_moved(
    connection: duckdb.DuckDBPyConnection, sent: Sequence[Column], lines: Sequence[bytes], file: Path
) -> None:
    file.write_bytes(b"".join(lines))
    types = {each.key: each.kind.staged_type for each in sent} | {_NUMBER: "BIGINT", EXTRA: "JSON"}
    columns = ", ".join(f"{literal(key)}: '{sql_type}'" for key, sql_type in types.items())
    values = ", ".join([_NUMBER, *map(value_of, sent), EXTRA])
    connection.execute(
        f"INSERT INTO moved SELECT {values} FROM read_json({literal(str(file))}, format = "
        f"'newline_delimited', maximum_object_size = {max(ROOM, *map(len, lines))}, columns = {{{columns}}})"
    )
    file.unlink()


def _windows(connection: duckdb.DuckDBPyConnection, name: str) -> Iterator[str]:
    """SQL that picks the rows a table has now, so many at a time."""
    [(last,)] = connection.execute(f"SELECT max(rowid) FROM main.{identifier(name)}").fetchall()
    for first in range(0, -1 if last is None else last + 1, _AT_ONCE):
        yield f"rowid BETWEEN {first} AND {first + _AT_ONCE - 1}"


def _rows(
    connection: duckdb.DuckDBPyConnection, name: str, values: Sequence[str], condition: str
) -> list[tuple[Any, ...]]:
    sql = f"SELECT {', '.join(values)} FROM main.{identifier(name)} WHERE {condition}"
    return connection.execute(sql).fetchall()


def _object(keys: Iterable[str], values: Iterable[str | None]) -> bytes:
    """A record from JSON texts; what is missing is left out."""
    fields = {key: msgspec.Raw(value.encode()) for key, value in zip(keys, values, strict=True) if value}
    return msgspec.json.encode(fields)
