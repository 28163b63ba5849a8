"""Contacts: users and leads, and when they were created and last changed."""

from array import array
from typing import Any

from intercom_pipeline.sandbox.content.chance import Kind, Roll, happens, pick, roller, share, shares, some
from intercom_pipeline.sandbox.content.faces import Face, face, place_of
from intercom_pipeline.sandbox.content.hours import DAY, Curve, signups
from intercom_pipeline.sandbox.content.ids import note_id, subscription_type_ids, workspace_id
from intercom_pipeline.sandbox.content.notes import note_count
from intercom_pipeline.sandbox.content.objects import orders_of_contact
from intercom_pipeline.sandbox.content.oddities import odd_of_contact
from intercom_pipeline.sandbox.content.people import People

Record = dict[str, Any]
_BROWSERS = ("chrome", "chrome", "chrome", "safari", "firefox", "edge")
_SYSTEMS = ("OS X 14.5", "Windows 11", "Windows 10", "Linux", "Chrome OS")
# One contact in so many has more of something than an answer shows at once.
_RARE, _MANY_TAGS, _MANY_COMPANIES = 400, 11, 17
_TYPES = "/subscription_types"
_NETWORKS = ("Twitter", "LinkedIn", "GitHub")
_EMPTY = dict.fromkeys(
    (
        "android_app_name", "android_app_version", "android_device", "android_os_version",
        "android_sdk_version", "android_last_seen_at", "ios_app_name", "ios_app_version", "ios_device",
        "ios_os_version", "ios_sdk_version", "ios_last_seen_at",
        "utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term", "referrer",
        "enabled_push_messaging",
    )
)  # fmt: skip


def contact_times(seed: int, count: int, now: int) -> tuple["array[int]", "array[int]"]:
    """(created_at, updated_at) in unix seconds by index; created_at rises with the index."""
    curve = signups(now)
    births = shares(seed, Kind.CONTACT_CREATED, count)
    changes = shares(seed, Kind.CONTACT_UPDATED, count)
    created, updated = array("q"), array("q")
    for index in range(count):
        born, changed = _times(index, births[index], changes[index], count, curve)
        created.append(born)
        updated.append(changed)
    return created, updated


def make_contact(seed: int, index: int, now: int, people: People, objects: int = 0) -> Record:
    """The contact of an index as GET /contacts/{id} gives it in 2.14, with the other versions' fields.

    All tags and companies are inline (Intercom shows ten); `owner_id` is an integer or null (in 2.16 a
    string); an unknown e-mail is "", as the description knows no null there. `objects` counts the
    workspace's custom objects, to some of which a custom attribute leads.
    """
    who = face(seed, index, people)
    roll = roller(seed, Kind.CONTACT_RECORD, index)
    birth, change = share(seed, Kind.CONTACT_CREATED, index), share(seed, Kind.CONTACT_UPDATED, index)
    created, updated = _times(index, birth, change, max(people.contacts, index + 1), signups(now))
    return {
        **_EMPTY,
        **_identity(seed, who, roll, people),
        **_contactability(roll, who),
        **_moments(roll, who, created, updated),
        **_machine(roll, who, updated),
        "custom_attributes": _attributes(roll, who, created)
        | odd_of_contact(seed, index)
        | orders_of_contact(seed, index, now, objects),
        **_lists(roll, who, people, seed=seed, index=index),
    }


def _times(index: int, birth: float, change: float, count: int, curve: Curve) -> tuple[int, int]:
    # Half of what could change did so in the last sixth of a contact's life: people come back.
    born, end = (index + birth) / count, curve.reached[-1]
    return curve.at(born * end), curve.at((born + (1 - born) * change**0.4) * end)


def _identity(seed: int, who: Face, roll: Roll, people: People) -> Record:
    owned = happens(roll, 0.3)
    return {
        "type": "contact",
        "id": who.id,
        "workspace_id": workspace_id(seed),
        "external_id": who.external_id,
        "role": who.role,
        "email": who.email,
        "email_domain": who.email.partition("@")[2],
        "phone": _phone(roll, who) if happens(roll, 0.35) else None,
        "formatted_phone": None,
        "name": who.name,
        "avatar": _avatar(who) if happens(roll, 0.3) else None,
        "owner_id": int(pick(roll, people.admins)["id"]) if owned else None,
    }


def _avatar(who: Face) -> Record:
    return {"type": "avatar", "image_url": f"https://static.trellis.example/people/{who.id}.jpg"}


def _phone(roll: Roll, who: Face) -> str:
    return f"{place_of(who.place).facts['phone']}{int(roll() * 10_000):04d}"


def _contactability(roll: Roll, who: Face) -> Record:
    reachable = bool(who.email)
    return {
        "has_hard_bounced": reachable and happens(roll, 0.02),
        "marked_email_as_spam": reachable and happens(roll, 0.006),
        "unsubscribed_from_emails": happens(roll, 0.08),
    }


def _moments(roll: Roll, who: Face, created: int, updated: int) -> Record:
    def between(chance: float) -> int | None:
        return created + int((updated - created) * roll()) if roll() < chance else None

    return {
        "created_at": created,
        "updated_at": updated,
        "signed_up_at": created if who.role == "user" else None,
        "last_seen_at": updated if happens(roll, 0.8) else None,
        "last_replied_at": between(0.4),
        "last_contacted_at": between(0.55),
        "last_email_opened_at": between(0.45),
        "last_email_clicked_at": between(0.2),
    }


def _machine(roll: Roll, who: Face, updated: int) -> Record:
    facts = place_of(who.place).facts
    city, region = pick(roll, facts["cities"])
    known = happens(roll, 0.85)
    machine = {
        "language_override": who.language if happens(roll, 0.05) else None,
        "browser": pick(roll, _BROWSERS) if known else None,
        "browser_version": f"{100 + int(roll() * 40)}.0" if known else None,
        "browser_language": facts["language"] if known else None,
        "os": pick(roll, _SYSTEMS) if known else None,
        "location": {
            "type": "location",
            "country": facts["country"] if known else None,
            "region": region if known else None,
            "city": city if known else None,
            "country_code": facts["country_code"] if known else None,
            "continent_code": facts["continent_code"] if known else None,
        },
    }
    return machine | (_phone_app(roll, updated) if happens(roll, 0.18) else {})


def _phone_app(roll: Roll, updated: int) -> Record:
    if happens(roll, 0.5):
        return {
            "ios_app_name": "Trellis",
            "ios_app_version": f"4.{int(roll() * 12)}.0",
            "ios_device": "iPhone15,2",
            "ios_os_version": "17.5.1",
            "ios_sdk_version": "17.2.1",
            "ios_last_seen_at": updated,
        }
    return {
        "android_app_name": "Trellis",
        "android_app_version": f"4.{int(roll() * 12)}.1",
        "android_device": "Pixel 8",
        "android_os_version": "14",
        "android_sdk_version": "15.9.0",
        "android_last_seen_at": updated,
    }


def _attributes(roll: Roll, who: Face, created: int) -> Record:
    attributes: Record = {
        "Job title": pick(
            roll, ("Project manager", "Designer", "CTO", "Teacher", "R&D lead", "Intern", None)
        ),
        "projects_created": int(roll() ** 3 * 240),
        "trial": happens(roll, 0.2),
        "NPS score": int(roll() * 11) if happens(roll, 0.3) else None,
        "Renewal date": created + 365 * DAY,
    }
    if happens(roll, 0.25):
        attributes["monthly_spend.usd"] = round(roll() * 900, 2)
    if happens(roll, 0.1):
        attributes['Größe "Team" / équipe'] = f"{int(roll() * 50)} to {50 + int(roll() * 100)}"
    if happens(roll, 0.05):
        attributes["favourite 🌱"] = pick(roll, ("timeline", "board & list", "<b>calendar</b>", ""))
    if who.role == "lead":
        attributes["Came from"] = pick(roll, ("webinar", "pricing page", 'a "friend"', "ads <search>"))
    return attributes


def _lists(roll: Roll, who: Face, people: People, *, seed: int, index: int) -> Record:
    url = f"/contacts/{who.id}"
    profiles, tags = _profiles(roll, who), some(roll, people.tags, _tag_count(roll, index))
    notes = [{"id": note_id(seed, index, place)} for place in range(note_count(seed, index))]
    out, into = _subscriptions(seed, index)
    return {
        "social_profiles": {"type": "list", "data": profiles},
        "tags": _list("tag", tags, "/tags", f"{url}/tags"),
        # Newest first, as the list of notes itself.
        "notes": _list("note", notes[::-1], "/notes", f"{url}/notes"),
        "companies": _list("company", _companies(roll, who, people, index), "/companies", f"{url}/companies"),
        "opted_out_subscription_types": _list("subscription", out, _TYPES, f"{url}/subscriptions"),
        "opted_in_subscription_types": _list("subscription", into, _TYPES, f"{url}/subscriptions"),
    }


def _tag_count(roll: Roll, index: int) -> int:
    few = 14 if happens(roll, 0.004) else int(roll() ** 3 * 4)
    return 14 if index % _RARE == _MANY_TAGS else few


def _companies(roll: Roll, who: Face, people: People, index: int) -> list[Record]:
    own = [] if who.company is None else [people.companies[who.company]]
    further = 0
    if index % _RARE == _MANY_COMPANIES:
        further = 12
    elif own and happens(roll, 0.03):
        further = 2
    return [*own, *(each for each in some(roll, people.companies, further) if each not in own)]


def _subscriptions(seed: int, index: int) -> tuple[list[Record], list[Record]]:
    """The subscription types opted out of, and those opted in to; mostly none, as hardly anybody chooses."""
    roll = roller(seed, Kind.SUBSCRIPTION, index)
    types = [{"id": identity} for identity in subscription_type_ids()]
    out = some(roll, types[::2], 1 + int(roll() * 2)) if happens(roll, 0.1) else []
    return out, some(roll, types[1::2], 1 + int(roll() * 2)) if happens(roll, 0.08) else []


def _list(kind: str, items: list[Record], path: str, url: str) -> Record:
    data = [{"id": item["id"], "type": kind, "url": f"{path}/{item['id']}"} for item in items]
    return {"type": "list", "data": data, "url": url, "total_count": len(data), "has_more": False}


def _profiles(roll: Roll, who: Face) -> list[Record]:
    if who.name is None or not happens(roll, 0.05):
        return []
    network = pick(roll, _NETWORKS)
    return [
        {"type": "social_profile", "name": network, "url": f"https://{network.lower()}.example/{who.id[-8:]}"}
    ]
