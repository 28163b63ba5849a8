"""What the searchable fields of a ticket hold, where they are not its keys."""

from collections.abc import Callable
from typing import Any

from intercom_pipeline.sandbox.collection import Record

Values = tuple[Any, ...]
# "When searching for tickets by the category field, specific terms must be used".
_CATEGORY_TERMS = {"Customer": "request", "Back-office": "task", "Tracker": "tracker"}


def ticket_attribute(record: Record, attribute_id: str) -> Values:
    """The value of the attribute of this id; a ticket of a type without it holds none."""
    for attribute in (record["ticket_type"] or {}).get("ticket_type_attributes", {}).get("data", ()):
        if attribute["id"] == attribute_id:
            value = record["ticket_attributes"].get(attribute["name"])
            return (value.casefold() if isinstance(value, str) else value,)
    return (None,)


def _attribute(name: str) -> Callable[[Record], Values]:
    return lambda record: ((record["ticket_attributes"].get(name) or "").casefold(),)


def _number(name: str) -> Callable[[Record], Values]:
    # Assignees are described as text, whatever they are in the version asked for.
    return lambda record: (str(record[name]),)


def _teammates(record: Record) -> Values:
    authors = (part["author"] for part in record["ticket_parts"]["ticket_parts"])
    return tuple(author["id"] for author in authors if author["type"] == "admin")


TICKET_FIELDS: dict[str, Callable[[Record], Values]] = {
    "title": _attribute("_default_title_"),
    "description": _attribute("_default_description_"),
    "category": lambda record: (_CATEGORY_TERMS[record["category"]],),
    "ticket_type_id": lambda record: (record["ticket_type"]["id"],),
    "contact_ids": lambda record: tuple(each["id"] for each in record["contacts"]["contacts"]),
    "teammate_ids": _teammates,
    "admin_assignee_id": _number("admin_assignee_id"),
    "team_assignee_id": _number("team_assignee_id"),
    "state": lambda record: (record["ticket_state"]["category"],),
}
