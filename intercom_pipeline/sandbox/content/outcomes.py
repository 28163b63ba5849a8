"""What became of a conversation: its rating, Fin's part in it, its service level."""

from collections.abc import Sequence

from intercom_pipeline.sandbox.content.chance import Roll, happens
from intercom_pipeline.sandbox.content.hours import HOUR
from intercom_pipeline.sandbox.content.ids import article_id
from intercom_pipeline.sandbox.content.measures import is_customer
from intercom_pipeline.sandbox.content.parts import remark_turn
from intercom_pipeline.sandbox.content.people import People
from intercom_pipeline.sandbox.content.scenes import Record, Scene
from intercom_pipeline.sandbox.content.texts import plain

_REPLY_WITHIN_HOURS = {
    "Enterprise": 1,
    "Business": 4,
}  # of office hours; the other plans have no service level


def rating(where: Scene, parts: Sequence[Record]) -> Record | None:
    """The `conversation_rating` that the parts tell of; None if there is none, or if Fin alone is rated."""
    rated = _first(parts, "conversation_rating_changed")
    if rated is None or led_by_fin(parts):
        return None
    remarked = _first(parts, "conversation_rating_remark_added")
    closes = [part["created_at"] for part in parts if part["part_type"] == "close"]
    return {
        "rating": where.rating,
        "remark": _remark(where) if remarked else "",
        "created_at": max(
            (moment for moment in closes if moment <= rated["created_at"]), default=rated["created_at"]
        ),
        "updated_at": (remarked or rated)["created_at"],
        "contact": {"type": "contact", "id": where.contact.id, "external_id": where.contact.external_id},
        "teammate": {"type": "admin", "id": where.agent["id"]},
    }


def ai_agent(where: Scene, parts: Sequence[Record], people: People, roll: Roll) -> Record:
    """The fields on the agents: Fin's (`ai_agent`, `ai_agent_participated`); the sales agent is not used."""
    answered = any(part["author"].get("from_ai_agent") for part in parts)
    return {
        "ai_agent_participated": answered,
        "ai_agent": _fin(where, parts, people, roll) if answered else None,
        "sales_agent_participated": False,
        "sales_agent": None,
    }


def sla_applied(where: Scene, statistics: Record, roll: Roll) -> Record | None:
    """The service level of a customer's conversation on the larger plans, judged by its statistics."""
    plan = where.company["plan"]["name"] if where.company else ""
    if plan not in _REPLY_WITHIN_HOURS or where.course.arc.opener != "customer":
        return None
    hours, taken = _REPLY_WITHIN_HOURS[plan], statistics.get("time_to_admin_reply")
    status = "active" if taken is None else "hit" if taken <= hours * HOUR else "missed"
    return {
        "type": "conversation_sla_summary",
        "sla_name": f"{plan}: first reply in {hours} h",
        "sla_status": "cancelled" if happens(roll, 0.02) else status,
    }


def led_by_fin(parts: Sequence[Record]) -> bool:
    """Whether no teammate took part."""
    return all(part["author"]["type"] != "admin" for part in parts)


def _first(parts: Sequence[Record], part_type: str) -> Record | None:
    return next((part for part in parts if part["part_type"] == part_type), None)


def _remark(where: Scene) -> str:
    texts = plain(where.language, remark_turn(where), "")
    return texts[where.variant % len(texts)].format_map(where.slots)


def _fin(where: Scene, parts: Sequence[Record], people: People, roll: Roll) -> Record:
    alone = led_by_fin(parts)
    rated = _first(parts, "conversation_rating_changed") if alone else None
    sources = [_content_source(where, people, roll) for _ in range(1 + int(roll() * 2)) if people.articles]
    return {
        "source_type": "workflow",
        "source_title": "Fin over messenger",
        "last_answer_type": "ai_answer",
        "resolution_state": _resolution(parts, roll) if alone else "routed_to_team",
        "rating": where.rating if rated else None,
        "rating_remark": _remark(where) if rated and happens(roll, 0.4) else None,
        "created_at": rated["created_at"] if rated else None,
        "updated_at": rated["created_at"] if rated else None,
        "content_sources": {
            "type": "content_source.list",
            "total_count": len(sources),
            "content_sources": sources,
        },
    }


def _resolution(parts: Sequence[Record], roll: Roll) -> str | None:
    """What became of a conversation that Fin led alone; None while it goes on."""
    if parts[-1]["state"] != "closed":
        return None
    if any(is_customer(part["author"]) for part in parts):
        return "confirmed_resolution"
    return "abandoned" if happens(roll, 0.3) else "assumed_resolution"


def _content_source(where: Scene, people: People, roll: Roll) -> Record:
    article = article_id(where.seed, int(roll() * people.articles))
    return {
        "content_type": "article",
        "url": f"/articles/articles/{article}/show",
        "title": where.subject,
        "locale": where.language,
    }
