"""Who takes part in a conversation, over which channel and in which words."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from intercom_pipeline.sandbox.content.chance import Kind, Roll, Weighted, happens, pick, roller
from intercom_pipeline.sandbox.content.companies import PLANS
from intercom_pipeline.sandbox.content.faces import Face, face
from intercom_pipeline.sandbox.content.hours import signups
from intercom_pipeline.sandbox.content.ids import workspace_id
from intercom_pipeline.sandbox.content.people import People
from intercom_pipeline.sandbox.content.texts import LANGUAGES, bodies, plain, read
from intercom_pipeline.sandbox.content.timeline import Course

Record = dict[str, Any]
_CHANNELS = Weighted(
    {
        "conversation": 62,
        "email": 24,
        "whatsapp": 5,
        "facebook": 2,
        "instagram": 2,
        "sms": 2,
        "twitter": 1,
        "phone_call": 2,
    }
)
_NO_NAME = {
    "ja": "お客",
    "de": "zusammen",
    "fr": "Madame, Monsieur",
    "es": "equipo",
    "pt": "equipe",
    "ar": "عزيزي العميل",
}
_LONG_WAIT_DAYS = 4  # a conversation that took longer costs a star
_TEAM_OF = {
    "billing": 1,
    "cancellation": 3,
    "api": 2,
    "bug": 2,
    "privacy": 7,
    "onboarding": 5,
    "integrations": 2,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """One conversation's cast and words. `slots` fill the plain templates, `safe` the HTML ones."""

    seed: int
    index: int
    course: Course
    contact: Face
    guest: Face | None
    company: Record | None
    agent: Record
    colleague: Record
    team: Record | None
    other_team: Record | None
    language: str
    channel: str
    subject: str
    rating: int
    variant: int
    slots: Mapping[str, str]
    safe: Mapping[str, str]


def scene(seed: int, index: int, people: People, *, now: int, course: Course, roll: Roll) -> Scene:
    """The scene of one conversation; `roll` is the conversation's own."""
    chosen = _contact(seed, index, people, now, course)
    contact = face(seed, chosen, people)
    # Neighbours by index are as old as the contact, so the second one too was there by then.
    guest = face(seed, chosen - 1, people) if chosen and happens(roll, 0.04) else None
    company = None if contact.company is None else people.companies[contact.company]
    team, other = _teams(course.topic, people, roll)
    agent, colleague = _pair(team, people, roll)
    language = contact.language if contact.language in LANGUAGES else "en"
    slots = _slots(contact, company, agent, course, roll)
    channel = _channel(course, contact, roll)
    subjects, variant = plain(language, "subject", course.topic), int(roll() * 60)
    return Scene(
        seed=seed, index=index, course=course, contact=contact, guest=guest, company=company, agent=agent,
        colleague=colleague, team=team, other_team=other, language=language, channel=channel,
        subject=subjects[variant % len(subjects)].format_map(slots),
        rating=_stars(course, roll), variant=variant,
        slots=slots, safe={slot: html.escape(text) for slot, text in slots.items()},
    )  # fmt: skip


def body(where: Scene, turn: str, place: int) -> str:
    """The HTML of a turn; `place` is the part's place: small talk said twice is said in other words."""
    texts = bodies("en" if turn in INTERNAL else where.language, turn, where.course.topic)
    variant = where.variant if turn in MATTER else where.variant + place
    return texts[variant % len(texts)].format_map(where.safe)


# Variants of these turns are written in step: the k-th answer is to the k-th opening.
MATTER = frozenset({"subject", "opening", "fin", "ask", "detail", "answer"})
INTERNAL = frozenset({"note", "note_reply", "escalate"})  # teammates write to each other in English


def author_of(where: Scene, actor: str) -> Record:
    """The `author` of a part by an actor of arcs.Beat; fields of 2.14 and later included."""
    if actor == "customer":
        return customer_author(where.contact)
    if actor in {"bot", "fin"}:
        return _bot_author(where.seed, answers=actor == "fin")
    return admin_author(where.agent if actor == "agent" else where.colleague)


def customer_author(contact: Face) -> Record:
    """A contact as author."""
    return {"type": contact.role, "id": contact.id, "name": contact.name, "email": contact.email}


def admin_author(admin: Record) -> Record:
    """An admin as author."""
    return {"type": "admin", "id": admin["id"], "name": admin["name"], "email": admin["email"]}


def _bot_author(seed: int, *, answers: bool) -> Record:
    domain = read("labels")["admins"]["domain"]
    return {
        "type": "bot",
        "id": "7410",
        "name": "Fin" if answers else "Trellis bot",
        "email": f"operator+{workspace_id(seed)}@{domain}",
        "from_ai_agent": answers,
        "is_ai_answer": answers,
    }


def _stars(course: Course, roll: Roll) -> int:
    stars = int(pick(roll, course.arc.ratings))
    return max(stars - 1, 1) if course.days > _LONG_WAIT_DAYS else stars


def _contact(seed: int, index: int, people: People, now: int, course: Course) -> int:
    """A contact who was there when the conversation began; some write again and again."""
    curve = signups(now)
    known = int(curve.position(course.created_at) / curve.end * people.contacts) - 1
    roll = roller(seed, Kind.CONVERSATION_CONTACT, index)
    chosen = int(roll() * max(known, 1))
    return chosen - chosen % 29 if happens(roll, 0.25) else chosen


def _teams(topic: str, people: People, roll: Roll) -> tuple[Record | None, Record | None]:
    if not people.teams:
        return None, None
    first = _TEAM_OF.get(topic, 0) % len(people.teams)
    return people.teams[first], people.teams[(first + 1 + int(roll() * 2)) % len(people.teams)]


def _pair(team: Record | None, people: People, roll: Roll) -> tuple[Record, Record]:
    members = people.team_admins[team["id"]] if team else people.admins
    agent = pick(roll, members or people.admins)
    return agent, pick(roll, people.admins)


def _channel(course: Course, contact: Face, roll: Roll) -> str:
    channel = _CHANNELS.at(roll())
    by_mail = channel == "email" and not contact.email
    return "conversation" if by_mail or course.arc.opener == "campaign" else channel


def _slots(
    contact: Face, company: Record | None, agent: Record, course: Course, roll: Roll
) -> dict[str, str]:
    language, number = contact.language, int(roll() * 9000)
    plan = company["plan"]["name"] if company else "Starter"
    projects = plain(language, "projects", course.topic)
    return {
        "name": contact.first or _NO_NAME.get(language, "there"),
        "agent": agent["name"].partition(" ")[0],
        # Without the full stop of "Inc.", as the name may end a sentence.
        "company": company["name"].rstrip(".") if company else "Acme",
        "plan": plan,
        "seats": str(5 + number % 90),
        "amount": f"{max(PLANS[plan], 12) * (5 + number % 90)}",
        "invoice": f"TR-{1000 + number}",
        "date": f"{datetime.fromtimestamp(course.created_at, UTC):%Y-%m-%d}",
        "project": pick(roll, projects),
        "code": f"E{400 + number % 130}",
        "n": str(3 + number % 400),
    }
