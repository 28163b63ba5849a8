"""The types of tickets with their attributes, and the states a ticket goes through."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from intercom_pipeline.sandbox.content.chance import Kind, mix
from intercom_pipeline.sandbox.content.hours import DAY, HISTORY_DAYS
from intercom_pipeline.sandbox.content.ids import number_id, workspace_id
from intercom_pipeline.sandbox.content.texts import read

Record = dict[str, Any]
_MOST_ATTRIBUTES = 32
_FIRST_MONTHS = 90  # days into the workspace's history in which its types were made
_BUILT_IN: tuple[Record, ...] = (
    {"name": "_default_title_", "description": "", "data_type": "string", "required": True},
    {"name": "_default_description_", "description": "", "data_type": "string", "multiline": True},
)


def make_ticket_types(seed: int, now: int) -> list[Record]:
    """Ticket types as GET /ticket_types/{id} gives them, with their attributes and states (2.12)."""
    states = [(_state(seed, place, told), told) for place, told in enumerate(read("tickets")["states"])]
    return [_type(seed, place, now, states) for place in range(len(read("tickets")["types"]))]


def make_ticket_states(seed: int, types: Sequence[Record]) -> list[Record]:
    """Ticket states as GET /ticket_states (2.12) gives them, each with the types that use it."""
    made = list[Record]()
    for place, told in enumerate(read("tickets")["states"]):
        using = [_short(kind) for kind in types if _used(told, kind["name"])]
        held = {"archived": told.get("archived", False), "ticket_types": {"type": "list", "data": using}}
        made.append(_state(seed, place, told) | held)
    return made


def words_of(name: str) -> Mapping[str, Any]:
    """What tickets of a type, by its name, say."""
    found: Mapping[str, Any] = next(told for told in read("tickets")["types"] if told["name"] == name)
    return found


def _state(seed: int, place: int, told: Mapping[str, Any]) -> Record:
    return {
        "type": "ticket_state",
        "id": number_id(seed, Kind.TICKET_STATE, place),
        "category": told["category"],
        "internal_label": told["internal"],
        "external_label": told["external"],
    }


def _used(state: Mapping[str, Any], type_name: str) -> bool:
    return type_name in state.get("types", [type_name])


def _type(seed: int, place: int, now: int, states: Sequence[tuple[Record, Mapping[str, Any]]]) -> Record:
    told = read("tickets")["types"][place]
    identity = number_id(seed, Kind.TICKET_TYPE, place)
    age = HISTORY_DAYS * DAY - mix(seed, Kind.TICKET_TYPE, place) % (_FIRST_MONTHS * DAY)
    times = {"created_at": now - age, "updated_at": now - age // 3}
    using = [state for state, about in states if _used(about, told["name"]) and not about.get("archived")]
    attributes = [
        _attribute(seed, identity, at=place * _MOST_ATTRIBUTES + order, order=order, told=each) | times
        for order, each in enumerate([*_BUILT_IN, *told["attributes"]])
    ]
    return {
        "type": "ticket_type",
        "id": identity,
        "name": told["name"],
        "description": told["description"],
        "icon": told["icon"],
        "workspace_id": workspace_id(seed),
        "archived": told.get("archived", False),
        **times,
        "is_internal": told["category"] != "Customer",
        "ticket_type_attributes": {"type": "list", "data": attributes},
        "category": told["category"],
        "ticket_states": {"type": "list", "data": using},
    }


def _attribute(seed: int, type_id: str, *, at: int, order: int, told: Mapping[str, Any]) -> Record:
    return {
        "type": "ticket_type_attribute",
        "id": number_id(seed, Kind.TICKET_ATTRIBUTE, at),
        "workspace_id": workspace_id(seed),
        "name": told["name"],
        "description": told["description"],
        "data_type": told["data_type"],
        "input_options": _input_options(seed, at, told),
        "order": order,
        "required_to_create": told.get("required", False),
        "required_to_create_for_contacts": False,
        "visible_on_create": True,
        "visible_to_contacts": told.get("visible_to_contacts", True),
        "default": told["name"].startswith("_default_"),
        "ticket_type_id": int(type_id),
        "archived": False,
    }


def _input_options(seed: int, at: int, told: Mapping[str, Any]) -> Record | None:
    if told["data_type"] == "string":
        return {"multiline": told.get("multiline", False)}
    if told["data_type"] != "list":
        return None
    first = mix(seed, Kind.TICKET_ATTRIBUTE, at)
    items = [
        {"id": str(UUID(int=first + place, version=4)), "name": name}
        for place, name in enumerate(told["options"])
    ]
    return {"list_items": items, "allow_multiple_values": False}


def _short(kind: Record) -> Record:
    names = ("type", "id", "name", "description", "icon", "archived", "is_internal", "category")
    return {name: kind[name] for name in names}
