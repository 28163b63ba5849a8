"""Where the tables keep what a search field means: SQL for its value, or for its several values."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from intercom_pipeline.intercom.search_fields import (
    CONTACTS,
    CONVERSATIONS,
    NOBODY_IS_0,
    FieldKind,
    attribute_of,
    kind_of,
)
from intercom_pipeline.intercom.where_text import shown
from intercom_pipeline.warehouse.ddl import identifier, literal
from intercom_pipeline.warehouse.errors import NotSearchable
from intercom_pipeline.warehouse.people.rules import STRUCTURE
from intercom_pipeline.warehouse.table import Kind, Table

FIELDS: Final[Mapping[str, Mapping[str, FieldKind]]] = MappingProxyType(
    {"contacts": CONTACTS, "conversations": CONVERSATIONS}
)
"""What the rows of a table can be searched by."""

_ELSEWHERE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "andoid_sdk_version": "android_sdk_version",
        "avatar": "avatar.image_url",
        "channel_initiated": "source.type",
        "conversation_rating.admin_d": "conversation_rating.teammate.id",
        "conversation_rating.admin_id": "conversation_rating.teammate.id",
        "conversation_rating.contact_id": "conversation_rating.contact.id",
        "conversation_rating.replied_at": "conversation_rating.updated_at",
        "conversation_rating.requested_at": "conversation_rating.created_at",
        "conversation_rating.score": "conversation_rating.rating",
    }
)
"""Fields that a search calls otherwise than the record does."""

_LISTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "contact_ids": ("conversation_contacts", "contact_id"),
        "tag_id": ("contact_tags", "tag_id"),
        "tag_ids": ("conversation_tags", "tag_id"),
        "teammate_ids": ("conversation_teammates", "admin_id"),
    }
)
"""Fields with several values: the child table and the column that hold them."""

_SELDOM_SENT: Final = frozenset({"formatted_phone"})
"""Columns that are empty unless an old API version was read: to find nothing in them would mislead."""

_WORDS = r"regexp_extract_all({text}, '[\pL\pN_]+')"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a field's value stands.

    Attributes:
        kind: What the field holds.
        value: SQL for the value, of DuckDB type VARCHAR, BIGINT (whole numbers and unix seconds) or BOOLEAN.
        rows: For several values: what follows FROM, for the values of a row of the outer table.
    """

    kind: FieldKind
    value: str
    rows: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a field's value stands in a record.

    Attributes:
        place: The table and the keys that lead there.
        is_declared: Whether the column says itself what stands there.
    """

    place: tuple[str, ...]
    is_declared: bool


def place_of(field: str, table: Table) -> Place:
    """Where the rows of a table keep a field, as far as the table has the columns.

    Raises:
        NotSearchable: They do not, or nothing can be searched by it.
    """
    fields = FIELDS[table.name]
    kind, attribute = kind_of(field, fields), attribute_of(field, fields)
    if kind is None:
        raise NotSearchable(
            f"There is no field {shown(field)} to search {table.name} by.",
            why="It is not among those that Intercom describes.",
            fix="docs/query-language.md lists them.",
        )
    found = (
        _attribute(attribute, table) if attribute else _listed(field, kind, table) or _one(field, kind, table)
    )
    if found is None:
        raise NotSearchable(
            f"The warehouse cannot search {table.name} by {shown(field)}.",
            why=f"Its table {table.name} does not hold it.",
            fix="Ask Intercom itself instead of the warehouse.",
        )
    return found


def origin_of(field: str, table: Table) -> Origin:
    """Where a field's value stands in the records of a table."""
    attribute = attribute_of(field, FIELDS[table.name])
    if attribute:
        return Origin(place=(table.name, "custom_attributes", attribute), is_declared=False)
    name, _, path = _ELSEWHERE.get(field, field).partition(".")
    column = next((column for column in table.columns if column.name == name), None)
    if column is None:
        return Origin(place=(table.name, name), is_declared=True)
    within = path.split(".") if path else []
    return Origin(
        place=(table.name, column.key, *within),
        is_declared=not path or path in dict(column.holds) or within[-1] in STRUCTURE,
    )


def _attribute(name: str, table: Table) -> Place | None:
    if not _has(table, "custom_attributes"):
        return None
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return Place(kind=FieldKind.ANY, value=f"{_outer(table, 'custom_attributes')} ->> {literal(pointer)}")


def _listed(field: str, kind: FieldKind, table: Table) -> Place | None:
    if field == "source.body":
        # "The search will … be performed … against every element of the value separately."
        text = _WORDS.format(text=_outer(table, "source_body_text"))
        words = Place(kind=kind, value="word", rows=f"(SELECT unnest({text}) AS word)")
        return words if _has(table, "source_body_text") else None
    name, column = _LISTS.get(field, ("", ""))
    child = next((child for child in table.children if child.name == name), None)
    if child is None:
        return None
    joined = f"{identifier(child.parent_column)} = {_outer(table, 'id')}"
    rows = f"(SELECT {identifier(column)} AS one FROM main.{identifier(name)} WHERE {joined})"
    return Place(kind=kind, value="one", rows=rows)


def _one(field: str, kind: FieldKind, table: Table) -> Place | None:
    name, _, path = _ELSEWHERE.get(field, field).partition(".")
    column = next((column for column in table.columns if column.name == name), None)
    if column is None or name in _SELDOM_SENT or (path and column.kind is not Kind.JSON):
        return None
    value = _outer(table, name)
    if column.kind is Kind.TIME:
        return Place(kind=kind, value=f"CAST(epoch({value}) AS BIGINT)")
    if path:
        value = f"({value} ->> {literal(f'$.{path}')})"
    if kind is not FieldKind.TEXT:
        value = f"TRY_CAST({value} AS {_TYPES[kind]})"
    return Place(kind=kind, value=f"coalesce({value}, 0)" if field in NOBODY_IS_0 else value)


_TYPES = {
    FieldKind.INTEGER: "BIGINT",
    FieldKind.DATE: "BIGINT",
    FieldKind.BOOLEAN: "BOOLEAN",
    FieldKind.TAG: "VARCHAR",
}


def _has(table: Table, column: str) -> bool:
    return any(each.name == column for each in table.columns)


def _outer(table: Table, column: str) -> str:
    return f"main.{identifier(table.name)}.{identifier(column)}"
