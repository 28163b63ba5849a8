"""Records as they are before anyone has done anything with them, with the fields of all versions."""

from typing import Any

Record = dict[str, Any]

_NOTHING_KNOWN = (
    "external_id",
    "phone",
    "name",
    "avatar",
    "owner_id",
    "signed_up_at",
    "last_seen_at",
    "last_replied_at",
    "last_contacted_at",
    "last_email_opened_at",
    "last_email_clicked_at",
    "language_override",
    "browser",
    "browser_version",
    "browser_language",
    "os",
    "android_app_name",
    "android_app_version",
    "android_device",
    "android_os_version",
    "android_sdk_version",
    "android_last_seen_at",
    "ios_app_name",
    "ios_app_version",
    "ios_device",
    "ios_os_version",
    "ios_sdk_version",
    "ios_last_seen_at",
)


def contact(identity: str, workspace: str) -> Record:
    """A user, of whom only the id is known, of the workspace of that id."""
    url = f"/contacts/{identity}"
    return {
        "workspace_id": workspace,
        "role": "user",
        "email": "",
        "email_domain": "",
        **dict.fromkeys(_NOTHING_KNOWN),
        "has_hard_bounced": False,
        "marked_email_as_spam": False,
        "unsubscribed_from_emails": False,
        "custom_attributes": {},
        "location": {"type": "location", "country": None, "region": None, "city": None},
        "social_profiles": {"type": "list", "data": []},
        **{name: _inline(f"{url}/{name}") for name in ("tags", "notes", "companies")},
        "opted_out_subscription_types": _inline(f"{url}/subscriptions"),
        "opted_in_subscription_types": _inline(f"{url}/subscriptions"),
    }


def _inline(url: str) -> Record:
    return {"type": "list", "data": [], "url": url, "total_count": 0, "has_more": False}


def conversation(customer: Record, body: str, source_id: str) -> Record:
    """An open conversation that a contact began with `body`; nobody has answered it."""
    one = {"type": "contact", "id": customer["id"], "external_id": customer["external_id"]}
    return {
        "title": None,
        "snoozed_until": None,
        "open": True,
        "state": "open",
        "read": False,
        "priority": "not_priority",
        "admin_assignee_id": 0,
        "team_assignee_id": 0,
        "source": _source(source_id, author(customer), body),
        "contacts": {"type": "contact.list", "contacts": [one]},
        "teammates": {"type": "admin.list", "teammates": []},
        "tags": {"type": "tag.list", "tags": []},
        "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
        "custom_attributes": {},
        "topics": {},
        "ai_agent_participated": False,
        **dict.fromkeys(_NOTHING_HAPPENED),
        "conversation_parts": {"type": "conversation_part.list", "conversation_parts": [], "total_count": 0},
    }


_NOTHING_HAPPENED = (
    "company",
    "conversation_rating",
    "first_contact_reply",
    "sla_applied",
    "ticket",
    "ai_agent",
)


def _source(identity: str, writer: Record, body: str) -> Record:
    return {
        "type": "conversation",
        "id": identity,
        "delivered_as": "customer_initiated",
        "subject": "",
        "body": body,
        "author": writer,
        "attachments": [],
        "url": None,
        "redacted": False,
    }


def author(person: Record) -> Record:
    """A contact or an admin as the author of a message."""
    return {
        "type": person["role"] if person["type"] == "contact" else person["type"],
        "id": person["id"],
        "name": person["name"],
        "email": person["email"],
    }


def part(identity: str, person: Record, at: int) -> Record:
    """A part that says nothing yet, by an admin or by an author, at `at` (unix seconds)."""
    writer = {name: person[name] for name in ("type", "id", "name", "email")}
    return {
        "type": "conversation_part",
        "id": identity,
        "body": None,
        "created_at": at,
        "updated_at": at,
        "notified_at": at,
        "assigned_to": None,
        "author": writer | {"from_ai_agent": False, "is_ai_answer": False},
        "attachments": [],
        "external_id": None,
        "redacted": False,
        "email_message_metadata": None,
        "metadata": {},
        "tags": [],
        "event_details": None,
        "app_package_code": None,
    }


def article(writer: int, workspace: str) -> Record:
    """An empty draft by the admin of this id in the workspace of that id, in no collection."""
    return {
        "workspace_id": workspace,
        "description": "",
        "body": "",
        "author_id": writer,
        "state": "draft",
        "url": None,
        "parent_id": None,
        "parent_ids": [],
        "parent_type": None,
        "default_locale": "en",
        "translated_content": None,
        "tags": {"type": "tag.list", "tags": []},
        "statistics": {
            "type": "article_statistics",
            "views": 0,
            "conversions": 0,
            "reactions": 0,
            "happy_reaction_percentage": 0,
            "neutral_reaction_percentage": 0,
            "sad_reaction_percentage": 0,
        },
    }


_TRANSLATED = (
    *("title", "description", "body", "body_markdown", "author_id", "state"),
    *("has_unpublished_changes", "draft_updated_at", "created_by_id", "updated_by_id"),
    *("ai_chatbot_availability", "ai_copilot_availability", "ai_sales_agent_availability"),
)


def translation(article: Record, locale: str, now: int) -> Record:
    """An article's own content as a translation into a language, made at `now` (unix seconds)."""
    taken = {name: article[name] for name in _TRANSLATED if name in article}
    url = f"https://help.trellis.example/{locale}/articles/{article['id']}"
    return {"type": "article_content", **taken, "url": url, "created_at": now, "updated_at": now}


def company(identity: str, name: str, now: int, workspace: str) -> Record:
    """A company, of which only the name is known, made at `now` (unix seconds) in a workspace by its id."""
    return {
        "company_id": identity,
        "app_id": workspace,
        "name": name,
        "remote_created_at": now,
        "last_request_at": now,
        "monthly_spend": 0,
        "session_count": 0,
        "user_count": 0,
        "size": 0,
        "website": "",
        "industry": "",
        "plan": {},
        "custom_attributes": {},
        "tags": {"type": "tag.list", "tags": []},
        "segments": {"type": "segment.list", "segments": []},
        "notes": {"type": "note.list", "notes": []},
    }
