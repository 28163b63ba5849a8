"""A reply from the command line: shown, confirmed, sent once."""

import sys
from dataclasses import asdict, dataclass, replace
from typing import Any

import typer
from rich.text import Text

from intercom_pipeline.analytics.threads import Message, messages_of
from intercom_pipeline.api import AsyncIntercom
from intercom_pipeline.cli.asking import can_ask
from intercom_pipeline.cli.everyday import Asking, connection_of
from intercom_pipeline.cli.exits import NotPrinted, UsageRefused
from intercom_pipeline.cli.output import moment, remarks
from intercom_pipeline.cli.record_list import indented
from intercom_pipeline.cli.stopping import run, stoppable
from intercom_pipeline.cli.thread_page import summary_of
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.intercom.errors import PermissionMissing
from intercom_pipeline.replies.parts import newest_part_of
from intercom_pipeline.replies.reply import MessageType, Reply, Sent, check, look, send
from intercom_pipeline.steering import one_line

_SHOWN = 300


class NotConfirmed(PipelineError):
    """Somebody was asked whether to send a reply, and said no."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a reply is about to be added to.

    Attributes:
        conversation: The conversation as Intercom sent it.
        admin: The name of the admin who answers; None where the token may not read it.
    """

    conversation: dict[str, Any]
    admin: str | None


def check_can_confirm(*, yes: bool, from_stdin: bool) -> None:
    """See that somebody can be asked, before anything is.

    Raises:
        UsageRefused: Nobody can, and --yes was not given.
    """
    if not yes and (from_stdin or not can_ask()):
        raise UsageRefused(
            "Nobody can confirm the reply.",
            why="stdin is no terminal." if not from_stdin else "stdin holds the reply's text.",
            fix="Add --yes to send it without asking.",
        )


def reply(asking: Asking, written: Reply, *, yes: bool, as_json: bool) -> None:
    """Show a reply, ask, send it once and tell what became of it.

    Raises:
        NotConfirmed: Somebody said no; nothing was sent.
        ReplyRefused: It cannot be sent as it is; nothing was sent.
        ReplyUncertain: It was sent, and no answer says whether Intercom applied it.
        NotPrinted: It was sent, and stdout takes no word of it.
        IntercomError: Intercom did not apply it.
    """
    connection = connection_of(asking.settings())
    with stoppable(why="Nothing was sent."):
        seen = run(_look(connection, written))
        if not yes:
            _agree(connection, seen, written)
    # A connection of its own: one that waited for a person may be dead, and a reply lost on it uncertain.
    fix = f"Look before you send it again: intercom-pipeline conversations get {written.conversation_id}"
    with stoppable(why="The reply may have been sent.", fix=fix):
        sent = run(_send(connection, written))
        _tell(sent, written, as_json=as_json)


def _agree(connection: Connection, seen: Seen, written: Reply) -> None:
    """Show and ask; again where somebody wrote in the conversation meanwhile.

    Raises:
        NotConfirmed: Somebody said no.
    """
    while True:
        _preview(seen, written)
        _confirm(written)
        now = run(_look_again(connection, written))
        if newest_part_of(now) == newest_part_of(seen.conversation):
            return
        remarks().print(Text("The conversation changed while you were asked. It is now:", style="bold"))
        seen = replace(seen, conversation=now)


async def _look(connection: Connection, written: Reply) -> Seen:
    async with AsyncIntercom(connection) as intercom:
        conversation = await check(intercom.client, written)
        try:
            names = {str(admin["id"]): admin.get("name") async for admin in intercom.list_admins()}
        except PermissionMissing:
            names = {}
        return Seen(conversation=conversation, admin=names.get(written.admin_id))


async def _look_again(connection: Connection, written: Reply) -> dict[str, Any]:
    async with AsyncIntercom(connection) as intercom:
        return await look(intercom.client, written)


async def _send(connection: Connection, written: Reply) -> Sent:
    async with AsyncIntercom(connection) as intercom:
        return await send(intercom.client, written)


def _preview(seen: Seen, written: Reply) -> None:
    lines = [*summary_of(seen.conversation), *_last_message(seen.conversation), Text("")]
    lines += [
        Text(f"As       {one_line(seen.admin or 'admin')} ({written.admin_id})"),
        Text(f"Seen by  {_seen_by(seen.conversation, written)}", style="bold"),
        Text(""),
        *(Text(f"  {one_line(line)}") for line in written.body.splitlines()),
        *(Text(f"  [attached: {one_line(url)}]", style="dim") for url in written.attachment_urls),
        Text(""),
    ]
    for line in lines:
        remarks().print(line, soft_wrap=True)


def _last_message(conversation: dict[str, Any]) -> list[Text]:
    said: list[Message] = [message for message in messages_of(conversation) if message.text]
    if not said:
        return []
    last = said[-1]
    words = one_line(" ".join(last.text.split()), _SHOWN)
    return [Text(f"Last     {moment(last.at)}, {one_line(last.author)} ({last.party}): {words}")]


def _seen_by(conversation: dict[str, Any], written: Reply) -> str:
    if written.message_type is MessageType.NOTE:
        return "teammates alone"
    channel = (conversation.get("source") or {}).get("type")
    return f"THE CUSTOMER, by {'messenger' if channel == 'conversation' else one_line(str(channel))}"


def _confirm(written: Reply) -> None:
    if not typer.confirm(f"Send this {written.message_type}?", err=True):
        raise NotConfirmed(
            "Nothing was sent.", why="It was not confirmed.", fix="Change it and run the command again."
        )


def _tell(sent: Sent, written: Reply, *, as_json: bool) -> None:
    """Print what became of it, all the way to its reader.

    Raises:
        NotPrinted: It cannot be.
    """
    part = f" as part {one_line(sent.part_id)}" if sent.part_id else ""
    told = f"The {written.message_type} was added to conversation {written.conversation_id}{part}.\n".encode()
    try:
        sys.stdout.buffer.write(indented(asdict(sent)) + b"\n" if as_json else told)
        sys.stdout.flush()
    except Exception as error:
        raise NotPrinted(
            f"The reply was sent{part}; only printing it failed.",
            why=f"{type(error).__name__}: {error}",
            fix="Do not send it again. Look at it: "
            f"intercom-pipeline conversations get {written.conversation_id}",
        ) from error
