"""How each kind of record is shown, in a list or alone: a function a shape, from record and version."""

import html
import re
from collections.abc import Callable

from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.versions import shaped

Shape = Callable[[Record, str], Record]

MOST_INLINE = 10
MOST_PARTS = 500
_CAPPED = ("tags", "companies", "notes", "opted_out_subscription_types", "opted_in_subscription_types")
MOST_LINKED = 1_000

_BREAK = re.compile(r"<br\s*/?>|</p>|</div>|</li>", re.IGNORECASE)
_LINK = re.compile(r'<a\s[^>]*href="([^"]*)"[^>]*>(.*?)</a>', re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def contact(record: Record, version: str) -> Record:
    """A contact: its tags, companies, notes and subscriptions are capped at ten; `url` leads to the rest."""
    shown = dict(shaped("contacts", record, version))
    for name in _CAPPED:
        held = shown.get(name)
        if held and len(held["data"]) > MOST_INLINE:
            shown[name] = held | {"data": held["data"][:MOST_INLINE], "has_more": True}
    return shown


def listed_conversation(record: Record, version: str) -> Record:
    """A conversation as lists and searches show it: without its parts."""
    kept = {name: value for name, value in record.items() if name != "conversation_parts"}
    return shaped("conversations", kept, version)


def conversation(record: Record, version: str) -> Record:
    """A conversation with its newest 500 parts ("we will return the 500 most recent conversation parts").

    `total_count` counts the parts shown; `statistics.count_conversation_parts` counts them all.
    """
    held = record["conversation_parts"]
    newest = held["conversation_parts"][-MOST_PARTS:]
    capped = held | {"conversation_parts": newest, "total_count": len(newest)}
    return shaped("conversations", record | {"conversation_parts": capped}, version)


def plain_conversation(record: Record, version: str) -> Record:
    """A conversation with `display_as=plaintext`: bodies and subject without HTML."""
    shown = conversation(record, version)
    parts = shown["conversation_parts"]
    plain = [part | {"body": plain_text(part["body"])} for part in parts["conversation_parts"]]
    source = shown["source"]
    texts = {name: plain_text(source.get(name)) for name in ("body", "subject")}
    return shown | {"source": source | texts, "conversation_parts": parts | {"conversation_parts": plain}}


def listed_article(record: Record, version: str) -> Record:
    """An article as the list shows it: without statistics."""
    kept = {name: value for name, value in record.items() if name != "statistics"}
    return shaped("articles", kept, version)


def article(record: Record, version: str) -> Record:
    """An article with its statistics."""
    return shaped("articles", record, version)


def admin(record: Record, version: str) -> Record:
    """A teammate."""
    return shaped("admins", record, version)


def team(record: Record, version: str) -> Record:
    """A team."""
    return shaped("teams", record, version)


def tag(record: Record, version: str) -> Record:
    """A tag."""
    return shaped("tags", record, version)


def segment(record: Record, version: str) -> Record:
    """A segment, without the number of its members."""
    return shaped("segments", {name: value for name, value in record.items() if name != "count"}, version)


def counted_segment(record: Record, version: str) -> Record:
    """A segment as `include_count=true` shows it."""
    return shaped("segments", record, version)


def company(record: Record, version: str) -> Record:
    """A company."""
    return shaped("companies", record, version)


def ticket(record: Record, version: str) -> Record:
    """A ticket, alike in searches and alone: its newest 500 parts and at most 1,000 linked objects.

    `total_count` of the parts counts those shown; that of the linked objects counts them all.
    """
    parts, linked = record["ticket_parts"], record["linked_objects"]
    newest = parts["ticket_parts"][-MOST_PARTS:]
    more = len(linked["data"]) > MOST_LINKED
    capped = {
        "ticket_parts": parts | {"ticket_parts": newest, "total_count": len(newest)},
        "linked_objects": linked | {"data": linked["data"][:MOST_LINKED], "has_more": more},
    }
    return shaped("tickets", record | capped, version)


def ticket_type(record: Record, version: str) -> Record:
    """A ticket type with its attributes."""
    return shaped("ticket_types", record, version)


def ticket_state(record: Record, version: str) -> Record:
    """A ticket state with the types that use it."""
    return shaped("ticket_states", record, version)


def note(record: Record, version: str) -> Record:
    """A note on a contact or a company."""
    return shaped("notes", record, version)


def html_of(body: str) -> str:
    """A text as a message's HTML; what is HTML already stays as it is."""
    return body if body.lstrip().startswith("<") else f"<p>{body}</p>"


def call(record: Record, version: str) -> Record:
    """A call, without what was said."""
    return shaped("calls", record, version)


def call_with_transcript(record: Record, version: str) -> Record:
    """A call as the search by conversation shows it; without a transcript, that is empty."""
    said = record["transcript"]
    status = None if said is None else "completed"
    return call(record, version) | {"transcript": said or [], "transcript_status": status}


def activity_log(record: Record, version: str) -> Record:
    """What a teammate did in the workspace's settings."""
    return shaped("activity_logs", record, version)


def plain_text(body: str | None) -> str | None:
    """HTML as plain text; a link becomes `label (url)`, as Intercom describes `display_as`."""
    if body is None:
        return None
    linked = _LINK.sub(r"\2 (\1)", body)
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", linked))).strip()
