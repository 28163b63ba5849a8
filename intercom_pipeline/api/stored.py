"""The everyday operations answered from the warehouse: the twin of `Intercom`, without a request.

    with stored() as warehouse:
        for contact in warehouse.search_contacts("role = user AND last_seen_at > 7d"):
            print(contact["name"])

Records are as Intercom sent them when they were synced last, with null for what was not sent and ids as text.
Those that are gone from Intercom are left out.
"""

from array import array
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import duckdb

from intercom_pipeline.api.hidden import Hidden, found_by, hidden_in
from intercom_pipeline.api.matching import Condition, condition
from intercom_pipeline.api.places import FIELDS
from intercom_pipeline.api.records import Admin, Article, Contact, Conversation, Record, checked_limit
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.ids import checked_id
from intercom_pipeline.intercom.moments import ago
from intercom_pipeline.intercom.search import Query
from intercom_pipeline.intercom.versions import DEFAULT, contact_dates_are_days
from intercom_pipeline.intercom.where import parse
from intercom_pipeline.settings import load_settings
from intercom_pipeline.sync.days import Calendar, calendar_of
from intercom_pipeline.sync.tables.articles import ARTICLES_TABLE
from intercom_pipeline.sync.tables.contacts import CONTACTS_TABLE
from intercom_pipeline.sync.tables.conversation_parts import CONVERSATION_PARTS_TABLE
from intercom_pipeline.sync.tables.conversations import CONVERSATIONS_TABLE
from intercom_pipeline.sync.tables.workspace import ADMINS_TABLE
from intercom_pipeline.warehouse.ddl import Found, found_tables, identifier
from intercom_pipeline.warehouse.errors import WarehouseMissing
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.reading import About, about, open_published
from intercom_pipeline.warehouse.records import record_of, rows_of
from intercom_pipeline.warehouse.table import PARENT, Table

_AT_ONCE = 1_000
"""Rows read at once: few enough to be held, and enough to be found quickly."""
_CHANGED_LAST_FIRST = "updated_at DESC NULLS LAST, id DESC"
_NOTHING_HIDDEN = Hidden()
_EVERY = Condition("true")


class NotStored(PipelineError):
    """The warehouse has no such record: it is gone, never was, or came after the last sync.

    Attributes:
        reason: Why it is gone: deleted, merged, archived or vanished; None where it was never stored.
        merged_into: The id of the contact that it was merged into; None unless it was.
    """

    def __init__(
        self,
        what: str,
        *,
        why: str = "",
        fix: str = "",
        reason: str | None = None,
        merged_into: str | None = None,
    ) -> None:
        super().__init__(what, why=why, fix=fix)
        self.reason = reason
        self.merged_into = merged_into


@contextmanager
def stored(folder: DataFolder | None = None, *, version: str | None = None) -> Iterator["Stored"]:
    """Open the published file of a data folder, read-only; what is not given comes from the settings.

    Args:
        folder: The data folder.
        version: The API version as which searches compare the dates of contacts: by calendar day in the
            workspace's time zone up to 2.16, by second from 2.17 on.

    Raises:
        SettingRefused: A setting cannot be used.
        WarehouseMissing: Nothing was published yet.
        WarehouseError: It cannot be read.
    """
    if folder is None or version is None:
        settings = load_settings()
        folder, version = folder or settings.folder(), version or settings.api_version
    with open_published(folder) as connection:
        yield Stored(connection, about(connection, folder), version, hidden_in(connection, folder))


class Stored:
    """A published file, open for the operations; made by `stored`. Lists are lazy, and read it bit by bit."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        published: About,
        version: str = DEFAULT,
        hidden: Hidden = _NOTHING_HIDDEN,
    ) -> None:
        """Read through a connection that stays open meanwhile."""
        self.about = published
        self.hidden = hidden
        self._connection = connection
        self._found = found_tables(connection)
        self._days = _days(published, version)

    def list_contacts(self, *, limit: int | None = None) -> Iterator[Contact]:
        """All contacts, the newest first."""
        order = "created_at DESC NULLS LAST, id DESC"
        return cast("Iterator[Contact]", self._listed(CONTACTS_TABLE, _EVERY, order, limit))

    def search_contacts(self, where: str | Query, *, limit: int | None = None) -> Iterator[Contact]:
        """The contacts that a query finds, those changed last first; `where` as in `Intercom`.

        Raises:
            WhereRefused: The text is no query; the message points at the place.
            NotSearchable: The warehouse does not hold what the query asks about.
        """
        return cast("Iterator[Contact]", self._searched(CONTACTS_TABLE, where, limit))

    def get_contact(self, contact_id: str) -> Contact:
        """A contact.

        Raises:
            NotStored: There is none; it tells whether it is gone, and why.
        """
        return cast("Contact", self._one(CONTACTS_TABLE, contact_id, "contact"))

    def list_conversations(self, *, limit: int | None = None) -> Iterator[Conversation]:
        """All conversations without their parts, the one that changed last first."""
        return cast(
            "Iterator[Conversation]", self._listed(CONVERSATIONS_TABLE, _EVERY, _CHANGED_LAST_FIRST, limit)
        )

    def search_conversations(self, where: str | Query, *, limit: int | None = None) -> Iterator[Conversation]:
        """The conversations that a query finds, without their parts; see `search_contacts`."""
        return cast("Iterator[Conversation]", self._searched(CONVERSATIONS_TABLE, where, limit))

    def get_conversation(self, conversation_id: str) -> Conversation:
        """A conversation with all parts that are stored, over 500 where more were synced over time.

        Raises:
            NotStored: There is none; it tells whether it is gone, and why.
        """
        conversation = self._one(CONVERSATIONS_TABLE, conversation_id, "conversation")
        parts = self._parts(conversation["id"])
        told = {"type": "conversation_part.list", "conversation_parts": parts, "total_count": len(parts)}
        return cast("Conversation", conversation | {"conversation_parts": told})

    def list_articles(self, *, limit: int | None = None) -> Iterator[Article]:
        """All articles, the one that changed last first."""
        return cast("Iterator[Article]", self._listed(ARTICLES_TABLE, _EVERY, _CHANGED_LAST_FIRST, limit))

    def list_admins(self) -> Iterator[Admin]:
        """All admins."""
        return cast(
            "Iterator[Admin]", self._listed(ADMINS_TABLE, _EVERY, "try_cast(id AS HUGEINT), id", None)
        )

    def _searched(self, table: Table, where: str | Query, limit: int | None) -> Iterator[Record]:
        query = parse(where, FIELDS[table.name], now=datetime.now(UTC)) if isinstance(where, str) else where
        known = self._known(table)
        query = found_by(query, known, self.hidden, self._connection)
        wanted = condition(query, known, days=self._days)
        return self._listed(table, wanted, _CHANGED_LAST_FIRST, limit)

    def _listed(self, table: Table, wanted: Condition, order: str, limit: int | None) -> Iterator[Record]:
        return _records(self._connection.cursor(), self._known(table), wanted, order, checked_limit(limit))

    def _one(self, table: Table, record_id: str, noun: str) -> Record:
        table = self._known(table)
        rows = rows_of(self._connection, table, "id = ?", [checked_id(record_id, of=noun)])
        if not rows or rows[0]["_deleted_at"] is not None:
            raise self._not_stored(f"{noun} {record_id}", rows[0] if rows else None)
        return record_of(table, rows[0])

    def _parts(self, conversation_id: str) -> list[Record]:
        if CONVERSATION_PARTS_TABLE.name not in self._found:
            return []
        table = _as_found(CONVERSATION_PARTS_TABLE, self._found)
        # Ids of parts count up, and Intercom gives the oldest first.
        oldest_first = "conversation_id = ? ORDER BY created_at, try_cast(id AS HUGEINT), id"
        records = [
            record_of(table, row) for row in rows_of(self._connection, table, oldest_first, [conversation_id])
        ]
        return [{key: value for key, value in record.items() if key != PARENT} for record in records]

    def _not_stored(self, named: str, row: Mapping[str, Any] | None) -> NotStored:
        age = f"The data was published {ago(self.about.published_at)}."
        if row is None:
            return NotStored(
                f"The warehouse has no {named}.",
                why=age,
                fix="Sync first, or ask Intercom instead of the warehouse.",
            )
        reason, into = row["_deleted_reason"], row.get("_merged_into")
        happened = f"was merged into {into}" if into else _HAPPENED.get(reason, "vanished")
        return NotStored(
            f"The {named} is gone from Intercom.",
            why=f"It {happened}, as was found {ago(row['_deleted_at'])}. {age}",
            fix=f"Get {into} instead." if into else "What is kept of it can be asked for in SQL.",
            reason=reason,
            merged_into=into,
        )

    def _known(self, table: Table) -> Table:
        """The table with what the file has of it: one written by an earlier release may lack some."""
        if table.name not in self._found or self._never_synced(table):
            raise WarehouseMissing(
                f"The published file has no {table.name}.",
                why="They were never synced into it.",
                fix=f"Run intercom-pipeline sync {table.name}.",
            )
        return _as_found(table, self._found)

    def _never_synced(self, table: Table) -> bool:
        """Whether the table is empty because nobody asked for what belongs into it."""
        name = identifier(table.name)
        asked = f"SELECT EXISTS (FROM pipeline.bookmarks WHERE stream = ?) OR EXISTS (FROM main.{name})"
        return self._connection.execute(asked, [table.name]).fetchone() == (False,)


_HAPPENED = {"deleted": "was deleted", "merged": "was merged into another", "archived": "was archived"}


def _days(published: About, version: str) -> Calendar | None:
    # Where the zone is not known, days are those of UTC.
    return Calendar(calendar_of(published.timezone).zone) if contact_dates_are_days(version) else None


def _as_found(table: Table, found: Mapping[str, Found]) -> Table:
    columns = tuple(column for column in table.columns if column.name in found[table.name].columns)
    children = tuple(_as_found(child, found) for child in table.children if child.name in found)
    return replace(table, columns=columns, children=children)


def _records(
    cursor: duckdb.DuckDBPyConnection, table: Table, wanted: Condition, order: str, limit: int | None
) -> Iterator[Record]:
    """The records of the rows that are there and wanted, in an order, so many at most."""
    with closing(cursor):
        places = _places(cursor, table, wanted, order, limit)
        for start in range(0, len(places), _AT_ONCE):
            yield from _at(cursor, table, places[start : start + _AT_ONCE])


def _places(
    cursor: duckdb.DuckDBPyConnection, table: Table, wanted: Condition, order: str, limit: int | None
) -> "array[int]":
    """Where the wanted rows are, in their order: eight bytes each, so that a long list needs little room."""
    result = cursor.execute(
        f"SELECT rowid FROM main.{identifier(table.name)} WHERE _deleted_at IS NULL AND {wanted.sql} "
        f"ORDER BY {order} LIMIT ?",
        [*wanted.values, limit],
    )
    places = array("q")
    while rows := result.fetchmany(_AT_ONCE):
        places.extend(place for (place,) in rows)
    return places


def _at(cursor: duckdb.DuckDBPyConnection, table: Table, places: "array[int]") -> Iterator[Record]:
    """The records of some rows, in the order of the places given."""
    joined = "rowid IN (SELECT unnest($1::BIGINT[])) ORDER BY list_position($1::BIGINT[], rowid)"
    for row in rows_of(cursor, table, joined, [list(places)]):
        yield record_of(table, row)
