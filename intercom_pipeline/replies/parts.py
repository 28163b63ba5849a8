"""What a conversation shows of replies; it comes as Intercom sent it, so any of it may be odd or missing."""

from collections.abc import Iterator, Mapping
from typing import Any

from intercom_pipeline.intercom.plain import text_of
from intercom_pipeline.warehouse.decode import unix_seconds

_CUSTOMERS = frozenset({"user", "lead", "contact"})


def newest_part_of(conversation: Mapping[str, Any]) -> str | None:
    """The id of the last of a conversation's parts; None where it shows none."""
    ids = [part["id"] for part in _parts(conversation) if part.get("id") is not None]
    return str(ids[-1]) if ids else None


def part_by(conversation: Mapping[str, Any], *, message_type: str, admin_id: str) -> str | None:
    """The id of the newest part of this type by this admin; None where the conversation shows none."""
    theirs = [
        str(part["id"])
        for part in _parts(conversation)
        if part.get("id") is not None and _is_by(part, message_type, admin_id)
    ]
    return theirs[-1] if theirs else None


def part_that_says(
    conversation: Mapping[str, Any], body: str, *, message_type: str, admin_id: str, after: str | None
) -> str | None:
    """The id of the part of this type by this admin that says the same; None where none is shown.

    Args:
        conversation: The conversation.
        body: What it says, as HTML or plain.
        message_type: comment or note.
        admin_id: Who says it.
        after: The id of a part that is older; None where there was no part yet.
    """
    parts = list(_parts(conversation))
    ids = [str(part.get("id")) for part in parts]
    # Of the 500 parts that Intercom shows, the older one may be gone: then all are newer.
    later = parts[ids.index(after) + 1 :] if after in ids else parts
    for part in later:
        if part.get("id") is not None and _is_by(part, message_type, admin_id) and _says(part, body):
            return str(part["id"])
    return None


def newest_part_until(conversation: Mapping[str, Any], moment: int) -> str | None:
    """The id of the last part that is not newer than a moment, in unix seconds; None where it shows none."""
    ids = [
        part["id"]
        for part in _parts(conversation)
        if part.get("id") is not None and (unix_seconds(part.get("created_at")) or 0) <= moment
    ]
    return str(ids[-1]) if ids else None


def parts_after(conversation: Mapping[str, Any], after: str | None) -> list[dict[str, Any]] | None:
    """The parts that are newer than one, oldest first; all where it is None.

    None where the conversation does not show that part any more, of which it shows the newest 500: then
    nobody can tell which are newer.
    """
    parts = list(_parts(conversation))
    ids = [str(part.get("id")) for part in parts]
    if after is None:
        return parts
    return parts[ids.index(after) + 1 :] if after in ids else None


def is_by_admin(part: Mapping[str, Any], admin_id: str) -> bool:
    """Whether an admin wrote a part."""
    author = part.get("author")
    return isinstance(author, dict) and str(author.get("id")) == admin_id and author.get("type") == "admin"


def is_by_customer(part: Mapping[str, Any]) -> bool:
    """Whether a customer wrote a part, as a user or a lead."""
    author = part.get("author")
    return isinstance(author, dict) and str(author.get("type")) in _CUSTOMERS


def _parts(conversation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    held = conversation.get("conversation_parts")
    parts = held.get("conversation_parts") if isinstance(held, dict) else None
    if isinstance(parts, list):
        yield from (part for part in parts if isinstance(part, dict))


def _is_by(part: Mapping[str, Any], message_type: str, admin_id: str) -> bool:
    author = part.get("author")
    return (
        part.get("part_type") == message_type
        and isinstance(author, dict)
        and str(author.get("id")) == admin_id
    )


def _says(part: Mapping[str, Any], body: str) -> bool:
    said = part.get("body")
    return isinstance(said, str) and text_of(said).split() == text_of(body).split()
