"""One reply to one conversation: checked, then sent once and never again.

POST /conversations/{id}/reply knows no idempotency key: one that got no answer may have been applied. So it
is never sent again by itself, and whoever asked for it is told to look.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import NAMESPACE_OID, uuid5

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.bodies import BodyInvalid, decoded, whole_json
from intercom_pipeline.intercom.client import Client
from intercom_pipeline.intercom.errors import Applied, IntercomError, NotFound, PermissionMissing
from intercom_pipeline.intercom.ids import checked_id
from intercom_pipeline.intercom.plain import shows_nothing
from intercom_pipeline.replies.parts import part_by
from intercom_pipeline.steering import one_line

MOST_ATTACHMENTS: Final = 10
"""How many `attachment_urls` a reply may have (POST /conversations/{id}/reply)."""
MOST_OPTIONS: Final = 10
"""How many options a quick reply may have here; Intercom's description names no number."""
_BLANK: Final = re.compile(r"[\s\x00-\x1f\x7f]")


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
    QUICK_REPLY = "quick_reply"
    """The customer, who is offered options to choose from in the Messenger."""

    @property
    def is_seen_by_customer(self) -> bool:
        """Whether the customer sees it."""
        return self is not MessageType.NOTE


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What an admin says in a conversation; raises ReplyRefused for what could not be sent.

    Attributes:
        conversation_id: The conversation.
        message_type: Whether the customer sees it. There is no default: a mix-up cannot be taken back.
        admin_id: The admin who says it.
        body: The text, as HTML or plain; a quick reply may go without.
        attachment_urls: Addresses of images that are shown with it, at most 10.
        options: What a quick reply offers to choose from, at most 10; nothing else has any.
    """

    conversation_id: str
    message_type: MessageType
    admin_id: str
    body: str
    attachment_urls: Sequence[str] = ()
    options: Sequence[str] = ()

    def __post_init__(self) -> None:
        checked_id(self.conversation_id, of="conversation")
        checked_id(self.admin_id, of="admin")
        if self.conversation_id == "last":
            raise _refused(
                "A reply names its conversation.", "'last' may be another one by the time it is sent."
            )
        if self.message_type not in list(MessageType):
            raise _refused(
                f"A reply cannot be a {self.message_type!r}.",
                "It is a comment or a quick_reply, which the customer sees, or a note, which teammates see.",
            )
        # It may be given as a plain text.
        object.__setattr__(self, "message_type", MessageType(self.message_type))
        _check_attachments(self.attachment_urls)
        _check_options(self.options, wanted=self.message_type is MessageType.QUICK_REPLY)
        if self.body or not self.options:
            _check_body(self.body, alone=not self.attachment_urls)

    @property
    def path(self) -> str:
        """Where it is posted to."""
        return f"/conversations/{self.conversation_id}/reply"

    def to_json(self) -> dict[str, Any]:
        """As Intercom takes it."""
        body: dict[str, Any] = {
            "message_type": str(self.message_type),
            "type": "admin",
            "admin_id": self.admin_id,
        }
        if self.body:
            body["body"] = self.body
        if self.attachment_urls:
            body["attachment_urls"] = list(self.attachment_urls)
        if self.options:
            body["reply_options"] = [{"text": text, "uuid": _uuid(text)} for text in self.options]
        return body


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A reply that Intercom applied.

    Attributes:
        conversation: The conversation afterwards, as Intercom sent it; empty where the answer is another.
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
    conversation = await look(client, reply)
    await _check_admin(client, reply.admin_id)
    return conversation


async def look(client: Client, reply: Reply) -> dict[str, Any]:
    """The conversation as it is now.

    Raises:
        ReplyRefused: It is not there.
        IntercomError: Intercom could not be asked.
    """
    conversation = await conversation_now(client, reply.conversation_id)
    if conversation is None:
        raise _refused(
            f"There is no conversation {reply.conversation_id}.",
            "It was deleted, belongs to another workspace, or the id is mistyped.",
        )
    return conversation


async def conversation_now(client: Client, conversation_id: str) -> dict[str, Any] | None:
    """A conversation as it is now; None where there is none of this id.

    Raises:
        IntercomError: Intercom could not be asked.
    """
    try:
        answer = await client.get(f"/conversations/{conversation_id}", decode=conversation_in)
    except NotFound:
        return None
    conversation: dict[str, Any] = answer.content
    return conversation


async def send(client: Client, reply: Reply) -> Sent:
    """Send a reply, once.

    Raises:
        ReplyUncertain: No answer says whether Intercom applied it.
        IntercomError: Intercom did not apply it.
    """
    try:
        answer = await client.send_once(reply.path, json=reply.to_json())
        return _sent(reply, answer.body, answer.request_id)
    except IntercomError as error:
        if error.failure.applied is Applied.NO:
            raise
        raise _uncertain(reply, f"{error.what}: {error.why}") from error
    except Exception as error:
        # Whatever it is, the request may have left; only this error says to look first.
        raise _uncertain(reply, type(error).__name__) from error


def _sent(reply: Reply, body: bytes, request_id: str | None) -> Sent:
    """What became of a reply that was applied: nothing that its answer holds changes that."""
    try:
        conversation = conversation_in(body)
    except BodyInvalid:
        conversation = {}
    part_id = part_by(conversation, message_type=reply.message_type, admin_id=reply.admin_id)
    return Sent(conversation=conversation, part_id=part_id, request_id=request_id)


def conversation_in(body: bytes) -> dict[str, Any]:
    """The conversation that an answer holds.

    Raises:
        BodyInvalid: It holds something else.
    """
    found = decoded(whole_json(body))
    if not isinstance(found, dict):
        raise BodyInvalid("it is no conversation")
    return found


def _check_attachments(urls: Any) -> None:
    if not isinstance(urls, (list, tuple)) or not all(isinstance(each, str) for each in urls):
        raise _refused("Attachments are a list of addresses.", "Something else was given.")
    if len(urls) > MOST_ATTACHMENTS:
        raise _refused("A reply has too many attachments.", f"{MOST_ATTACHMENTS} are allowed.")
    if not all(_is_text(each) for each in urls):
        raise _refused("An attachment has no address.", "It holds bytes that are no text.")
    if not all(map(_is_on_the_web, urls)):
        raise _refused(
            "An attachment is not on the web.",
            "Intercom fetches it from its address, which begins with https:// or http://, without blanks.",
        )


def _is_on_the_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not _BLANK.search(address)


def _check_options(options: Any, *, wanted: bool) -> None:
    if not isinstance(options, (list, tuple)) or not all(isinstance(each, str) for each in options):
        raise _refused("Options are a list of texts.", "Something else was given.")
    if wanted is not bool(options):
        why = "It has none." if wanted else "Only a quick_reply offers any."
        raise _refused("A quick_reply has options to choose from, and nothing else has.", why)
    if len(options) > MOST_OPTIONS:
        raise _refused("A quick_reply has too many options.", f"{MOST_OPTIONS} are allowed.")
    if not all(_is_text(each) and each.strip() for each in options) or len(set(options)) < len(options):
        raise _refused("Each option of a quick_reply says something else.", "One is empty or there twice.")


def _uuid(text: str) -> str:
    """What names an option to Intercom: the same for the same text."""
    return str(uuid5(NAMESPACE_OID, text))


def _check_body(body: Any, *, alone: bool) -> None:
    """See that a body says something; `alone` where no attachment could."""
    if not isinstance(body, str):
        raise _refused("A reply has a body.", f"It is {type(body).__name__}, not text.")
    if not _is_text(body):
        raise _refused("A reply's body is text.", "It holds bytes that are no text in UTF-8.")
    if not body.strip() or (alone and shows_nothing(body)):
        raise _refused("A reply has a body.", "Nothing of it would be seen: it is empty.")


def _is_text(given: str) -> bool:
    """Whether it can be sent: half a character cannot, which stands for a byte that is no text, too."""
    try:
        given.encode()
    except UnicodeEncodeError:
        return False
    return True


async def _check_admin(client: Client, admin_id: str) -> None:
    try:
        answer = await client.get("/admins", decode=_admins)
    except PermissionMissing:
        return  # Then Intercom says so when it is sent.
    admins: dict[str, str | None] = answer.content
    if admin_id not in admins:
        known = ", ".join(f"{each} ({name})" if name else each for each, name in list(admins.items())[:5])
        raise _refused(f"There is no admin {admin_id}.", f"The admins are {one_line(known) or 'not known'}.")


def _admins(body: bytes) -> dict[str, str | None]:
    listed = decoded(whole_json(body))
    admins = listed.get("admins") if isinstance(listed, dict) else None
    if not isinstance(admins, list):
        raise BodyInvalid("there is no list of admins in it")
    return {str(each["id"]): each.get("name") for each in admins if isinstance(each, dict) and "id" in each}


def _refused(what: str, why: str) -> ReplyRefused:
    return ReplyRefused(what, why=why, fix="Nothing was sent. Correct it, then send it again.")


def _uncertain(reply: Reply, why: str) -> ReplyUncertain:
    return ReplyUncertain(
        f"It is not known whether the reply to conversation {reply.conversation_id} was sent.",
        why=why,
        fix="It was not sent again. Look at the conversation before you do: "
        f"intercom-pipeline conversations get {reply.conversation_id}",
    )
