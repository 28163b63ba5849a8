"""Whether a reply can reach the contacts of a conversation, as far as Intercom says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from intercom_pipeline.intercom.client import Client
from intercom_pipeline.intercom.errors import PermissionMissing
from intercom_pipeline.replies.planning.conversations import named
from intercom_pipeline.replies.planning.finding import Finder

EMAIL: Final = "email"
"""The channel of a conversation that began with an e-mail (`source.type`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """A contact who would read a reply.

    Attributes:
        name: The contact's name, or what stands for it: an address, or nothing.
        has_email: Whether there is an e-mail address.
        bounced: Whether an e-mail to it bounced for good (`has_hard_bounced`).
        spam: Whether they marked an e-mail as spam (`marked_email_as_spam`).
        unsubscribed: Whether they are unsubscribed from e-mails (`unsubscribed_from_emails`).
    """

    name: str | None
    has_email: bool
    bounced: bool
    spam: bool
    unsubscribed: bool


async def find_contacts(client: Client, ids: Iterable[str]) -> dict[str, Contact] | None:
    """Contacts by id, those that are not there missing; None where the token may not read contacts.

    Raises:
        IntercomError: Intercom could not be asked.
    """
    finder = Finder(client=client, path="/contacts", records="data", keep=contact_of)
    try:
        return await finder.find(list(dict.fromkeys(ids)))
    except PermissionMissing:
        return None


def contact_of(record: Mapping[str, Any]) -> Contact:
    """A contact as Intercom sent it, so any of it may be odd or missing."""
    return Contact(
        name=named(record.get("name"), record.get("email"), record.get("phone")),
        has_email=named(record.get("email")) is not None,
        bounced=record.get("has_hard_bounced") is True,
        spam=record.get("marked_email_as_spam") is True,
        unsubscribed=record.get("unsubscribed_from_emails") is True,
    )


def hindrance(contact: Contact | None, channel: str | None) -> str | None:
    """Why a reply would not reach a contact, as the rest of a sentence; None where nothing is known."""
    if contact is None:
        return "is gone: deleted, or merged into another"
    if channel != EMAIL:
        return None
    if not contact.has_email:
        return "has no e-mail address"
    if contact.bounced:
        return "gets no e-mails: they bounce"
    return "marked an e-mail as spam" if contact.spam else None


def remarks_on(contacts: Sequence[Contact], channel: str | None) -> list[str]:
    """What to know of contacts whom a reply reaches."""
    remarks = []
    if any(each.unsubscribed for each in contacts):
        remarks.append("Its contact is unsubscribed from e-mails.")
    if channel != EMAIL and any(each.bounced or each.spam for each in contacts):
        remarks.append("Its contact is not told by e-mail: earlier ones bounced or were marked as spam.")
    return remarks
