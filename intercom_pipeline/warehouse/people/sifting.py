"""Rows of a stored table on their way through a sieve, as the records they stand for."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import msgspec
from duckdb import func

from intercom_pipeline.warehouse.ddl import identifier, literal
from intercom_pipeline.warehouse.people.burying import customers_in
from intercom_pipeline.warehouse.people.policies import KEEP
from intercom_pipeline.warehouse.people.rules import EXTRA, Branch, Leaf
from intercom_pipeline.warehouse.people.sieve import Sieve
from intercom_pipeline.warehouse.table import BOOKKEEPING, Column, Kind, Table

_TEXTS = frozenset({Kind.ID, Kind.TEXT, Kind.JSON})
_GONE = "{}"
_CHANGED = "_changed"
"""The key of a row that changed under which the keys stand of what did."""

_HISTORY = "_history"
_EXTRA = next(column for column in BOOKKEEPING if column.name == EXTRA)

_THROUGH = {"call_transcripts": ("call_id", "calls")}
"""Tables whose rows are about a contact through a row of another table, and are gone with it."""


@dataclass(slots=True)
class Sifted:
    """What became of the rows of a table.

    Attributes:
        gone: Rows that are gone.
        changed: Rows of which something is gone or hidden.
    """

    gone: int = 0
    changed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Former:
    """The database whose rows are read, attached as `former`.

    The temporary table `buried` holds the ids of who was purged.

    Attributes:
        connection: The connection.
        tables: The declared tables, by name.
        parents: The parent of each child table, by the child's name.
        columns: The columns of each table of the file that has any rows, by schema and name.
        sieve: What rows pass through.
    """

    connection: duckdb.DuckDBPyConnection
    tables: Mapping[str, Table]
    parents: Mapping[str, Table]
    columns: Mapping[tuple[str, str], Sequence[str]]
    sieve: Sieve

    @property
    def names(self) -> list[tuple[str, str]]:
        """Schema and name of each table that has any rows."""
        return list(self.columns)

    def table(self, name: str) -> Table:
        """The declared table whose rows, or former versions of them, a table of the file holds.

        Raises:
            LookupError: There is none.
        """
        return self.tables.get(name) or self.tables[name.removesuffix(_HISTORY)]

    def is_sifted(self, schema: str, name: str) -> bool:
        """Whether rows of a table may change on their way."""
        if schema != "main" or not {name, name.removesuffix(_HISTORY)} & self.tables.keys():
            return False
        return self.sieve.burying is not None or self.sieve.rules[self.table(name).name] != Leaf(KEEP)


@contextmanager
def sifting(former: Former, name: str) -> Iterator[Sifted]:
    """Give SQL the function `sift(record, theirs)` for the rows of a table, and count what it says."""
    table, sifted, encode = former.table(name), Sifted(), msgspec.json.encode

    def sift(text: str, theirs: bool) -> str | None:  # noqa: FBT001 - DuckDB calls it
        record: dict[str, Any] = msgspec.json.decode(text)
        left = former.sieve.record(table, record, theirs=theirs)
        if left is None:
            sifted.gone += 1
            return _GONE
        changed = {key: left.get(key) for key, value in record.items() if left.get(key) != value}
        sifted.changed += bool(changed)
        return encode({**changed, _CHANGED: list(changed)}).decode() if changed else None

    former.connection.create_function(
        "sift",
        sift,
        ["VARCHAR", "BOOLEAN"],
        "VARCHAR",
        null_handling=func.FunctionNullHandling.SPECIAL,
        side_effects=True,
    )
    try:
        yield sifted
    finally:
        former.connection.remove_function("sift")


def sifted_rows(former: Former, name: str, window: str) -> str:
    """SQL for what is left of those rows of a table for which SQL holds; what is derived is so anew."""
    table = former.table(name)
    columns = former.columns["main", name]
    taken = [
        each for each in (*table.sent, _EXTRA) if each.name in columns and _is_taken(former, table, each)
    ]
    names = {column.name for column in taken}
    derived = [each for each in table.columns if each.name in columns and names & _words(each.expression)]
    left = f"WHERE _sifted IS NULL OR _sifted.{_CHANGED} IS NOT NULL"
    return (
        f"SELECT * EXCLUDE (_sifted){_replace(derived, _again)} FROM (SELECT *{_replace(taken, _value)} "
        f"FROM ({_read(former, name, taken, window)}) {left})"
    )


def _is_taken(former: Former, table: Table, column: Column) -> bool:
    """Whether a column may hold something about anyone, or has a policy."""
    rule = former.sieve.rules[table.name]
    own = rule.fields.get(column.key, rule.others) if isinstance(rule, Branch) else rule
    return column.kind in _TEXTS or own != Leaf(KEEP)


def _words(expression: str) -> set[str]:
    return set(re.findall(r"\w+", expression))


def _replace(columns: Sequence[Column], value: Callable[[Column], str]) -> str:
    values = ", ".join(f"{value(column)} AS {identifier(column.name)}" for column in columns)
    return values and f" REPLACE ({values})"


def _value(column: Column) -> str:
    """SQL for a column's value after the sieve."""
    name, key = identifier(column.name), identifier(column.key)
    changed = f"_sifted.{key}" if column.kind in _TEXTS else "NULL"
    return (
        f"CASE WHEN list_contains(_sifted.{_CHANGED}, {literal(column.key)}) THEN {changed} ELSE {name} END"
    )


def _again(column: Column) -> str:
    """SQL for a derived column's value after the sieve."""
    name = identifier(column.name)
    return f"CASE WHEN _sifted IS NULL THEN {name} ELSE ({column.expression})::{column.kind.sql_type} END"


def _read(former: Former, name: str, taken: Sequence[Column], window: str) -> str:
    """SQL for the former rows, each with what the sieve says of it: NULL where nothing changes."""
    fields = ", ".join(f"{literal(column.key)}, {identifier(column.name)}" for column in taken)
    # Read out at once: to look up each column in the JSON would take as many times the memory.
    types = {column.key: column.kind.sql_type for column in taken if column.kind in _TEXTS}
    structure = json.dumps({_CHANGED: ["VARCHAR"], **types})
    return (
        f"SELECT *, from_json(sift(json_object({fields})::VARCHAR, {_is_theirs(former, name)})::JSON, "
        f"{literal(structure)}) AS _sifted "
        f"FROM former.main.{identifier(name)} WHERE {window} AND NOT {_is_gone(former, name)}"
    )


def _is_gone(former: Former, name: str) -> str:
    """SQL for whether a row is gone with a row that it is about."""
    key, through = _THROUGH.get(name, ("", ""))
    if ("main", through) not in former.columns:
        return "false"
    calls = f"SELECT id FROM former.main.{through} WHERE contact_id IN (FROM buried)"
    return f"(coalesce({key} IN ({calls}), false))"


def _is_theirs(former: Former, name: str) -> str:
    """SQL for whether what a row of a child table belongs to is of people alone who were purged.

    A record itself says so, by the contacts in it.
    """
    parent = former.parents.get(name)
    if parent is None or former.sieve.burying is None:
        return "false"
    link = identifier(former.tables[name].parent_column)
    contacts = customers_in(parent)
    if contacts is None:
        of_theirs = _theirs_by_author(former, parent)
    elif ("main", contacts.name) in former.columns:
        of_theirs = (
            f"SELECT {contacts.parent_column} FROM former.main.{contacts.name} "
            "GROUP BY ALL HAVING bool_and(contact_id IN (FROM buried))"
        )
    else:
        return "false"
    return f"coalesce({link} IN ({of_theirs}), false)"


def _theirs_by_author(former: Former, parent: Table) -> str:
    there = former.columns.get(("main", parent.name), ())
    by_them = "author_id IN (FROM buried)" if "author_id" in there else "false"
    return (
        f"SELECT {parent.primary_key[0]} FROM former.main.{parent.name} "
        f"WHERE {_is_theirs(former, parent.name)} OR {by_them}"
    )
