"""A conversation to read: who said what, as plain text."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from intercom_pipeline.analytics.threads import Message, messages_of, moment_of_seconds
from intercom_pipeline.cli.output import joined, moment, remarks, results
from intercom_pipeline.cli.views import about, customer_of, short
from intercom_pipeline.steering import one_line

_SHOWN = 4_000
"""Characters of one message that are shown."""


def print_conversation(conversation: Mapping[str, Any]) -> None:
    """What a conversation is about, then its messages, oldest first."""
    for line in summary_of(conversation):
        results().print(line, soft_wrap=True)
    messages = list(messages_of(conversation))
    for message in messages:
        results().print()
        print_message(message)
    _print_missing(conversation, len(messages) - 1)


def summary_of(conversation: Mapping[str, Any]) -> list[Text]:
    """A conversation in two lines: its id, state and customer; what it is about."""
    updated = moment(moment_of_seconds(conversation.get("updated_at")))
    head = joined(
        [
            f"Conversation {conversation.get('id')}",
            str(conversation.get("state") or ""),
            f"changed {updated}" if updated else "",
            f"with {customer_of(conversation)}",
        ]
    )
    return [Text(one_line(head), style="bold"), Text(one_line(about(conversation), 200))]


def print_message(message: Message) -> None:
    """Who and when on one line, what was said below it."""
    done = "" if message.kind in {"comment", "opening"} else message.kind.replace("_", " ")
    who = f"{short(one_line(message.author))} ({message.party})"
    results().print(
        Text(joined([moment(message.at), who, one_line(done)]), style="cyan" if message.text else "dim"),
        soft_wrap=True,
    )
    for line in shortened(message.text).splitlines():
        results().print(Text(f"  {one_line(line)}"), soft_wrap=True)
    for name in message.attachments:
        results().print(Text(f"  [attached: {one_line(name)}]", style="dim"), soft_wrap=True)


def shortened(text: str) -> str:
    """A message, or its beginning with a note of how much is left out."""
    if len(text) <= _SHOWN:
        return text
    return f"{text[:_SHOWN]}…\n[{len(text) - _SHOWN:,} more characters: see --json]"


def _print_missing(conversation: Mapping[str, Any], parts: int) -> None:
    counted = (conversation.get("statistics") or {}).get("count_conversation_parts")
    if isinstance(counted, int) and parts < counted:
        remarks().print(f"{parts} of {counted} parts: Intercom gives the 500 newest.", style="dim")
