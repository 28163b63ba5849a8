"""Who a contact is, as far as the databases of a folder tell: under which ids, and by what else."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from intercom_pipeline.warehouse.connecting import connected
from intercom_pipeline.warehouse.ddl import identifier
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.people.mentions import name_in_words
from intercom_pipeline.warehouse.people.policies import Action
from intercom_pipeline.warehouse.people.privacy import state_of
from intercom_pipeline.warehouse.people.privacy_key import Key, normal
from intercom_pipeline.warehouse.people.tombstones import SHORTEST_MENTION, Mark

_TELLING = (Action.KEEP, Action.HASH)
"""Policies under which two values are the same only if what was sent is."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_WHOLE_ADDRESS = re.compile(r"[^\s@*]+@[^\s@]+|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _Source:
    """Where something that a contact is known by stands.

    Attributes:
        mark: What it is.
        table: The table.
        owner: The column with the contact's id.
        column: The column, or SQL over it, that holds it.
        place: Where its policy is said.
    """

    mark: Mark
    table: str
    owner: str
    column: str
    place: str


def _of_contacts(table: str) -> list[_Source]:
    columns = {
        "email": Mark.EMAIL,
        "phone": Mark.PHONE,
        "formatted_phone": Mark.PHONE,
        "external_id": Mark.EXTERNAL_ID,
        "name": Mark.NAME,
    }
    return [_Source(mark, table, "id", column, f"contacts.{column}") for column, mark in columns.items()]


def _of_authors(table: str, owner: str, column: str, place: str) -> list[_Source]:
    told = {"name": Mark.NAME, "email": Mark.EMAIL}
    return [
        _Source(mark, table, owner, f"({column} ->> '$.{key}')", f"{place}.{key}")
        for key, mark in told.items()
    ]


_SOURCES = (
    *_of_contacts("contacts"),
    *_of_contacts("contacts_history"),
    *_of_authors("conversation_parts", "author_id", "author", "conversation_parts.author"),
    *_of_authors("ticket_parts", "author_id", "author", "ticket_parts.author"),
    *_of_authors("conversations", "source_author_id", "source -> 'author'", "conversations.source.author"),
)

_SAME_PERSON = {Mark.EMAIL: "lower(trim({}))", Mark.EXTERNAL_ID: "{}"}
"""What is one person's alone, and the SQL for the form in which it is compared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Somebody:
    """Somebody who is to be purged.

    Attributes:
        ids: The ids of their contacts.
        marks: What they are known by else, in clear text or hashed by a policy.
    """

    ids: frozenset[str] = frozenset()
    marks: frozenset[tuple[Mark, str]] = frozenset()

    @property
    def texts(self) -> frozenset[str]:
        """What names them in clear text: addresses, telephone numbers, and names of several words."""
        return frozenset(value.strip() for mark, value in self.marks if _names(mark, value.strip()))

    def and_also(self, ids: Iterable[str], marks: Iterable[tuple[Mark, str]] = ()) -> "Somebody":
        """The same with what else is known."""
        return Somebody(ids=self.ids | set(ids), marks=self.marks | set(marks))


def _names(mark: Mark, value: str) -> bool:
    """Whether a value names somebody, and nobody else, wherever it stands."""
    if _DIGEST.fullmatch(value) or len(value) < SHORTEST_MENTION:
        return False
    return mark in {Mark.EMAIL, Mark.PHONE} or (mark is Mark.NAME and name_in_words(value)[1] > 1)


def somebody_with(
    folder: DataFolder, files: Collection[Path], *, ids: Collection[str], emails: Collection[str], key: Key
) -> Somebody:
    """Who has any of the ids or e-mail addresses; contacts that were merged or share these are one person.

    Args:
        folder: The data folder, under its lock.
        files: Its databases.
        ids: Ids of contacts.
        emails: E-mail addresses, in clear text.
        key: The folder's key.
    """
    given = [(Mark.EMAIL, form) for email in emails for form in (normal(email), key.digest(email))]
    somebody, before = Somebody().and_also(ids, given), None
    while somebody != before:
        before = somebody
        for file in files:
            with connected(folder, file) as connection:
                somebody = _more_of(connection, somebody)
    return somebody


def is_stored(connection: duckdb.DuckDBPyConnection, somebody: Somebody) -> bool:
    """Whether any row is about a contact of theirs, or written by one."""
    told = [(source.table, source.owner) for source in _SOURCES]
    tables = _columns(connection)
    about = [(table, "contact_id") for table, columns in tables.items() if "contact_id" in columns]
    return any(
        connection.execute(
            f"SELECT 1 FROM main.{identifier(table)} WHERE {column} IN (FROM unnest($1::VARCHAR[])) LIMIT 1",
            [list(somebody.ids)],
        ).fetchall()
        for table, column in {*told, *about}
        if column in tables.get(table, ())
    )


def _more_of(connection: duckdb.DuckDBPyConnection, somebody: Somebody) -> Somebody:
    """Somebody with what a database tells beside."""
    sources = list(_usable(connection))
    ids = {found for source in sources for found in _owners(connection, source, somebody)}
    somebody = somebody.and_also([*ids, *_merged_with(connection, somebody.ids)])
    return somebody.and_also(
        (), [mark for source in sources for mark in _marks(connection, source, somebody)]
    )


def _usable(connection: duckdb.DuckDBPyConnection) -> Iterator[_Source]:
    """The sources that a database has, in a form that tells people apart."""
    changes = state_of(connection).changes
    columns = _columns(connection)
    for source in _SOURCES:
        there = {source.owner, *re.findall(r"^\w+", source.column.lstrip("("))} <= columns.get(
            source.table, set()
        )
        if there and changes.get(source.place, Action.KEEP) in _TELLING:
            yield source


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    rows = connection.execute(
        "SELECT table_name, list(column_name) FROM duckdb_columns() WHERE schema_name = 'main' GROUP BY ALL"
    ).fetchall()
    return {table: set(names) for table, names in rows}


def _owners(connection: duckdb.DuckDBPyConnection, source: _Source, somebody: Somebody) -> list[str]:
    """The ids of contacts that have something which is somebody's alone."""
    values = [normal(value) for mark, value in somebody.marks if mark is source.mark]
    if source.mark not in _SAME_PERSON or not source.table.startswith("contacts") or not values:
        return []
    form = _SAME_PERSON[source.mark].format(source.column)
    rows = connection.execute(
        f"SELECT DISTINCT id FROM main.{source.table} WHERE {form} IN (SELECT unnest($1::VARCHAR[]))",
        [values],
    )
    return [contact for (contact,) in rows.fetchall()]


def _merged_with(connection: duckdb.DuckDBPyConnection, ids: Collection[str]) -> Iterator[str]:
    """The ids that were merged into any of these, and into which these were merged."""
    if not {"_merged_into", "merge_history"} <= _columns(connection).get("contacts", set()):
        return
    rows = connection.execute(
        "SELECT id, _merged_into, merge_history FROM main.contacts "
        "WHERE _merged_into IS NOT NULL OR merge_history IS NOT NULL"
    ).fetchall()
    for contact, into, history in rows:
        merged = json.loads(history) if history else []
        former = [each.get("source_contact_id") for each in merged if isinstance(each, dict)]
        together = {str(each) for each in (contact, into, *former) if each}
        if together & set(ids):
            yield from together


def _marks(
    connection: duckdb.DuckDBPyConnection, source: _Source, somebody: Somebody
) -> Iterator[tuple[Mark, str]]:
    rows = connection.execute(
        f"SELECT DISTINCT {source.column} FROM main.{source.table} "
        f"WHERE {source.owner} IN (SELECT unnest($1::VARCHAR[])) AND {source.column} IS NOT NULL",
        [list(somebody.ids)],
    ).fetchall()
    for (value,) in rows:
        # What was masked under earlier policies may be many a person's.
        if value.strip() and "***" not in value and _is_whole(source.mark, value):
            yield source.mark, value


def _is_whole(mark: Mark, value: str) -> bool:
    return mark is not Mark.EMAIL or _WHOLE_ADDRESS.fullmatch(value.strip()) is not None
