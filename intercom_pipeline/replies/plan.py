"""A plan of replies: everything that would be sent, to whom and by whom, fixed before anything is.

A plan never changes: the SHA-256 of its content is its id. It is kept in the ledger and written to a file
for people (`plan_file`); both hold the same content. What is as by default is no part of the content, so that
a field added later leaves the ids of older plans as they are.
"""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

import msgspec

from intercom_pipeline.replies.reply import MessageType, Reply
from intercom_pipeline.steering import one_line
from intercom_pipeline.warehouse.decode import unix_seconds

MOST_REPLIES: Final = 10_000
"""How many replies a plan may have."""
GOOD_FOR: Final = timedelta(hours=24)
"""How long after it was made a plan may be applied: later the world is another one."""
SHOWN_DIGITS: Final = 8
"""So many digits of a plan's id are shown, and that many are needed to name it."""

_MOST_PARTS = 2**31
"""What is above that is no number of parts."""


class Action(StrEnum):
    """What is done with a conversation after its reply was sent."""

    CLOSE = "close"
    SNOOZE = "snooze"
    ASSIGN = "assign"
    ASSIGN_TEAM = "assign_team"
    TAG = "tag"


class Then(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What follows a reply.

    Attributes:
        action: What is done.
        target: The id of the admin, team or tag; None for the others.
        until: When a snooze ends, in unix seconds; None for the others.
        target_name: What the target is called; None where that is not known.
    """

    action: Action
    target: str | None = None
    until: int | None = None
    target_name: str | None = None


class Seen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a conversation was when it was planned; where it is not that any more, nothing is sent.

    Attributes:
        updated_at: When it changed last, in unix seconds; 0 where Intercom does not say.
        state: open, closed or snoozed; None where Intercom does not say.
        parts: How many parts it has (`statistics.count_conversation_parts`); None where it does not say.
    """

    updated_at: int
    state: str | None = None
    parts: int | None = None


class PlannedReply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One reply of a plan.

    Attributes:
        row: Where it was asked for, as `row 3`.
        conversation_id: The conversation.
        body: What is sent; empty for a quick reply without a text.
        seen: What the conversation was.
        contact_ids: Its contacts.
        to: Who it is, for people: a name, an address or an id.
        channel: Where the conversation began, as Intercom calls it (`source.type`): conversation, email…
        remarks: What to know before it is sent, as that e-mail may not be delivered.
    """

    row: str
    conversation_id: str
    body: str
    seen: Seen
    contact_ids: tuple[str, ...] = ()
    to: str = ""
    channel: str | None = None
    remarks: tuple[str, ...] = ()


class Refusal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reply that was asked for and is not part of the plan.

    Attributes:
        row: Where it was asked for, as `row 3`.
        conversation_id: The conversation.
        reason: Why not, in a sentence.
    """

    row: str
    conversation_id: str
    reason: str


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """Everything that would be sent.

    Attributes:
        campaign: What it is for; a conversation is answered once in a campaign, by whatever plan.
        created_at: When it was made.
        ledger_id: The ledger that knows what was sent.
        workspace_id: Intercom's id of the workspace.
        workspace_name: Its name.
        base_url: The host it is on.
        admin_id: The admin who answers.
        admin_name: Their name; None where the token may not read it.
        message_type: Who sees the replies.
        attachment_urls: Addresses of images that are shown with each.
        options: What a quick reply offers.
        then: What is done with each conversation afterwards; None for nothing.
        replies: What is sent, in this order; at most `MOST_REPLIES`.
        refused: What was asked for and is not sent.
        remarks: What to know of all of it before it is sent.
    """

    campaign: str
    created_at: datetime
    ledger_id: str
    workspace_id: str
    workspace_name: str | None
    base_url: str
    admin_id: str
    admin_name: str | None
    message_type: MessageType
    attachment_urls: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    then: Then | None = None
    replies: tuple[PlannedReply, ...] = ()
    refused: tuple[Refusal, ...] = ()
    remarks: tuple[str, ...] = ()

    @cached_property
    def plan_id(self) -> str:
        """The SHA-256 of the content, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def content(self) -> bytes:
        """Everything as JSON, keys sorted: the same plan, the same bytes."""
        return msgspec.json.encode(self, order="sorted")

    @property
    def expires_at(self) -> datetime:
        """From when on it is not applied any more."""
        return self.created_at + GOOD_FOR

    @property
    def confirmation(self) -> str:
        """What somebody types to have it sent."""
        return f"send {len(self.replies)}"

    def reply_to(self, planned: PlannedReply) -> Reply:
        """One of its replies as it is sent.

        Raises:
            ReplyRefused: It could not be.
        """
        return Reply(
            conversation_id=planned.conversation_id,
            message_type=self.message_type,
            admin_id=self.admin_id,
            body=planned.body,
            attachment_urls=self.attachment_urls,
            options=self.options,
        )


def seen_in(conversation: dict[str, Any]) -> Seen:
    """What a conversation is, as it is listed, found or got; what is odd in it counts as not said."""
    statistics = conversation.get("statistics")
    parts = statistics.get("count_conversation_parts") if isinstance(statistics, dict) else None
    state = conversation.get("state")
    return Seen(
        updated_at=unix_seconds(conversation.get("updated_at")) or 0,
        state=one_line(state) if isinstance(state, str) else None,
        parts=parts if type(parts) is int and 0 <= parts <= _MOST_PARTS else None,
    )


def body_hash(body: str) -> str:
    """The SHA-256 of what was sent, in hexadecimal digits: what stays of it once a person is purged."""
    return hashlib.sha256(body.encode()).hexdigest()


def short_id(plan_id: str) -> str:
    """The digits of a plan's id that people are shown, and may name it by."""
    return plan_id[:SHOWN_DIGITS]
