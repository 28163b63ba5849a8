"""One reply to one conversation: checked, then sent once and never again.

POST /conversations/{id}/reply knows no idempotency key: one that got no answer may have been applied. So it
is never sent again by itself, and whoever asked for it is told to look.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.bodies import BodyInvalid, whole_json
from intercom_pipeline.intercom.client import Client
from intercom_pipeline.intercom.errors import Applied, IntercomError, NotFound, PermissionMissing
from intercom_pipeline.intercom.ids import checked_id

MOST_ATTACHMENTS: Final = 10
"""How many `attachment_urls` a reply may have (POST /conversations/{id}/reply)."""


class ReplyRefused(PipelineError):
    """A reply that Intercom would not take, or should not get; nothing was sent."""


class ReplyUncertain(PipelineError):
    """A reply was sent, and whether Intercom applied it is not known; it was not sent again."""


class MessageType(StrEnum):
    """Who sees a reply."""

    COMMENT = "comment"
    """The customer, by every channel of the conversation."""
    NOTE = "note"
    """Teammates alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What an admin says in a conversation; raises ReplyRefused for what could not be sent.

    Attributes:
        conversation_id: The conversation.
        message_type: Whether the customer sees it. There is no default: a mix-up cannot be taken back.
        admin_id: The admin who says it.
        body: The text, as HTML or plain.
        attachment_urls: Addresses of images that are shown with it, at most 10.
    """

    conversation_id: str
    message_type: MessageType
    admin_id: str
    body: str
    attachment_urls: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checked_id(self.conversation_id, of="conversation")
        checked_id(self.admin_id, of="admin")
        if self.conversation_id == "last":
            raise _refused(
                "A reply names its conversation.", "'last' may be another one by the time it is sent."
            )
        if self.message_type not in set(MessageType):
            raise _refused(
                f"A reply cannot be a {self.message_type!r}.",
                "It is a comment, which the customer sees, or a note, which teammates see.",
            )
        if not self.body.strip():
            raise _refused("A reply has a body.", "It is empty.")
        if len(self.attachment_urls) > MOST_ATTACHMENTS:
            raise _refused("A reply has too many attachments.", f"{MOST_ATTACHMENTS} are allowed.")

    def to_json(self) -> dict[str, Any]:
        """As Intercom takes it."""
        body: dict[str, Any] = {
            "message_type": str(self.message_type),
            "type": "admin",
            "admin_id": self.admin_id,
            "body": self.body,
        }
        if self.attachment_urls:
            body["attachment_urls"] = list(self.attachment_urls)
        return body


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A reply that Intercom applied.

    Attributes:
        conversation: The conversation afterwards, as Intercom sent it.
        part_id: The id of the part that the reply became; None where the answer does not show it.
        request_id: Intercom's id of the request.
    """

    conversation: dict[str, Any]
    part_id: str | None
    request_id: str | None


async def check(client: Client, reply: Reply) -> dict[str, Any]:
    """See that the conversation and the admin are there; gives the conversation.

    Raises:
        ReplyRefused: One of them is not.
        IntercomError: Intercom could not be asked.
    """
    path = f"/conversations/{reply.conversation_id}"
    try:
        conversation = (await client.get(path)).content
    except NotFound:
        raise _refused(
            f"There is no conversation {reply.conversation_id}.",
            "It was deleted, belongs to another workspace, or the id is mistyped.",
        ) from None
    await _check_admin(client, reply.admin_id)
    found: dict[str, Any] = msgspec.json.decode(conversation)
    return found


async def send(client: Client, reply: Reply) -> Sent:
    """Send a reply, once.

    Raises:
        ReplyUncertain: No answer says whether Intercom applied it.
        IntercomError: Intercom did not apply it.
    """
    try:
        answer = await client.send_once(f"/conversations/{reply.conversation_id}/reply", json=reply.to_json())
    except IntercomError as error:
        if error.failure.applied is Applied.NO:
            raise
        raise _uncertain(reply, error) from error
    conversation = msgspec.json.decode(answer.body)
    return Sent(
        conversation=conversation, part_id=_part_id(conversation, reply), request_id=answer.request_id
    )


async def _check_admin(client: Client, admin_id: str) -> None:
    try:
        answer = await client.get("/admins", decode=_admins)
    except PermissionMissing:
        return  # Then Intercom says so when it is sent.
    admins: dict[str, str | None] = answer.content
    if admin_id not in admins:
        known = ", ".join(f"{each} ({name})" if name else each for each, name in list(admins.items())[:5])
        raise _refused(f"There is no admin {admin_id}.", f"The admins are {known or 'not known'}.")


def _admins(body: bytes) -> dict[str, str | None]:
    listed = msgspec.json.decode(whole_json(body))
    if not isinstance(listed, dict) or not isinstance(listed.get("admins"), list):
        raise BodyInvalid("there is no list of admins in it")
    return {str(each["id"]): each.get("name") for each in listed["admins"]}


def _part_id(conversation: Any, reply: Reply) -> str | None:
    """The newest part of this type by this admin."""
    parts = (conversation.get("conversation_parts") or {}).get("conversation_parts") or []
    theirs = [
        str(part["id"])
        for part in parts
        if part.get("part_type") == reply.message_type
        and str((part.get("author") or {}).get("id")) == reply.admin_id
    ]
    return theirs[-1] if theirs else None


def _refused(what: str, why: str) -> ReplyRefused:
    return ReplyRefused(what, why=why, fix="Nothing was sent. Correct it, then send it again.")


def _uncertain(reply: Reply, error: IntercomError) -> ReplyUncertain:
    return ReplyUncertain(
        f"It is not known whether the reply to conversation {reply.conversation_id} was sent.",
        why=f"{error.what}: {error.why}",
        fix="It was not sent again. Look at the conversation before you do: "
        f"intercom-pipeline conversations get {reply.conversation_id}",
    )
