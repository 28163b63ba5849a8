"""Rows whose record is gone from Intercom: found, and flagged with the reason."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass

import duckdb

from intercom_pipeline.warehouse import history
from intercom_pipeline.warehouse.ddl import identifier
from intercom_pipeline.warehouse.errors import AllVanished
from intercom_pipeline.warehouse.table import Table
from intercom_pipeline.warehouse.transaction import counted

DELETED, MERGED, ARCHIVED, VANISHED = "deleted", "merged", "archived", "vanished"

_FEW = 5
"""Rows that may well vanish all at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """A record that is gone.

    Attributes:
        key: Its id.
        reason: deleted, merged, archived or vanished.
        into: The id of the record it was merged into.
    """

    key: str
    reason: str = DELETED
    into: str | None = None


def count(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    """How many rows are there: those that are not flagged."""
    return counted(
        connection, f"SELECT count(*) FROM main.{identifier(table.name)} WHERE _deleted_at IS NULL"
    )


def key_of(table: Table) -> str:
    """SQL for a row's key as one text: the id, or its parts with commas between."""
    parts = ", ".join(identifier(name) for name in table.primary_key)
    return parts if len(table.primary_key) == 1 else f"concat_ws(', ', {parts})"


def sighted(table: Table) -> str:
    """The name of the temporary table of keys that a sync has met, as SQL."""
    return identifier(f"sighted_{table.name}")


def begin_sighting(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Forget which keys were met."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {sighted(table)} (key VARCHAR)")


def sight(connection: duckdb.DuckDBPyConnection, table: Table, keys: Iterable[str]) -> None:
    """Remember that keys were met."""
    connection.execute(f"INSERT INTO {sighted(table)} SELECT unnest($1::VARCHAR[])", [list(keys)])


def not_sighted(connection: duckdb.DuckDBPyConnection, table: Table, *, limit: int) -> list[str]:
    """Keys of rows that are thought to be there and were not met, at most so many."""
    rows = connection.execute(
        f"SELECT {key_of(table)} AS key FROM main.{identifier(table.name)} "
        f"WHERE _deleted_at IS NULL AND key NOT IN (FROM {sighted(table)}) ORDER BY key LIMIT {limit}"
    ).fetchall()
    return [key for (key,) in rows]


def flag_not_sighted(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    closed: Collection[str | None],
    *,
    may_be_empty: bool = False,
) -> int:
    """Flag the rows that were not met of parents all of whose rows were read.

    What was met of them is forgotten then: no parent is read twice in a run.

    Args:
        connection: The open warehouse.
        table: The table.
        closed: The parents' ids; None among them stands for the whole table.
        may_be_empty: Whether all rows of the whole table may have vanished.

    Returns:
        How many rows were flagged.

    Raises:
        AllVanished: More than a few rows are there, and nothing of the whole table was met.
    """
    if None in closed:
        if not may_be_empty:
            _refuse_to_flag_all(connection, table)
        flagged = _flag_not_sighted(connection, table, "true")
        begin_sighting(connection, table)
        return flagged
    # One statement for all of them: each looks through the whole table, and there may be 100,000 parents.
    connection.execute("CREATE OR REPLACE TEMP TABLE closed AS SELECT unnest($1::VARCHAR[])", [list(closed)])
    of_closed = f"{identifier(table.parent_column)} IN (FROM closed)"
    flagged = _flag_not_sighted(connection, table, of_closed)
    _forget_sighted(connection, table, of_closed)
    return flagged


def _refuse_to_flag_all(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    stored = count(connection, table)
    if stored <= _FEW or counted(connection, f"SELECT count(*) FROM {sighted(table)}"):
        return
    raise AllVanished(
        f"Intercom lists none of the {stored:,} {table.name} that are stored: none was flagged.",
        why="So many rarely go at once: the answer may be a mishap, or the token may see less than it did.",
        fix="Run it again later; if they are gone indeed, run the stream with --full-refresh.",
    )


def _flag_not_sighted(connection: duckdb.DuckDBPyConnection, table: Table, condition: str) -> int:
    flagged = counted(
        connection,
        f"UPDATE main.{identifier(table.name)} SET _deleted_at = now(), _deleted_reason = $reason "
        f"WHERE {condition} AND _deleted_at IS NULL AND {key_of(table)} NOT IN (FROM {sighted(table)})",
        {"reason": VANISHED},
    )
    if flagged:
        flag_children(connection, table)
    return flagged


def _forget_sighted(connection: duckdb.DuckDBPyConnection, table: Table, condition: str) -> None:
    rows = f"SELECT {key_of(table)} FROM main.{identifier(table.name)} WHERE {condition}"
    # Made anew: rows deleted from a temporary table would still be read over until the run ends.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {sighted(table)} AS FROM {sighted(table)} WHERE key NOT IN ({rows})"
    )


def flag(connection: duckdb.DuckDBPyConnection, table: Table, gone: Sequence[Gone]) -> int:
    """Flag rows as gone, where they are not flagged already; returns how many were."""
    into = ", _merged_into = g.into" if any(each.name == "_merged_into" for each in table.columns) else ""
    flagged = counted(
        connection,
        f"UPDATE main.{identifier(table.name)} t SET _deleted_at = now(), _deleted_reason = g.reason{into} "
        'FROM (SELECT unnest($gone::STRUCT(key VARCHAR, reason VARCHAR, "into" VARCHAR)[], '
        "recursive := true)) g "
        f"WHERE t.{identifier(table.primary_key[0])} = g.key AND t._deleted_at IS NULL",
        {"gone": [asdict(each) for each in gone]},
    )
    if flagged:
        flag_children(connection, table)
    return flagged


def flag_orphans(connection: duckdb.DuckDBPyConnection, table: Table, *, parent: Table) -> int:
    """Flag the rows whose parent is flagged; returns how many were.

    A stream that is asked for parent by parent is to ask for these parents anew, should they come back.
    """
    flagged = _flag_with_parent(connection, table, parent)
    if flagged:
        connection.execute(
            "DELETE FROM pipeline.parents_asked WHERE stream = ? AND parent_id IN "
            f"(SELECT {identifier(parent.primary_key[0])} FROM main.{identifier(parent.name)} "
            "WHERE _deleted_at IS NOT NULL)",
            [table.name],
        )
        flag_children(connection, table)
    return flagged


def _flag_with_parent(connection: duckdb.DuckDBPyConnection, table: Table, parent: Table) -> int:
    return counted(
        connection,
        f"UPDATE main.{identifier(table.name)} t SET _deleted_at = p._deleted_at, "
        f"_deleted_reason = p._deleted_reason FROM main.{identifier(parent.name)} p "
        f"WHERE t.{identifier(table.parent_column)} = p.{identifier(parent.primary_key[0])} "
        "AND p._deleted_at IS NOT NULL AND t._deleted_at IS NULL",
    )


def flag_children(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Flag what belongs to rows that are flagged, and end their history."""
    if table.history:
        history.end_flagged(connection, table)
    for child in table.children:
        _flag_with_parent(connection, child, table)
        flag_children(connection, child)


def unflag(connection: duckdb.DuckDBPyConnection, table: Table, parents: str) -> int:
    """Take the flags off the rows of those parents whose ids an SQL query gives; returns how many had one."""
    return counted(
        connection,
        f"UPDATE main.{identifier(table.name)} SET _deleted_at = NULL, _deleted_reason = NULL "
        f"WHERE _deleted_at IS NOT NULL AND {identifier(table.parent_column)} IN ({parents})",
    )


def unflag_children(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Take the flags off what belongs to rows that are there."""
    there = f"SELECT {identifier(table.primary_key[0])} FROM main.{identifier(table.name)} "
    for child in table.children:
        if unflag(connection, child, there + "WHERE _deleted_at IS NULL"):
            unflag_children(connection, child)
