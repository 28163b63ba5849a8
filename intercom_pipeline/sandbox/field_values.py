"""What a searchable field of a record holds, ready to be compared."""

import re
from collections.abc import Callable
from typing import Any

from intercom_pipeline.sandbox.collection import ORDER_FIELDS, Collection, Record
from intercom_pipeline.sandbox.search_fields import custom_attribute
from intercom_pipeline.sandbox.ticket_fields import TICKET_FIELDS, ticket_attribute

Values = tuple[Any, ...]
Reader = Callable[[int], Values]

_WORD = re.compile(r"\w+")
_TAG = re.compile(r"<[^>]*>")


def reader(kind: str, field: str, collection: Collection) -> Reader:
    """A function from a position to the values of a field there; text is in lower case."""
    for name in ORDER_FIELDS:
        if field == name:
            times = collection.times[name]
            return lambda position: (times[position],)
    computed = collection.computed.get(field)
    if computed is not None:
        return computed
    if field == "id":
        return lambda position: (collection.ids[position],)
    read = _record_reader(kind, field)
    return lambda position: tuple(_comparable(value) for value in read(collection.at(position)))


def _record_reader(kind: str, field: str) -> Callable[[Record], Values]:
    special = _SPECIAL.get((kind, field))
    if special is not None:
        return special
    attribute = custom_attribute(kind, field)
    if attribute is not None and kind == "tickets":
        return lambda record: ticket_attribute(record, attribute)
    if attribute is not None:
        return lambda record: ((record.get("custom_attributes") or {}).get(attribute),)
    path = field.split(".")
    return lambda record: (_at(record, path),)


def _at(record: Any, path: list[str]) -> Any:
    for name in path:
        record = record.get(name) if isinstance(record, dict) else None
    return record


def _comparable(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _ids(*path: str) -> Callable[[Record], Values]:
    names = list(path)
    return lambda record: tuple(each["id"] for each in _at(record, names) or ())


def _words(record: Record) -> Values:
    return tuple(_WORD.findall(_TAG.sub(" ", record["source"]["body"] or "")))


def _initiated(record: Record) -> Values:
    return (record["source"]["type"],)


_SPECIAL: dict[tuple[str, str], Callable[[Record], Values]] = {
    ("contacts", "tag_id"): _ids("tags", "data"),
    ("contacts", "andoid_sdk_version"): lambda record: (record.get("android_sdk_version"),),
    ("conversations", "contact_ids"): _ids("contacts", "contacts"),
    ("conversations", "teammate_ids"): _ids("teammates", "teammates"),
    ("conversations", "tag_ids"): _ids("tags", "tags"),
    ("conversations", "source.body"): _words,
    ("conversations", "channel_initiated"): _initiated,
    ("conversations", "conversation_rating.score"): lambda record: (
        _at(record, ["conversation_rating", "rating"]),
    ),
    ("conversations", "conversation_rating.requested_at"): lambda record: (
        _at(record, ["conversation_rating", "created_at"]),
    ),
    ("conversations", "conversation_rating.contact_id"): lambda record: (
        _at(record, ["conversation_rating", "contact", "id"]),
    ),
    ("conversations", "conversation_rating.admin_id"): lambda record: (
        _at(record, ["conversation_rating", "teammate", "id"]),
    ),
    ("conversations", "conversation_rating.admin_d"): lambda record: (
        _at(record, ["conversation_rating", "teammate", "id"]),
    ),
    ("conversations", "conversation_rating.replied_at"): lambda record: (
        _at(record, ["conversation_rating", "updated_at"]),
    ),
    **{("tickets", field): read for field, read in TICKET_FIELDS.items()},
}
