"""What was said in a conversation, in its order and as plain text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from intercom_pipeline.intercom.plain import text_of

CUSTOMERS: Final = frozenset({"user", "lead", "contact", "visitor"})
"""The types of author that are customers (`source.author.type`)."""
_PARTIES: Final = dict.fromkeys(CUSTOMERS, "customer") | {"admin": "teammate", "team": "teammate"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What somebody wrote or did in a conversation.

    Attributes:
        at: When; None where Intercom does not say so.
        author: The name, or else the e-mail address or id, of whoever it was.
        party: customer, teammate or bot.
        kind: `opening` for what began the conversation, else the part's type: comment, note, close …
        text: What was written, without attachments; "" where something was done without a word.
        attachments: The names of what was attached.
        seen_by_customer: Whether the customer sees it.
    """

    at: datetime | None
    author: str
    party: str
    kind: str
    text: str
    attachments: tuple[str, ...]
    seen_by_customer: bool


def messages_of(conversation: Mapping[str, Any]) -> Iterator[Message]:
    """The opening message of a conversation, and its parts where they came with it, oldest first."""
    source = _mapping(conversation.get("source"))
    if source:
        subject, text = text_of(source.get("subject")), text_of(source.get("body"))
        whole = "\n".join(part for part in (subject, text) if part)
        yield _message(source, kind="opening", text=whole, at=conversation.get("created_at"))
    for part in _mapping(conversation.get("conversation_parts")).get("conversation_parts") or []:
        kind = str(part.get("part_type"))
        yield _message(part, kind=kind, text=text_of(part.get("body")), at=part.get("created_at"))


def moment_of_seconds(seconds: Any) -> datetime | None:
    """The moment of unix seconds, which Intercom also sends as text; None where it is none."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC) if seconds else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _message(said: Mapping[str, Any], *, kind: str, text: str, at: Any) -> Message:
    author = _mapping(said.get("author"))
    return Message(
        at=moment_of_seconds(at),
        author=str(author.get("name") or author.get("email") or author.get("id") or "somebody"),
        party=_PARTIES.get(str(author.get("type")), "bot"),
        kind=kind,
        text=text,
        attachments=tuple(str(each.get("name")) for each in said.get("attachments") or []),
        seen_by_customer=kind != "note" and bool(text),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
