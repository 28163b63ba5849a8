"""Whether a conversation shows that a reply was applied.

Intercom may write a body anew: paragraphs, links, entities. So texts are compared by the signs that people
see, without blanks; but only with parts that are newer than what there was before, and by the admin who
answered. Where that does not settle it, a person has to look.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from intercom_pipeline.intercom.plain import text_of
from intercom_pipeline.replies.parts import is_by_admin, parts_after
from intercom_pipeline.replies.reply import MessageType, Reply

SHOWN: Final = "The conversation shows it."
NOTHING: Final = "The conversation shows nothing of it."
OTHERWISE: Final = "A newer part by this admin reads otherwise: look at the conversation."
TOO_LONG: Final = "The conversation does not show any more what there was before: look at it."

_IMAGE = re.compile(r"\[image(?:: [^\]\n]*)?\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a conversation shows of a reply.

    Attributes:
        part_id: The part that it became; None where none is it.
        reason: Why none is; None where one is.
    """

    part_id: str | None = None
    reason: str | None = None


def find(
    reply: Reply, conversation: Mapping[str, Any], *, after: str | None, taken: Collection[str] = ()
) -> Found:
    """Look for a reply among the parts of a conversation.

    Args:
        reply: What was sent.
        conversation: The conversation as it is now.
        after: The id of its last part before; None where it had none.
        taken: The ids of parts that other replies became.
    """
    newer = parts_after(conversation, after)
    if newer is None:
        return Found(reason=TOO_LONG)
    theirs = [part for part in newer if _may_be(reply, part) and str(part["id"]) not in taken]
    for part in theirs:
        if _is(reply, part):
            return Found(part_id=str(part["id"]))
    return Found(reason=OTHERWISE if theirs else NOTHING)


def part_of(reply: Reply, conversation: Mapping[str, Any], *, after: str | None) -> str | None:
    """The part that a reply which was surely applied became: the one that says it, or the admin's newest."""
    found = find(reply, conversation, after=after).part_id
    newer = parts_after(conversation, after) or []
    theirs = [str(part["id"]) for part in newer if _may_be(reply, part)]
    return found or (theirs[-1] if theirs else None)


def _may_be(reply: Reply, part: Mapping[str, Any]) -> bool:
    """Whether the admin added a part of this kind: what a customer sees may come with an assignment."""
    is_note = str(part.get("part_type")).startswith("note")
    says_something = bool(part.get("body") or part.get("attachments") or _options_of(part))
    return (
        part.get("id") is not None
        and is_by_admin(part, reply.admin_id)
        and is_note is (reply.message_type is MessageType.NOTE)
        and says_something
    )


def _is(reply: Reply, part: Mapping[str, Any]) -> bool:
    body = part.get("body")
    said, wanted = _seen(body) if isinstance(body, str) else "", _seen(reply.body)
    options = _options_of(part)
    if reply.options and options is not None:
        # Intercom need not show the text of a quick reply beside its options.
        return options == list(reply.options) and said in {"", wanted}
    if wanted:
        return said == wanted
    return (
        not said and not reply.options and _pictures(part) == _images(reply.body) + len(reply.attachment_urls)
    )


def _seen(html: str) -> str:
    """The signs that people see: no blanks, no joiners, no pictures, ligatures and full-width signs plain."""
    plain = unicodedata.normalize("NFKC", _IMAGE.sub("", text_of(html)))
    return "".join(sign for sign in plain if unicodedata.category(sign)[0] not in "ZC" and sign != "\ufe0f")


def _images(html: str) -> int:
    return len(_IMAGE.findall(text_of(html)))


def _pictures(part: Mapping[str, Any]) -> int:
    attached, body = part.get("attachments"), part.get("body")
    return (len(attached) if isinstance(attached, list) else 0) + (
        _images(body) if isinstance(body, str) else 0
    )


def _options_of(part: Mapping[str, Any]) -> Sequence[str] | None:
    """What a quick reply offers; None where the part shows none."""
    metadata = part.get("metadata")
    options = metadata.get("quick_reply_options") if isinstance(metadata, dict) else None
    if not isinstance(options, list) or not options:
        return None
    return [str(each.get("text")) for each in options if isinstance(each, dict)]
