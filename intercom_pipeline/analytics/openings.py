"""Opening messages: what a customer came with, in the customer's own words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from intercom_pipeline.analytics.threads import CUSTOMERS
from intercom_pipeline.intercom.plain import own_text_of

_LONGEST: Final = 20_000
"""Characters of a message that are looked at: what somebody is after stands at its beginning."""
# Where a message ends and an earlier one, or a signature, begins.
_END: Final = re.compile(
    r"""^(?:
        >.*
        | --\s*
        | [-_=*]{5,}.*
        | -+\s?(?:original|forwarded|ursprüngliche|weitergeleitete|message\ d'origine|mensaje\ original).*
        | (?:on|am|le|el|em|op|il)\b.{6,200}
            \b(?:wrote|schrieb|écrit|escribió|escreveu|schreef|scritto)\b.{0,80}:
        | (?:sent|get)\ (?:from|outlook)\b.*
        | von\ meinem\ .*gesendet.* | envoyé\ de(?:puis)?\ mon\ .* | enviado\ (?:desde|do|de)\ .*
        | (?:from|von|de)\s?:\ .*@.*
        | (?:(?:best|kind|warm|many)\ )?(?:regards|wishes|thanks)[\s,.!]*
        | (?:cheers|sincerely|yours|all\ the\ best|thank\ you|thanks\ in\ advance)[\s,.!]*
        | (?:mit\ )?(?:freundliche[nm]?|beste[nm]?|viele|liebe)\ grü(?:ß|ss)en?[\s,.!]* | (?:mfg|lg)[\s,.!]*
        | (?:bien\ )?cordialement[\s,.!]* | (?:un\ )?saludos?(?:\ cordial(?:es)?)?[\s,.!]*
        | atenciosamente[\s,.!]*
    )$""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """What a customer wrote first.

    Attributes:
        conversation_id: The conversation that it began.
        subject: An e-mail's subject, or "".
        text: The message as plain text, without what it quotes and without a signature.
    """

    conversation_id: str
    subject: str
    text: str


def openings_of(conversations: Iterable[Mapping[str, Any]]) -> Iterator[Opening]:
    """The opening messages of the conversations that customers began, in their order; one may be empty.

    It is where a notice stands in the place of what the customer wrote.
    """
    for conversation in conversations:
        source = conversation.get("source") or {}
        if (source.get("author") or {}).get("type") in CUSTOMERS:
            said = {} if _is_withheld(source) else source
            yield Opening(
                conversation_id=str(conversation.get("id")),
                subject=own_text_of(said.get("subject")),
                text=own_words(own_text_of((said.get("body") or "")[:_LONGEST])),
            )


def _is_withheld(source: Mapping[str, Any]) -> bool:
    """Whether Intercom gives a notice instead: it does for redacted messages and for all from Twitter.

    `source.body`: "For Twitter, this will show a generic message regarding why the body is obscured."
    """
    return bool(source.get("redacted")) or source.get("type") == "twitter"


def own_words(text: str) -> str:
    """A message without an earlier one below it and without its signature."""
    lines = text.splitlines()
    end = next((at for at, line in enumerate(lines) if at and _END.match(line)), len(lines))
    return "\n".join(lines[:end])
