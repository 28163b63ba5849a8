"""Conversations as GET /conversations/{id} gives them, with every part."""

from collections.abc import Sequence

from intercom_pipeline.sandbox.content.arcs import fit
from intercom_pipeline.sandbox.content.chance import Kind, Roll, happens, pick, roller
from intercom_pipeline.sandbox.content.hours import DAY, HOUR, working
from intercom_pipeline.sandbox.content.ids import article_id, conversation_id, part_id
from intercom_pipeline.sandbox.content.measures import is_customer, statistics_of
from intercom_pipeline.sandbox.content.parts import attachments_of, make_parts, remark_turn, written
from intercom_pipeline.sandbox.content.people import People
from intercom_pipeline.sandbox.content.scenes import Record, Scene, admin_author, customer_author, scene
from intercom_pipeline.sandbox.content.texts import plain
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
    record["sla_applied"] = _sla(where, record, roll)
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
        "conversation_rating": _rating(where, parts),
        "source": _source(where, roll),
        **_participants(where, parts),
        "custom_attributes": _attributes(where, roll),
        **_topics(where),
        "first_contact_reply": _first_contact_reply(where, parts),
        "linked_objects": _linked(where, roll),
        "ticket": None,
        **_agents(where, parts, people, roll),
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


def _rating(where: Scene, parts: Sequence[Record]) -> Record | None:
    rated = next((part for part in parts if part["part_type"] == "conversation_rating_changed"), None)
    if rated is None or _handled_by_fin(parts):
        return None
    remarked = next((part for part in parts if part["part_type"] == "conversation_rating_remark_added"), None)
    closed = [
        p["created_at"] for p in parts if p["part_type"] == "close" and p["created_at"] <= rated["created_at"]
    ]
    return {
        "rating": where.rating,
        "remark": plain(where.language, remark_turn(where.rating), "")[where.variant % _remarks(where)]
        if remarked
        else "",
        "created_at": closed[-1] if closed else rated["created_at"],
        "updated_at": (remarked or rated)["created_at"],
        "contact": {"type": "contact", "id": where.contact.id, "external_id": where.contact.external_id},
        "teammate": {"type": "admin", "id": where.agent["id"]},
    }


def _remarks(where: Scene) -> int:
    return len(plain(where.language, remark_turn(where.rating), ""))


def _handled_by_fin(parts: Sequence[Record]) -> bool:
    return all(part["author"]["type"] != "admin" for part in parts)


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
    topic = {"type": "topic", "id": str(100 + len(where.course.topic)), "name": where.course.topic}
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


def _agents(where: Scene, parts: Sequence[Record], people: People, roll: Roll) -> Record:
    answers = [part for part in parts if part["author"].get("from_ai_agent")]
    return {
        "ai_agent_participated": bool(answers),
        "ai_agent": _ai_agent(where, parts, people, roll) if answers else None,
        "sales_agent_participated": False,
        "sales_agent": None,
    }


def _ai_agent(where: Scene, parts: Sequence[Record], people: People, roll: Roll) -> Record:
    rated = next((p for p in parts if p["part_type"] == "conversation_rating_changed"), None)
    alone = _handled_by_fin(parts)
    rated = rated if alone else None
    thanked = any(is_customer(part["author"]) for part in parts)
    closed = parts[-1]["state"] == "closed"
    resolution = ("confirmed_resolution" if thanked else "assumed_resolution") if closed else "abandoned"
    sources = (
        [_content_source(where, people, roll) for _ in range(1 + int(roll() * 2))] if people.articles else []
    )
    return {
        "source_type": "workflow",
        "source_title": "Fin over messenger",
        "last_answer_type": "ai_answer",
        "resolution_state": resolution if alone else "routed_to_team",
        "rating": where.rating if rated else None,
        "rating_remark": None,
        "created_at": rated["created_at"] if rated else None,
        "updated_at": rated["created_at"] if rated else None,
        "content_sources": {
            "type": "content_source.list",
            "total_count": len(sources),
            "content_sources": sources,
        },
    }


def _content_source(where: Scene, people: People, roll: Roll) -> Record:
    article = article_id(where.seed, int(roll() * people.articles))
    return {
        "content_type": "article",
        "url": f"/articles/articles/{article}/show",
        "title": where.subject,
        "locale": where.language,
    }


def _channel(where: Scene) -> Record:
    name = "messenger" if where.channel == "conversation" else where.channel
    return {"channel": {"initial": name, "current": name}}


def _sla(where: Scene, record: Record, roll: Roll) -> Record | None:
    plan = where.company["plan"]["name"] if where.company else ""
    if plan not in {"Business", "Enterprise"} or where.course.arc.opener != "customer":
        return None
    hours = 1 if plan == "Enterprise" else 4
    taken = record["statistics"].get("time_to_admin_reply")
    status = "active" if taken is None else "hit" if taken <= hours * HOUR else "missed"
    return {
        "type": "conversation_sla_summary",
        "sla_name": f"{plan}: first reply in {hours} h",
        "sla_status": "cancelled" if happens(roll, 0.02) else status,
    }
