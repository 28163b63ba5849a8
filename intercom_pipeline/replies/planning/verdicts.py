"""Whether a conversation can be answered as was asked: a reply of the plan, or a refusal with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from intercom_pipeline.replies.audience.recipient import Draft
from intercom_pipeline.replies.plan import PlannedReply, Refusal
from intercom_pipeline.replies.planning.contacts import EMAIL, Contact, hindrance, remarks_on
from intercom_pipeline.replies.planning.conversations import Conversation
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.steering import one_line

_NO_BUTTONS: Final = frozenset(
    {EMAIL, "facebook", "instagram", "phone_call", "phone_switch", "sms", "twitter", "whatsapp"}
)
"""Channels outside the Messenger (`source.type`), where the options of a quick reply are not shown."""
_LONGEST_NAME = 80

Contacts = Mapping[str, Contact] | None
"""Those that are there, by id; None where the token may not read them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reach:
    """Whom a reply reaches.

    Attributes:
        contacts: Those whom it reaches, as far as that is known.
        hindrances: Why it does not reach the others.
        is_checked: Whether the token may read contacts.
    """

    contacts: list[Contact]
    hindrances: list[str]
    is_checked: bool


def verdict(
    draft: Draft, conversation: Conversation | None, contacts: Contacts, message_type: MessageType
) -> PlannedReply | Refusal:
    """What becomes of a draft; `contacts` are of no matter for a note."""
    if conversation is None:
        return refusal(draft, "There is no such conversation.")
    if not message_type.is_seen_by_customer:
        return _planned(draft, conversation, conversation.author, [])
    reach = _reach(conversation, contacts)
    against = _against(conversation, reach, message_type)
    if against:
        return refusal(draft, against)
    return _planned(draft, conversation, _addressee(conversation, reach), _remarks(conversation, reach))


def refusal(draft: Draft, reason: str) -> Refusal:
    """A draft that is not sent, and why not."""
    return Refusal(row=draft.row, conversation_id=draft.conversation_id, reason=reason)


def _reach(conversation: Conversation, contacts: Contacts) -> _Reach:
    if contacts is None:
        return _Reach(contacts=[], hindrances=[], is_checked=False)
    found = [contacts.get(each) for each in conversation.contact_ids]
    hindered = [(each, hindrance(each, conversation.channel)) for each in found]
    return _Reach(
        contacts=[each for each, why in hindered if each is not None and why is None],
        hindrances=[why for _, why in hindered if why is not None],
        is_checked=True,
    )


def _against(conversation: Conversation, reach: _Reach, message_type: MessageType) -> str | None:
    if message_type is MessageType.QUICK_REPLY and conversation.channel in _NO_BUTTONS:
        return f"A quick_reply shows in the Messenger only, and this began by {conversation.channel}."
    if not conversation.contact_ids:
        return "It has no contact who would read it."
    return f"Its contact {reach.hindrances[0]}." if reach.is_checked and not reach.contacts else None


def _addressee(conversation: Conversation, reach: _Reach) -> str | None:
    """Who it is, for people."""
    names = [each.name for each in reach.contacts if each.name]
    others = len(conversation.contact_ids) - 1
    first = names[0] if names else None if reach.is_checked else conversation.author
    return f"{first or conversation.contact_ids[0]} and {others} more" if others else first


def _remarks(conversation: Conversation, reach: _Reach) -> list[str]:
    remarks = remarks_on(reach.contacts, conversation.channel)
    if not reach.is_checked:
        remarks.append("Whether its contact can be reached is not known: the token may not read contacts.")
    remarks += [f"One of its contacts {why}." for why in dict.fromkeys(reach.hindrances)]
    if conversation.channel == EMAIL:
        remarks.append("It began by e-mail: Intercom may store the reply without e-mailing it.")
    return remarks


def _planned(
    draft: Draft, conversation: Conversation, to: str | None, remarks: Sequence[str]
) -> PlannedReply:
    state = conversation.seen.state
    told = [*remarks, f"It is {state}."] if state in {"closed", "snoozed"} else remarks
    return PlannedReply(
        row=draft.row,
        conversation_id=draft.conversation_id,
        body=draft.body,
        seen=conversation.seen,
        contact_ids=conversation.contact_ids,
        to=one_line(to or next(iter(conversation.contact_ids), ""), _LONGEST_NAME),
        channel=conversation.channel and one_line(conversation.channel, _LONGEST_NAME),
        remarks=tuple(told),
    )
