"""How each kind of record looks in a table."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from intercom_pipeline.analytics.threads import CUSTOMERS, moment_of_seconds
from intercom_pipeline.cli.output import moment
from intercom_pipeline.cli.record_list import Record, View
from intercom_pipeline.intercom.plain import own_text_of

_HASH: Final = re.compile("[0-9a-f]{64}")
_DIGITS: Final = 12
_LOOKED_AT: Final = 2_000
"""Characters of a message of which the first words are shown."""


def contacts() -> View:
    """Contacts: who they are and when they were last seen."""
    return View(
        noun="contact",
        cells={
            "id": lambda record: _text(record.get("id")),
            "name": lambda record: _text(record.get("name")),
            "email": lambda record: _text(record.get("email")),
            "role": lambda record: _text(record.get("role")),
            "last seen": lambda record: _at(record.get("last_seen_at"))[:10],
        },
        flexible=("name", "email"),
        first_to_go=("role", "last seen"),
    )


def conversations(admins: Mapping[str, str], contact: Callable[[str], str] = str) -> View:
    """Conversations: whose, about what, and with whom.

    Args:
        admins: The names of admins by id.
        contact: The name of a contact, by id, or the id where the name is not known.
    """
    return View(
        noun="conversation",
        cells={
            "id": lambda record: _text(record.get("id")),
            "updated": lambda record: _at(record.get("updated_at")),
            "state": lambda record: _text(record.get("state")),
            "customer": lambda record: customer_of(record, contact),
            "about": about,
            "assignee": lambda record: _assignee(record, admins),
        },
        flexible=("customer", "about", "assignee"),
        first_to_go=("assignee", "customer"),
    )


def articles() -> View:
    """Articles: what they are about, whether they are published and where."""
    return View(
        noun="article",
        cells={
            "id": lambda record: _text(record.get("id")),
            "title": lambda record: _text(record.get("title")),
            "state": lambda record: _text(record.get("state")),
            "updated": lambda record: _at(record.get("updated_at"))[:10],
            "url": lambda record: _text(record.get("url")),
        },
        flexible=("title", "url"),
        first_to_go=("url",),
    )


def admins() -> View:
    """Admins: their ids, which a reply asks for, and their names."""
    return View(
        noun="admin",
        cells={
            "id": lambda record: _text(record.get("id")),
            "name": lambda record: _text(record.get("name")),
            "email": lambda record: _text(record.get("email")),
            "job title": lambda record: _text(record.get("job_title")),
            "away": lambda record: "away" if record.get("away_mode_enabled") else "",
        },
        flexible=("name", "email", "job title"),
        first_to_go=("job title",),
    )


def customer_of(conversation: Record, contact: Callable[[str], str] = str) -> str:
    """Whom a conversation is with: a name where the record has one, else what `contact` makes of the id."""
    for author in _authors(conversation):
        if author.get("type") in CUSTOMERS:
            return _text(author.get("name") or author.get("email") or author.get("id"))
    contacts = (conversation.get("contacts") or {}).get("contacts") or [{}]
    contact_id = contacts[0].get("id")
    return _text(contact(contact_id)) if contact_id else ""


def _authors(conversation: Record) -> Iterator[Mapping[str, Any]]:
    """Of the opening message, and of the parts where the record has them."""
    parts = (conversation.get("conversation_parts") or {}).get("conversation_parts") or []
    for said in (conversation.get("source") or {}, *parts):
        yield said.get("author") or {}


def about(conversation: Record) -> str:
    """The subject of a conversation, or its first words."""
    source = conversation.get("source") or {}
    said = conversation.get("title") or source.get("subject") or source.get("body") or ""
    return own_text_of(_text(said)[:_LOOKED_AT])


def _assignee(conversation: Record, admins: Mapping[str, str]) -> str:
    # 0 is nobody, too, and "0" where ids are text.
    assignee = _text(conversation.get("admin_assignee_id"))
    return "" if assignee in {"", "0"} else short(admins.get(assignee) or assignee)


def _at(seconds: Any) -> str:
    return moment(moment_of_seconds(seconds))


def _text(value: Any) -> str:
    return "" if value is None else short(str(value))


def short(text: str) -> str:
    """A text; of a hash, which a privacy policy put in its place, the first digits."""
    return f"{text[:_DIGITS]}…" if _HASH.fullmatch(text) else text
