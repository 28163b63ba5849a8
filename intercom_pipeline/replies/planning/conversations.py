"""What a plan knows of conversations: the few fields of each that decide whether it can be answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intercom_pipeline.intercom.client import Client
from intercom_pipeline.replies.plan import Seen, seen_in
from intercom_pipeline.replies.planning.finding import Finder
from intercom_pipeline.steering import one_line


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """A conversation before it is answered.

    Attributes:
        seen: What it is.
        channel: Where it began (`source.type`); None where Intercom does not say.
        contact_ids: Its contacts.
        author: Who began it, where that has a name or an address.
    """

    seen: Seen
    channel: str | None
    contact_ids: tuple[str, ...]
    author: str | None


async def find_conversations(client: Client, ids: Sequence[str]) -> dict[str, Conversation]:
    """Conversations by id; those that are not there are missing.

    Raises:
        IntercomError: Intercom could not be asked.
    """
    finder = Finder(client=client, path="/conversations", records="conversations", keep=conversation_of)
    return await finder.find(ids)


def conversation_of(record: Mapping[str, Any]) -> Conversation:
    """A conversation as Intercom sent it, so any of it may be odd or missing."""
    source = _object(record.get("source"))
    author = _object(source.get("author"))
    channel = source.get("type")
    return Conversation(
        seen=seen_in(dict(record)),
        channel=channel if isinstance(channel, str) else None,
        contact_ids=_contact_ids(record),
        author=named(author.get("name"), author.get("email")),
    )


def named(*texts: object) -> str | None:
    """The first of these that is a text and says something."""
    return next((text.strip() for text in texts if isinstance(text, str) and text.strip()), None)


def _contact_ids(record: Mapping[str, Any]) -> tuple[str, ...]:
    contacts = _object(record.get("contacts")).get("contacts")
    listed = contacts if isinstance(contacts, list) else []
    ids = (_object(each).get("id") for each in listed)
    return tuple(dict.fromkeys(one_line(str(each)) for each in ids if isinstance(each, str | int) and each))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
