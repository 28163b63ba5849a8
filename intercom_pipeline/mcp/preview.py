"""What a planned reply looks like to the person who decides: all that would be sent, and who sees it."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from intercom_pipeline.intercom.plain import text_of
from intercom_pipeline.mcp.plans import Became
from intercom_pipeline.replies.reply import MessageType, Reply
from intercom_pipeline.steering import one_line

_LONGEST_NAME: Final = 80
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Zl", "Zp"})
"""The categories of signs that nobody sees (controls, formats, unassigned ones, odd line ends)."""
_SHOWN_ANYHOW: Final = frozenset("\n\t\u200c\u200d")
"""Line ends, and what joins or parts letters in some scripts and in emoji."""
_FENCES: Final = re.compile("`{3,}")


def preview(reply: Reply, conversation: Mapping[str, Any], *, became: Became | None, may_apply: bool) -> str:
    """A reply as a text for people. Its body stands between fences, as it is sent."""
    lines = [
        f"A {reply.message_type} in conversation {reply.conversation_id}, by admin {reply.admin_id}.",
        f"Seen by: {seen_by(reply, conversation)}.",
        *_remarks(reply, conversation),
        "",
        *_body(reply.body),
        "",
        _next(became, may_apply=may_apply),
    ]
    return "\n".join(lines)


def seen_by(reply: Reply, conversation: Mapping[str, Any]) -> str:
    """Who will see a reply; a customer's name on one line, whatever stands in it."""
    if reply.message_type is MessageType.NOTE:
        return "teammates alone"
    author = _mapping(_source(conversation).get("author"))
    name = " ".join(one_line(str(author.get("name") or "")).split())
    named = f" ({one_line(name, _LONGEST_NAME)})" if name and author.get("type") != "admin" else ""
    return f"the customer{named}, by every channel of the conversation"


def _remarks(reply: Reply, conversation: Mapping[str, Any]) -> list[str]:
    if reply.message_type is MessageType.COMMENT and _source(conversation).get("type") == "email":
        return ["The conversation came by e-mail: Intercom may store the reply without e-mailing it."]
    return []


def _body(body: str) -> list[str]:
    text = text_of(body)
    lines = ["What is sent:", *_fenced(body)]
    if text.split() != body.split():
        lines += ["", "It is HTML, and reads about like this:", *_fenced(text)]
    return lines


def _fenced(text: str) -> list[str]:
    """A text between fences that are longer than any in it; signs that nobody sees stand as escapes."""
    fence = "`" * (max(map(len, _FENCES.findall(text)), default=2) + 1)
    return [fence, "".join(map(_shown, text)), fence]


def _shown(sign: str) -> str:
    hidden = unicodedata.category(sign) in _UNSEEN and sign not in _SHOWN_ANYHOW
    return f"\\u{ord(sign):04x}" if hidden else sign


def _next(became: Became | None, *, may_apply: bool) -> str:
    if became is not None:
        return f"It is not sent again. {became.told}"
    if may_apply:
        return "Nothing was sent yet: apply_reply sends it, once, within 15 minutes."
    return (
        "Nothing was sent, and this server may not: a person sends it in Intercom, or with "
        "intercom-pipeline conversations reply."
    )


def _source(conversation: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(conversation.get("source"))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
