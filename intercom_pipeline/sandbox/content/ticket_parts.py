"""Ticket parts: each step of a ticket's course written down as Intercom gives it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intercom_pipeline.sandbox.content.chance import Roll, pick
from intercom_pipeline.sandbox.content.faces import Face
from intercom_pipeline.sandbox.content.hours import Curve
from intercom_pipeline.sandbox.content.texts import as_html

Record = dict[str, Any]
_PARTS_EACH, _FIRST_PART = 64, 70_000_000_000
_WITH_CUSTOMER = ("submitted", "assign", "note", "in_progress", "attribute", "ask", "waiting_on_customer",
                  "reply", "answer", "resolved")  # fmt: skip
_AMONG_TEAMMATES = ("submitted", "assign", "in_progress", "note", "attribute", "note", "resolved")
_CHANGES_STATE = frozenset({"submitted", "in_progress", "waiting_on_customer", "resolved"})
_ASKED = ("Could you tell us since when this happens?", "Which account is it about, {project}?")
_REPLIED = ("Since {day}, I think.", "Yes, {project}. Thanks for looking into it!")


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """One ticket's type, words and cast; times are unix seconds."""

    seed: int
    index: int
    kind: Record
    words: Mapping[str, Any]
    contact: Face | None
    agent: Record
    created_at: int
    updated_at: int
    done: bool
    slots: Mapping[str, str]


def make_ticket_parts(desk: Desk, attributes: Record, clock: Curve, roll: Roll) -> list[Record]:
    """The parts of a ticket, oldest first, with all versions' fields; what is null is left out."""
    steps = _steps(desk, roll)
    parts, before = list[Record](), "submitted"
    for place, (step, moment) in enumerate(zip(steps, _moments(desk, len(steps), clock), strict=True)):
        said = _said(desk, step, attributes, roll)
        if step in _CHANGES_STATE:
            said |= {"ticket_state": step, "previous_ticket_state": before}
            before = step
        part_id = str(_FIRST_PART + desk.index * _PARTS_EACH + place)
        writer = desk.contact if step == "reply" else desk.agent
        parts.append(blank_part(part_id, moment) | {"author": author_of(writer or desk.agent)} | said)
    return parts


def blank_part(identity: str, at: int) -> Record:
    """A part by nobody that says nothing yet, at `at` (unix seconds)."""
    return {
        "type": "ticket_part",
        "id": identity,
        "created_at": at,
        "updated_at": at,
        "attachments": [],
        "redacted": False,
    }


def author_of(person: Record | Face) -> Record:
    """An admin, or a contact (always a `user` here), as the author of a ticket part."""
    if isinstance(person, Face):
        return {"type": "user", "id": person.id, "name": person.name, "email": person.email}
    kind = "admin" if person["type"] == "admin" else "user"
    return {"type": kind, "id": person["id"], "name": person["name"], "email": person["email"]}


def state_of(desk: Desk, parts: Sequence[Record]) -> tuple[Record, str | None]:
    """The state a ticket is in after its parts, and the id of the one before (None where there is none)."""
    passed = [_state(desk, part["ticket_state"]) for part in parts if "ticket_state" in part]
    return passed[-1], passed[-2]["id"] if len(passed) > 1 else None


def updated_attribute(kind: Record, name: str, value: Any) -> Record:
    """`updated_attribute_data` (2.14) of a part: the attribute of a ticket type and its new value as text."""
    found = next((each for each in kind["ticket_type_attributes"]["data"] if each["name"] == name), None)
    shown = "" if value is None else str(value)
    return {
        "attribute": {"type": "attribute", "id": found["id"] if found else "0", "label": name},
        "value": {"type": "value", "id": shown, "label": shown},
    }


def _steps(desk: Desk, roll: Roll) -> tuple[str, ...]:
    with_customer = desk.kind["category"] == "Customer" and desk.contact is not None
    steps = _WITH_CUSTOMER if with_customer else _AMONG_TEAMMATES
    return steps if desk.done else steps[: 1 + int(roll() * (len(steps) - 2))]


def _moments(desk: Desk, count: int, clock: Curve) -> list[int]:
    """When each step happens: never falling, the last one at `updated_at`."""
    start, end = clock.position(desk.created_at), clock.position(desk.updated_at)
    between = [clock.at(start + (end - start) * place / count) for place in range(count)]
    return [max(desk.created_at, min(moment, desk.updated_at)) for moment in between[:-1]] + [desk.updated_at]


def _state(desk: Desk, category: str) -> Record:
    """The type's newest state of a category: its own, where it has one beside everybody's."""
    found: Record = [each for each in desk.kind["ticket_states"]["data"] if each["category"] == category][-1]
    return found


def _said(desk: Desk, step: str, attributes: Record, roll: Roll) -> Record:
    texts = {"note": desk.words["work"], "ask": _ASKED, "reply": _REPLIED, "answer": desk.words["done"]}
    if step in texts:
        body = as_html(pick(roll, texts[step]).format_map(desk.slots))
        return {"part_type": "note" if step == "note" else "comment", "body": body}
    if step == "assign":
        return {"part_type": "assignment", "assigned_to": {"type": "admin", "id": desk.agent["id"]}}
    if step == "attribute":
        name = desk.words["attributes"][0]["name"]
        changed = updated_attribute(desk.kind, name, attributes[name])
        return {"part_type": "ticket_attribute_updated_by_admin", "updated_attribute_data": changed}
    return {"part_type": "ticket_state_updated_by_admin"}
