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
    given = {PARENT, LIST} if table.path else set()
    key = [each for each in table.sent if each.name in table.primary_key and each.key not in given]
    bare = replace(table, columns=tuple(key), cursor=None, ignored=frozenset(), history=False)
    shape = shape_of(bare)
    values = {column.key: f"to_json({identifier(column.name)})" for column in key} | lists
    condition = " OR ".join(f"{sql} IS NOT NULL" for sql in lists.values())
    for rows in _windows(connection, table.name, list(values.values()), condition):
        records = (decode(shape, _object(values, row)) for row in rows)
        spools = spool(bare, (each for each in records if isinstance(each, Row)), scratch, "filling")
        insert(connection, spools[1:])
        remove(spools)


def move(connection: duckdb.DuckDBPyConnection, step: Step, elsewhere: frozenset[str], scratch: Path) -> None:
    """Move values from `_extra` to the columns that were added for them; what does not fit stays.

    Args:
        connection: The open database.
        step: The table, and the columns that were added.
        elsewhere: Keys that leave `_extra`, since child tables have their values by now.
        scratch: A folder for rows on their way.
    """
    sent = tuple(
        each for each in step.columns if not each.expression and each.key not in {PARENT, LIST, EXTRA}
    )
    keys, name = {each.key for each in sent} | elsewhere, step.name
    if not keys or not holds(connection, name, keys):
        return
    bare = replace(step.table, columns=sent, children=(), ignored=elsewhere, cursor=None, path=(), also=())
    types = ", ".join(f"{identifier(each.name)} {each.kind.sql_type}" for each in sent)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE moved ({_NUMBER} BIGINT, {types}, {EXTRA} JSON)")
    for rows in _windows(connection, name, ["rowid", EXTRA], _having(keys)):
        lines = [_numbered(number, read_again(shape_of(bare), extra.encode())) for number, extra in rows]
        _insert_moved(connection, sent, lines, scratch / "moving.ndjson")
    names = [*(identifier(each.name) for each in sent), EXTRA]
    connection.execute(
        f"UPDATE main.{identifier(name)} t SET {', '.join(f'{each} = m.{each}' for each in names)} "
        f"FROM moved m WHERE t.rowid = m.{_NUMBER}"
    )
    connection.execute("DROP TABLE moved")


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


def _windows(
    connection: duckdb.DuckDBPyConnection, name: str, values: Sequence[str], condition: str
) -> Iterator[list[tuple[Any, ...]]]:
    """Values of the rows for which the condition holds, so many rows at a time."""
    table = f"main.{identifier(name)}"
    [(last,)] = connection.execute(f"SELECT coalesce(max(rowid), -1) FROM {table}").fetchall()
    for first in range(0, last + 1, _AT_ONCE):
        rows = connection.execute(
            f"SELECT {', '.join(values)} FROM {table} "
            f"WHERE rowid BETWEEN {first} AND {first + _AT_ONCE - 1} AND ({condition})"
        ).fetchall()
        if rows:
            yield rows


def _object(keys: Iterable[str], values: Iterable[str | None]) -> bytes:
    """A record from JSON texts; what is missing is left out."""
    fields = {key: msgspec.Raw(value.encode()) for key, value in zip(keys, values, strict=True) if value}
    return msgspec.json.encode(fields)
