"""Tickets as GET /tickets/{id} gives them, with every part."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from intercom_pipeline.sandbox.content.chance import Kind, Roll, Weighted, mix, pick, roller, share
from intercom_pipeline.sandbox.content.faces import Face, face
from intercom_pipeline.sandbox.content.hours import DAY, arrivals, local_day, signups, working
from intercom_pipeline.sandbox.content.ids import conversation_id
from intercom_pipeline.sandbox.content.people import People
from intercom_pipeline.sandbox.content.texts import read
from intercom_pipeline.sandbox.content.ticket_parts import Desk, make_ticket_parts, state_of
from intercom_pipeline.sandbox.content.ticket_types import words_of

Record = dict[str, Any]
_SHORTEST, _LONGEST = 1.5, 160.0  # busy hours from opening a ticket to resolving it
_PROJECTS = ("Website relaunch", "Q3 roadmap", "Office move", 'R&D "Falcon"')
_FILLED = 0.8  # of the attributes nobody must fill
_HALF = 0.5
_FIRST_ID, _STEP = 180_000_000_000_000, 11


@dataclass(frozen=True, kw_only=True, slots=True)
class _Course:
    """When a ticket was opened and last touched (unix seconds), and whether it is resolved by now."""

    now: int
    created_at: int
    updated_at: int
    done: bool


def ticket_id(seed: int, index: int) -> str:
    """A decimal number of fifteen digits, below those of conversations; ids rise with the index."""
    return str(_FIRST_ID + mix(seed, Kind.TICKET_ID, -1) % 10**12 + index * _STEP)


def ticket_times(seed: int, count: int, now: int) -> tuple["array[int]", "array[int]"]:
    """(created_at, updated_at) in unix seconds by index; created_at rises with the index."""
    created, updated = array("q"), array("q")
    for index in range(count):
        found = _course(seed, index, count, now)
        created.append(found.created_at)
        updated.append(found.updated_at)
    return created, updated


def make_ticket(seed: int, index: int, now: int, people: People) -> Record:
    """The ticket of an index with all its parts, oldest first, and every version's fields.

    Where versions differ, values are those of 2.16: assignees are numbers (0 is nobody) and `ticket_state`
    is an object. `snoozed_until` is None where answers leave it out.
    """
    found = _course(seed, index, max(people.tickets, index + 1), now)
    roll = roller(seed, Kind.TICKET_RECORD, index)
    desk = _desk(seed, index, people, found, roll)
    attributes = _attributes(desk, roll)
    parts = make_ticket_parts(desk, attributes, working(now), roll)
    state, before = state_of(desk, parts)
    return {
        "type": "ticket",
        "id": ticket_id(seed, index),
        "ticket_id": str(index + 1),
        "ticket_attributes": attributes,
        "ticket_state": state,
        "ticket_type": {name: value for name, value in desk.kind.items() if name != "ticket_states"},
        "contacts": {"type": "contact.list", "contacts": _contacts(desk.contact)},
        "admin_assignee_id": _assignee(parts),
        "team_assignee_id": int(pick(roll, people.teams)["id"]) if people.teams else 0,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "ticket_parts": {"type": "ticket_part.list", "ticket_parts": parts, "total_count": len(parts)},
        "open": state["category"] != "resolved",
        "snoozed_until": None,
        "linked_objects": _linked(desk, people, now, roll),
        "category": desk.kind["category"],
        "is_shared": desk.kind["category"] == "Customer",
        "previous_ticket_state_id": before,
    }


def _course(seed: int, index: int, count: int, now: int) -> _Course:
    flow, clock = arrivals(now), working(now)
    created = flow.at((index + share(seed, Kind.TICKET_CREATED, index)) / count * flow.end)
    start, chance = clock.position(created), share(seed, Kind.TICKET_LIFE, index)
    end = start + _SHORTEST * float((_LONGEST / _SHORTEST) ** chance)
    done = end <= clock.end
    if not done:
        end = start + (clock.end - start) * chance
    return _Course(now=now, created_at=created, updated_at=max(clock.at(end), created), done=done)


def _desk(seed: int, index: int, people: People, found: _Course, roll: Roll) -> Desk:
    weights = Weighted({told["name"]: told["weight"] for told in read("tickets")["types"]})
    name = weights.at(roll())
    slots = {"project": pick(roll, _PROJECTS), "n": str(3 + int(roll() * 400))}
    return Desk(
        seed=seed,
        index=index,
        kind=next(kind for kind in people.ticket_types if kind["name"] == name),
        words=words_of(name),
        contact=_contact(seed, found, people, roll),
        agent=pick(roll, people.admins),
        created_at=found.created_at,
        updated_at=found.updated_at,
        done=found.done,
        slots=slots | {"day": f"{local_day(found.created_at):%B %d}"},
    )


def _contact(seed: int, found: _Course, people: People, roll: Roll) -> Face | None:
    """Somebody who was a contact when the ticket was opened; None where the workspace has no contacts."""
    curve = signups(found.now)
    known = int(curve.position(found.created_at) / curve.end * people.contacts) - 1
    chosen = int(roll() * max(known, 1))
    return face(seed, chosen, people) if people.contacts else None


def _contacts(contact: Face | None) -> list[Record]:
    if contact is None:
        return []
    return [{"type": "contact", "id": contact.id, "external_id": contact.external_id}]


def _assignee(parts: list[Record]) -> int:
    return next((int(part["assigned_to"]["id"]) for part in parts if "assigned_to" in part), 0)


def _attributes(desk: Desk, roll: Roll) -> Record:
    held = {told["name"]: _value(told, desk, roll) for told in desk.words["attributes"]}
    # Text is plain, as somebody typed it into the ticket's form.
    return {
        "_default_title_": pick(roll, desk.words["titles"]).format_map(desk.slots),
        "_default_description_": pick(roll, desk.words["texts"]).format_map(desk.slots),
        **held,
    }


def _value(told: Mapping[str, Any], desk: Desk, roll: Roll) -> Any:
    kind = told["data_type"]
    if roll() > (1.0 if told.get("required") else _FILLED):
        return [] if kind == "files" else None
    chance = roll()
    values: Record = {
        "list": told.get("options", [""])[int(chance * len(told.get("options", [""])))],
        "integer": int(chance**3 * 900),
        "decimal": round(12 + chance * 900, 2),
        "boolean": chance < _HALF,
        "datetime": desk.created_at + int((chance - 0.3) * 30 * DAY),
        "files": [_file(desk.index)],
        "string": f"TR-{1000 + int(chance * 9000)} & more",
    }
    return values[kind]


def _file(index: int) -> Record:
    return {
        "type": "upload",
        "name": f"screen {index}.png",
        "url": f"https://downloads.trellis.example/t/{index}/screen.png",
        "content_type": "image/png",
        "filesize": 48_000 + index * 7,
        "width": 1440,
        "height": 900,
    }


def _linked(desk: Desk, people: People, now: int, roll: Roll) -> Record:
    """Conversations behind a back-office or tracker ticket; they began before it was opened."""
    many = {"Back-office": 1, "Tracker": 5}.get(desk.kind["category"], 0)
    flow = arrivals(now)
    last = int(flow.position(desk.created_at) / flow.end * people.conversations) - 1
    count = min(int(roll() * (many + 1)), max(last, 0))
    data = [
        {"type": "conversation", "id": conversation_id(desk.seed, last - place), "category": None}
        for place in range(count)
    ]
    return {"type": "list", "data": data, "total_count": len(data), "has_more": False}
