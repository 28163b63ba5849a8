"""What a table is: frozen values from which DDL, decoding, merging and documentation all follow."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

PARENT = "_parent"
"""The key under which a child row carries its parent's id while it is staged."""

LIST = "_list"
"""The key under which a child row of a table with several lists carries the name of its own."""


class Kind(StrEnum):
    """What a column holds, which fixes its DuckDB type and the JSON values that fit it."""

    ID = "id"
    """An identifier. Intercom sends some as numbers, some as text; all are stored as text."""
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    """A moment, sent as unix seconds, stored as TIMESTAMPTZ."""
    JSON = "json"
    """Any JSON value, stored as JSON text (fractions as DuckDB writes them: 1.10 becomes 1.1)."""

    @property
    def sql_type(self) -> str:
        """The DuckDB type of the column in its table."""
        return _SQL_TYPES[self]

    @property
    def staged_type(self) -> str:
        """The DuckDB type the JSON reader is told to read."""
        return "BIGINT" if self is Kind.TIME else _SQL_TYPES[self]


_SQL_TYPES = {
    Kind.ID: "VARCHAR",
    Kind.TEXT: "VARCHAR",
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.TIME: "TIMESTAMPTZ",
    Kind.JSON: "JSON",
}


class Person(StrEnum):
    """What a value tells about a person, which decides what becomes of it under each preset of policies."""

    NAME = "name"
    EMAIL = "e-mail address"
    DOMAIN = "domain of an e-mail address"
    PHONE = "telephone number"
    IDENTITY = "id in another system"
    TEXT = "text"
    """What people wrote or chose, and what was written about them: bodies, subjects, own attributes."""
    FILE = "name of a file"
    LINK = "link"
    """An address that leads to a person's page, profile or file."""
    PLACE = "place"
    PICTURE = "picture"
    NETWORK = "network address"
    DETAIL = "detail"
    """Anything else about a person, and what of it is not known beforehand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column and where its value comes from.

    Attributes:
        name: The column's name in DuckDB.
        kind: What it holds.
        description: One sentence for people, with the unit where there is one.
        field: The record's key, where it differs from the name.
        expression: SQL over the staged columns of the same row, for a column that is derived, not sent.
        person: What it tells about a person; None where it is harmless.
        holds: For a JSON column about persons: what stands at a path in it (keys with dots between, lists
            left out), None for what is harmless. What stands elsewhere is as `person` says.
        kept: Whether a stored value stays where a record comes without it (not every version sends it).
    """

    name: str
    kind: Kind
    description: str
    field: str = ""
    expression: str = ""
    person: Person | None = None
    holds: tuple[tuple[str, Person | None], ...] = ()
    kept: bool = False

    @property
    def personal(self) -> bool:
        """Whether it holds data about a person, masked wherever rows are previewed."""
        return self.person is not None

    @property
    def key(self) -> str:
        """The record's key that feeds this column."""
        return self.field or self.name


BOOKKEEPING = (
    Column(
        name="_extra",
        kind=Kind.JSON,
        description="Everything Intercom sent that has no column, or does not fit its column's type.",
    ),
    Column(name="_synced_at", kind=Kind.TIME, description="When this row was last written by a sync (UTC)."),
    Column(
        name="_deleted_at",
        kind=Kind.TIME,
        description="When the record was found to be gone from Intercom; NULL while it is there.",
    ),
    Column(
        name="_deleted_reason",
        kind=Kind.TEXT,
        description="Why it is gone: deleted, merged, archived or vanished.",
    ),
)
"""The columns every table ends with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cap:
    """How many rows of a child table Intercom gives at most with one record of its parent.

    Two columns of the parent say what that means for it.

    Attributes:
        most: Rows given at most.
        counted: The parent's column that tells how many there truly are.
        truncated: The parent's column for whether fewer were given than there are.
        missing: The parent's column for how many were never given.
    """

    most: int
    counted: str
    truncated: str
    missing: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One table, or a tree of them: a record's nested lists become child tables.

    Attributes:
        name: The table's name in schema `main`.
        description: One sentence for people.
        grain: What one row is ("one contact").
        columns: The columns that are sent or derived; bookkeeping columns are added to them.
        primary_key: The columns that identify a row.
        cursor: The column whose higher value is newer; an older one never overwrites a newer one.
        ignored: Keys of a record that say nothing (Intercom's constant `type`, a `url`) and are not kept.
        children: Tables fed from lists inside this table's records.
        path: For a child: the keys that lead from the parent's record to its list.
        also: For a child: the keys that lead to further lists; `LIST` tells the rows of each apart.
        mapped: For a child whose rows stand in an object by name: the key the name is given.
        scalar: For a child whose list holds bare values: the key they are given.
        keeps_vanished: For a child: rows missing from the parent's list stay, because the list is capped.
        cap: For a child: how the parent says that its list is capped.
        history: Whether former versions of the rows are kept, in a table of their own; not for a child.
    """

    name: str
    description: str
    grain: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ("id",)
    cursor: str | None = None
    ignored: frozenset[str] = frozenset()
    children: tuple["Table", ...] = ()
    path: tuple[str, ...] = ()
    also: tuple[tuple[str, ...], ...] = ()
    mapped: str = ""
    scalar: str = ""
    keeps_vanished: bool = False
    cap: Cap | None = None
    history: bool = False

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Sent, derived and bookkeeping columns, in the table's order."""
        return self.columns + BOOKKEEPING

    @property
    def sent(self) -> tuple[Column, ...]:
        """The columns whose values come straight from the record."""
        return tuple(column for column in self.columns if not column.expression)

    @property
    def parent_column(self) -> str:
        """For a child: the column that holds the parent's id.

        Raises:
            LookupError: The table is not a child.
        """
        return next(column.name for column in self.columns if column.field == PARENT)

    @property
    def paths(self) -> tuple[tuple[str, ...], ...]:
        """For a child: the ways from the parent's record to each of its lists."""
        return (self.path, *self.also)

    @property
    def detached(self) -> frozenset[str]:
        """Keys of the record that live in child tables alone, not in a column of this one."""
        inside = {path[0] for child in self.children for path in child.paths}
        return frozenset(inside - {column.key for column in self.sent})

    def tree(self) -> Iterator["Table"]:
        """This table and its children, parents first."""
        yield self
        for child in self.children:
            yield from child.tree()


def plain_text(html: str) -> str:
    """SQL that turns an HTML body into plain text: breaks become new lines, tags go, entities are read."""
    text = rf"regexp_replace({html}, '(?i)<br\s*/?>|</(p|div|li|h[1-6]|tr)>', chr(10), 'g')"
    text = f"regexp_replace({text}, '<[^>]*>', '', 'g')"
    for entity, character in _ENTITIES:
        text = f"replace({text}, '{entity}', {character})"
    return f"trim({text}, chr(10) || ' ')"


# `&amp;` last, so that `&amp;lt;` reads as the text `&lt;` and no further.
_ENTITIES = (
    ("&nbsp;", "' '"),
    ("&lt;", "'<'"),
    ("&gt;", "'>'"),
    ("&quot;", "'\"'"),
    ("&#39;", "''''"),
    ("&amp;", "'&'"),
)
