"""Bring the tables of a file that an earlier release wrote up to date, mostly without asking Intercom.

What the file lacks is made from what it holds: a new column from `_extra`, where everything without a column
was kept; a derived one from its row; a new child table from the list stored in its parent. Only a list that
was stored nowhere has to be fetched anew: its stream's progress is forgotten, and `refetch:<stream>` in
`pipeline.about` says that the next sync is to fetch every detail. Nothing the file holds is dropped.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from intercom_pipeline.warehouse import filling, history
from intercom_pipeline.warehouse import progress as memory
from intercom_pipeline.warehouse.ddl import (
    Definition,
    Found,
    create_tables,
    define,
    definition_of,
    found_tables,
    identifier,
    lacking,
    remember,
)
from intercom_pipeline.warehouse.filling import Step
from intercom_pipeline.warehouse.gone import flag_children
from intercom_pipeline.warehouse.table import Cap, Table

REFETCH = "refetch:"
"""Begins the keys in `pipeline.about` that name streams whose details are to be fetched anew."""


_CHILDREN_UNFLAGGED = "1"
"""The schema version whose releases left parts unflagged when their conversation was gone."""


def pending(connection: duckdb.DuckDBPyConnection, tables: Sequence[Table]) -> list[Step]:
    """What stored rows lack; empty for a file that is new, or up to date."""
    found = found_tables(connection)
    return [step for table in tables for step in _steps(table, found) if _has_rows(connection, step.name)]


def _steps(table: Table, found: Mapping[str, Found]) -> Iterator[Step]:
    children = tuple(child for child in table.children if child.name not in found)
    yield from _step(table, definition_of(table), found, children)
    if table.history:
        yield from _step(table, history.history_of(table), found, ())


def _step(
    table: Table, definition: Definition, found: Mapping[str, Found], children: tuple[Table, ...]
) -> Iterator[Step]:
    stored = found.get(definition.name)
    columns = tuple(lacking(definition, stored)) if stored else ()
    if stored and (columns or children):
        yield Step(
            table=table, name=definition.name, stored=stored.columns, columns=columns, children=children
        )


def _has_rows(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    return connection.execute(f"SELECT 1 FROM main.{identifier(name)} LIMIT 1").fetchone() is not None


def migrate(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], scratch: Path, stored: str | None
) -> None:
    """Make what is missing, and fill it, inside the caller's transaction.

    Args:
        connection: The open database.
        tables: All declared tables, parents first.
        scratch: A folder for rows on their way.
        stored: The schema version of the file; None for a new one.

    Raises:
        duckdb.Error: The file stays as it was, once the caller's transaction is undone.
    """
    steps, found = pending(connection, tables), found_tables(connection)
    create_tables(connection, tables)
    for table in tables:
        past = history.history_of(table)
        if table.history and past.name in found:
            define(connection, past, found[past.name])
    roots = _roots(tables)
    if stored == _CHILDREN_UNFLAGGED:
        for table in tables:
            flag_children(connection, table)
    for step in steps:
        if _fill(connection, step, scratch):
            _refetch(connection, roots[step.table.name])
    for table in tables:
        history.prepare(connection, table, found.get(history.history_of(table).name))


def _roots(tables: Sequence[Table]) -> dict[str, str]:
    """The stream's table that each table belongs to."""
    roots: dict[str, str] = {}
    for table in tables:
        for each in table.tree():
            roots.setdefault(each.name, table.name)
    return roots


def _refetch(connection: duckdb.DuckDBPyConnection, stream: str) -> None:
    memory.forget(connection, stream)
    remember(connection, f"{REFETCH}{stream}", "a table was added whose rows were never stored")


def _fill(connection: duckdb.DuckDBPyConnection, step: Step, scratch: Path) -> bool:
    """Fill what was made; returns whether a child's list was stored nowhere."""
    lists = _lists(connection, step)
    known = tuple(child for child in step.children if any(path[0] in lists for path in child.paths))
    if known:
        filling.fill_children(connection, replace(step.table, children=known), lists, scratch)
        flag_children(connection, replace(step.table, children=known))
    filling.rewrite(connection, step, _in_extra(lists), scratch)
    for child in step.table.children:
        if child.cap and child.cap.missing in {column.name for column in step.columns}:
            _count_missing(connection, step.table, child, child.cap)
    return len(known) < len(step.children)


def _lists(connection: duckdb.DuckDBPyConnection, step: Step) -> dict[str, str]:
    """SQL for each list that new children are made of, by its key, as far as it is stored."""
    lists: dict[str, str] = {}
    columns = {column.key: column.name for column in step.table.sent}
    for key in {path[0] for child in step.children for path in child.paths}:
        name = columns.get(key, key)
        if name in step.stored:
            lists[key] = identifier(name)
        elif filling.holds(connection, step.name, [key]):
            lists[key] = filling.in_extra(key)
    return lists


def _in_extra(lists: Mapping[str, str]) -> frozenset[str]:
    return frozenset(key for key, sql in lists.items() if sql == filling.in_extra(key))


def _count_missing(connection: duckdb.DuckDBPyConnection, parent: Table, child: Table, cap: Cap) -> None:
    """Tell of records with as many children as Intercom gives how many of them are not stored."""
    link, truth = identifier(child.parent_column), identifier(cap.counted)
    connection.execute(
        f"UPDATE main.{identifier(parent.name)} p SET {identifier(cap.truncated)} = {truth} > {cap.most}, "
        f"{identifier(cap.missing)} = greatest({truth} - rows, 0) "
        f"FROM (SELECT {link} AS parent, count(*) AS rows FROM main.{identifier(child.name)} "
        f"GROUP BY {link} HAVING rows >= {cap.most}) "
        f"WHERE parent = p.{identifier(parent.primary_key[0])} AND {truth} IS NOT NULL"
    )
