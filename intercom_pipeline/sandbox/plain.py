# ruff: noqa
# mypy: ignore-errors
"""A plain stand-in for the believable content, with its interface."""

from array import array
from dataclasses import dataclass
from typing import Any

DAY = 86_400
YEARS = 2 * 365 * DAY


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    seed: int
    admins: list[dict[str, Any]]
    teams: list[dict[str, Any]]
    tags: list[dict[str, Any]]
    segments: list[dict[str, Any]]
    companies: list[dict[str, Any]]
    contacts: int


def make_people(seed, *, admins, teams, tags, segments, companies, contacts, now):
    made = make_admins(seed, admins)
    return People(
        seed=seed,
        admins=made,
        teams=make_teams(seed, teams, made),
        tags=make_tags(seed, tags),
        segments=make_segments(seed, segments, now),
        companies=make_companies(seed, companies, now),
        contacts=contacts,
    )


def make_admins(seed, count):
    return [
        {
            "type": "admin",
            "id": str(991267000 + i),
            "name": f"Admin {i}",
            "email": f"admin{i}@example.com",
            "job_title": "Support",
            "away_mode_enabled": False,
            "away_mode_reassign": False,
            "has_inbox_seat": True,
            "team_ids": [],
        }
        for i in range(count)
    ]


def make_teams(seed, count, admins):
    return [
        {
            "type": "team",
            "id": str(5017000 + i),
            "name": f"Team {i}",
            "admin_ids": [int(a["id"]) for a in admins[i::count]],
        }
        for i in range(count)
    ]


def make_tags(seed, count):
    return [{"type": "tag", "id": str(100 + i), "name": f"tag {i}"} for i in range(count)]


def make_segments(seed, count, now):
    return [
        {
            "type": "segment",
            "id": f"{0x6762F25C00000000 + i:024x}",
            "name": f"Segment {i}",
            "created_at": now - YEARS,
            "updated_at": now - DAY,
            "person_type": "user",
        }
        for i in range(count)
    ]


def make_companies(seed, count, now):
    return [
        {
            "type": "company",
            "id": f"{0x6762F07A00000000 + i:024x}",
            "company_id": f"c{i}",
            "app_id": "sandbox",
            "name": f"Company {i}",
            "remote_created_at": now - YEARS,
            "created_at": now - YEARS,
            "updated_at": now - DAY,
            "last_request_at": now - DAY - i,
            "monthly_spend": i,
            "session_count": i,
            "user_count": 1,
            "plan": {},
            "tags": {"type": "tag.list", "tags": []},
            "segments": {"type": "segment.list", "segments": []},
            "custom_attributes": {},
        }
        for i in range(count)
    ]


def _times(count, now):
    created = array("q", (now - YEARS + (YEARS - DAY) * i // max(count, 1) for i in range(count)))
    updated = array("q", (min(now - 60, t + (i * 7919) % (30 * DAY)) for i, t in enumerate(created)))
    return created, updated


def contact_times(seed, count, now):
    return _times(count, now)


def conversation_times(seed, count, now):
    return _times(count, now)


def article_times(seed, count, now):
    return _times(count, now)


def contact_id(seed, index):
    return f"{0x6762F0F31BB69F9F00000000 + index:024x}"


def conversation_id(seed, index):
    return str(215_470_000_000_000 + index)


def article_id(seed, index):
    return str(9_100_000 + index)


def _inline(data, url):
    return {"type": "list", "data": data, "url": url, "total_count": len(data), "has_more": len(data) > 10}


def make_contact(seed, index, now, people):
    cid = contact_id(seed, index)
    created, updated = _one(people.contacts, index, now)
    tags = [{"type": "tag", "id": t["id"], "url": f"/tags/{t['id']}"} for t in people.tags[: index % 14]]
    companies = [
        {"type": "company", "id": c["id"], "url": f"/companies/{c['id']}"}
        for c in people.companies[index % 50 :][: index % 3]
    ]
    return {
        "type": "contact",
        "id": cid,
        "workspace_id": "sandbox",
        "external_id": f"u{index}",
        "role": "lead" if index % 7 == 0 else "user",
        "email": f"user{index}@example.com",
        "email_domain": "example.com",
        "phone": None,
        "name": f"User {index}",
        "avatar": None,
        "owner_id": None,
        "social_profiles": {"type": "list", "data": []},
        "has_hard_bounced": False,
        "marked_email_as_spam": False,
        "unsubscribed_from_emails": False,
        "created_at": created,
        "updated_at": updated,
        "signed_up_at": created,
        "last_seen_at": None,
        "last_replied_at": None,
        "last_contacted_at": None,
        "last_email_opened_at": None,
        "last_email_clicked_at": None,
        "language_override": None,
        "browser": "chrome",
        "browser_version": "120",
        "browser_language": "en",
        "os": "OS X",
        "location": {"type": "location", "country": "Ireland", "region": None, "city": "Dublin"},
        "android_app_name": None,
        "android_app_version": None,
        "android_device": None,
        "android_os_version": None,
        "android_sdk_version": None,
        "android_last_seen_at": None,
        "ios_app_name": None,
        "ios_app_version": None,
        "ios_device": None,
        "ios_os_version": None,
        "ios_sdk_version": None,
        "ios_last_seen_at": None,
        "custom_attributes": {"plan": "pro", "seats": index % 9},
        "tags": _inline(tags, f"/contacts/{cid}/tags"),
        "notes": _inline([], f"/contacts/{cid}/notes"),
        "companies": _inline(companies, f"/contacts/{cid}/companies"),
    }


def _one(count, index, now):
    created = now - YEARS + (YEARS - DAY) * index // max(count, 1)
    return created, min(now - 60, created + (index * 7919) % (30 * DAY))


def make_conversation(seed, index, now, people, parts=None, *, count=1):
    created, updated = _one(count, index, now)
    cid = conversation_id(seed, index)
    contact = contact_id(seed, index % max(people.contacts, 1))
    admin = people.admins[index % len(people.admins)]
    teammate = {"type": "admin", "id": admin["id"], "name": admin["name"], "email": admin["email"]}
    writer = {"type": "user", "id": contact, "name": "User", "email": "user@example.com"}
    n = parts if parts is not None else 2 + index % 9
    made = [
        {
            "type": "conversation_part",
            "id": str(int(cid) * 10_000 + i),
            "part_type": "comment",
            "body": f"<p>Part {i}</p>",
            "created_at": created + (updated - created) * (i + 1) // n,
            "updated_at": created + (updated - created) * (i + 1) // n,
            "notified_at": created + (updated - created) * (i + 1) // n,
            "assigned_to": None,
            "author": (teammate, writer)[i % 2] | {"from_ai_agent": False, "is_ai_answer": False},
            "attachments": [],
            "external_id": None,
            "redacted": False,
            "email_message_metadata": None,
            "metadata": {},
            "state": "open",
            "tags": [],
            "event_details": None,
            "app_package_code": None,
        }
        for i in range(n)
    ]
    record = {
        "type": "conversation",
        "id": cid,
        "title": None,
        "created_at": created,
        "updated_at": updated,
        "waiting_since": None,
        "snoozed_until": None,
        "open": True,
        "state": "open",
        "read": True,
        "priority": "not_priority",
        "admin_assignee_id": int(admin["id"]),
        "team_assignee_id": None,
        "tags": {"type": "tag.list", "tags": []},
        "conversation_rating": None,
        "source": {
            "type": "conversation",
            "id": str(int(cid) + 1),
            "delivered_as": "customer_initiated",
            "subject": "",
            "body": f"<p>Question {index}</p>",
            "author": writer,
            "attachments": [],
            "url": None,
            "redacted": False,
        },
        "contacts": {
            "type": "contact.list",
            "contacts": [{"type": "contact", "id": contact, "external_id": None}],
        },
        "teammates": {"type": "admin.list", "teammates": [{"type": "admin", "id": admin["id"]}]},
        "custom_attributes": {},
        "first_contact_reply": {"created_at": created, "type": "conversation", "url": None},
        "sla_applied": None,
        "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
        "ai_agent": None,
        "ai_agent_participated": False,
        "topics": {},
        "ticket": None,
        "conversation_parts": {
            "type": "conversation_part.list",
            "conversation_parts": made,
            "total_count": n,
        },
    }
    record["statistics"] = statistics_of(record)
    return record


def statistics_of(conversation):
    parts = conversation["conversation_parts"]["conversation_parts"]
    closes = [p for p in parts if p["part_type"] == "close"]
    return {
        "type": "conversation_statistics",
        "count_conversation_parts": len(parts),
        "count_reopens": sum(p["part_type"] == "open" for p in parts),
        "count_assignments": sum(p["part_type"] == "assignment" for p in parts),
        "last_close_at": closes[-1]["created_at"] if closes else None,
        "last_closed_by_id": closes[-1]["author"]["id"] if closes else None,
    }


def make_article(seed, index, now, people, *, count=1):
    created, updated = _one(count, index, now)
    return {
        "id": article_id(seed, index),
        "type": "article",
        "workspace_id": "sandbox",
        "parent_id": 143,
        "parent_type": "collection",
        "parent_ids": [143],
        "tags": {"type": "tag.list", "tags": []},
        "title": f"Article {index}",
        "description": "",
        "body": "<p>Text</p>",
        "author_id": int(people.admins[0]["id"]),
        "state": "published",
        "created_at": created,
        "updated_at": updated,
        "url": None,
        "default_locale": "en",
        "translated_content": None,
        "statistics": {
            "type": "article_statistics",
            "views": 1,
            "conversions": 0,
            "reactions": 0,
            "happy_reaction_percentage": 0,
            "neutral_reaction_percentage": 0,
            "sad_reaction_percentage": 0,
        },
    }
