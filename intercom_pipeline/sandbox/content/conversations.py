"""Conversations as GET /conversations/{id} gives them, with every part."""

from collections.abc import Sequence

from intercom_pipeline.sandbox.content.arcs import fit
from intercom_pipeline.sandbox.content.chance import Kind, Roll, happens, pick, roller
from intercom_pipeline.sandbox.content.hours import DAY, HOUR, working
from intercom_pipeline.sandbox.content.ids import conversation_id, part_id
from intercom_pipeline.sandbox.content.measures import is_customer, statistics_of
from intercom_pipeline.sandbox.content.oddities import odd_of_conversation
from intercom_pipeline.sandbox.content.outcomes import ai_agent, rating, sla_applied
from intercom_pipeline.sandbox.content.parts import attachments_of, make_parts, written
from intercom_pipeline.sandbox.content.people import People
from intercom_pipeline.sandbox.content.scenes import Record, Scene, admin_author, customer_author, scene
from intercom_pipeline.sandbox.content.texts import read
from intercom_pipeline.sandbox.content.timeline import Course, course, moments

_ANSWERING = frozenset({"comment", "close", "quick_reply"})


def make_conversation(seed: int, index: int, now: int, people: People, parts: int | None = None) -> Record:
    """The conversation of an index as GET /conversations/{id} gives it, with every version's fields.

    `conversation_parts` holds all parts, oldest first: exactly `parts` of them if given. Where versions
    differ, values are those of 2.14: `priority` is priority or not_priority, `resolution_state` may be
    routed_to_team or abandoned (2.15: escalated, negative_feedback). Nobody as assignee is 0; `company`
    (2.15) may be null.
    """
    found = course(seed, index, max(people.conversations, index + 1), now)
    roll = roller(seed, Kind.CONVERSATION_RECORD, index)
    where = scene(seed, index, people, now=now, course=found, roll=roll)
    beats = _beats(where, parts)
    written_parts = make_parts(where, beats, moments(beats, found, working(now), roll), roll)
    record = _record(where, written_parts, now, people, roll)
    record["statistics"] = statistics_of(record, people.team_names)
    record["sla_applied"] = sla_applied(where, record["statistics"], roll)
    return record


def _beats(where: Scene, parts: int | None) -> tuple[str, ...]:
    found = where.course
    beats = found.arc.beats
    if not found.done:
        beats = beats[: 1 + where.variant % max(len(beats) - 3, 1)]
    if where.channel not in {"conversation", "whatsapp"}:
        beats = tuple(beat for beat in beats if beat != "greet")
    return beats if parts is None else fit(beats, parts)


def _record(where: Scene, parts: list[Record], now: int, people: People, roll: Roll) -> Record:
    found, state = where.course, parts[-1]["state"] if parts else "open"
    identifier = conversation_id(where.seed, where.index)
    return {
        "type": "conversation",
        "id": identifier,
        "title": where.subject if where.channel == "email" else None,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "waiting_since": None if state == "closed" else _waiting_since(found, parts),
        "snoozed_until": now + HOUR + int(roll() * 6 * DAY) if state == "snoozed" else None,
        "open": state != "closed",
        "state": state,
        "read": state == "closed" or happens(roll, 0.5),
        "priority": "priority" if happens(roll, 0.07) else "not_priority",
        **_assignees(parts),
        "company": where.company,
        "tags": _tags(where, people, roll),
        "conversation_rating": rating(where, parts),
        "source": _source(where, roll),
        **_participants(where, parts),
        "custom_attributes": _attributes(where, roll) | odd_of_conversation(where.seed, where.index),
        **_topics(where),
        "first_contact_reply": _first_contact_reply(where, parts),
        "linked_objects": _linked(where, roll),
        "ticket": None,
        **ai_agent(where, parts, people, roll),
        **_channel(where),
        "external_references": [],
        "conversation_parts": {
            "type": "conversation_part.list",
            "conversation_parts": parts,
            "total_count": len(parts),
        },
    }


def _waiting_since(found: Course, parts: Sequence[Record]) -> int | None:
    since = found.created_at if found.arc.opener == "customer" else None
    for part in parts:
        if is_customer(part["author"]) and part["body"]:
            since = part["created_at"] if since is None else since
        elif part["author"]["type"] == "admin" and part["part_type"] in _ANSWERING:
            since = None
    return since


def _assignees(parts: Sequence[Record]) -> Record:
    admin, team = 0, 0
    for part in parts:
        to = part["assigned_to"] or {}
        if to.get("type") == "admin":
            admin = int(to["id"])
        elif to.get("type") == "team":
            admin, team = 0, int(to["id"])
    return {"admin_assignee_id": admin, "team_assignee_id": team}


def _tags(where: Scene, people: People, roll: Roll) -> Record:
    tags = [people.topic_tags[where.course.topic]] if where.course.topic in people.topic_tags else []
    tags = tags if happens(roll, 0.75) else []
    if people.tags and happens(roll, 0.15):
        tags = [*tags, *(tag for tag in (pick(roll, people.tags),) if tag not in tags)]
    by = {"type": "admin", "id": where.agent["id"]}
    applied = {"applied_at": where.course.updated_at, "applied_by": by}
    return {"type": "tag.list", "tags": [{**tag, **applied} for tag in tags]}


def _source(where: Scene, roll: Roll) -> Record:
    opener = where.course.arc.opener
    turn = "opening" if opener == "customer" else "outbound"
    author = customer_author(where.contact) if opener == "customer" else admin_author(where.agent)
    started = {"customer": "customer_initiated", "agent": "admin_initiated", "campaign": "automated"}[opener]
    subject = where.subject if where.channel == "email" else ""
    web = where.channel == "conversation" and opener == "customer"
    return {
        "type": where.channel,
        "id": part_id(where.seed, where.index, 0),
        "delivered_as": started,
        "subject": subject,
        "body": written(where, turn, 0),
        "author": author,
        "attachments": attachments_of(where, 0, roll) if opener == "customer" else [],
        "url": f"https://app.trellis.example/projects/{where.index % 900}" if web else None,
        "redacted": False,
    }


def _participants(where: Scene, parts: Sequence[Record]) -> Record:
    people = [where.contact, where.guest] if where.guest else [where.contact]
    contacts = [{"type": "contact", "id": one.id, "external_id": one.external_id} for one in people]
    admins = dict.fromkeys(part["author"]["id"] for part in parts if part["author"]["type"] == "admin")
    return {
        "contacts": {"type": "contact.list", "contacts": contacts},
        "teammates": {
            "type": "admin.list",
            "teammates": [{"type": "admin", "id": admin} for admin in admins],
        },
    }


def _attributes(where: Scene, roll: Roll) -> Record:
    attributes: Record = {"Language": where.language, "Copilot used": "yes" if happens(roll, 0.3) else "no"}
    if happens(roll, 0.4):
        attributes["AI Title"] = where.subject
    if happens(roll, 0.1):
        attributes["CX Score rating"] = where.rating
    return attributes


def _topics(where: Scene) -> Record:
    place = list(read("labels")["topics"]).index(where.course.topic)
    topic = {"type": "topic", "id": str(1_100 + place), "name": where.course.topic}
    return {"topics": {"type": "topic.list", "topics": [topic], "total_count": 1}}


def _linked(where: Scene, roll: Roll) -> Record:
    linked = list[Record]()
    if where.index and happens(roll, 0.03):
        before = conversation_id(where.seed, int(roll() * where.index))
        linked.append({"type": "conversation", "id": before, "category": None})
    return {"type": "list", "data": linked, "total_count": len(linked), "has_more": False}


def _first_contact_reply(where: Scene, parts: Sequence[Record]) -> Record | None:
    first = where.course.created_at if where.course.arc.opener == "customer" else None
    if first is None:
        first = next(
            (part["created_at"] for part in parts if is_customer(part["author"]) and part["body"]), None
        )
    return None if first is None else {"created_at": first, "type": where.channel, "url": None}


def _channel(where: Scene) -> Record:
    name = "messenger" if where.channel == "conversation" else where.channel
    return {"channel": {"initial": name, "current": name}}
