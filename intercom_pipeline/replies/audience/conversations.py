"""The conversations that an input names: each once, each by an id that Intercom could have given."""

import re
from collections.abc import Iterable
from typing import Final

from intercom_pipeline.intercom.ids import IdRefused, checked_id
from intercom_pipeline.replies.audience.faults import AudienceRefused, Fault, counted, told
from intercom_pipeline.replies.audience.recipient import Recipient
from intercom_pipeline.replies.plan import MOST_REPLIES

ID: Final = "conversation_id"
"""The column that names the conversation."""
_DOUBLE: Final = "the same conversation as"
_SPOILT: Final = re.compile(r"\d+([.,]\d+)?E\+?\d+|\d{9,}[.,]0+", re.IGNORECASE)


def named_once(found: Iterable[Recipient | Fault], *, doubled: str = "") -> list[Recipient]:
    """The recipients, in their order; what is no recipient is a fault already.

    Args:
        found: What the rows hold.
        doubled: What to do about a conversation that is there twice, beside what is done about any row.

    Raises:
        AudienceRefused: A row is wrong, there is none, or there are more than a plan may have.
    """
    recipients, faults, rows = list[Recipient](), list[Fault](), dict[str, str]()
    for count, one in enumerate(found, 1):
        if count > MOST_REPLIES:
            raise _too_many()
        fault = one if isinstance(one, Fault) else _fault(one, rows)
        if fault is not None:
            faults.append(fault)
        elif isinstance(one, Recipient):
            rows[one.conversation_id] = one.row
            recipients.append(one)
    if faults:
        raise _refused(faults, doubled)
    if not recipients:
        raise _nobody()
    return recipients


def _fault(recipient: Recipient, rows: dict[str, str]) -> Fault | None:
    given = recipient.conversation_id
    says = _why_no_id(given)
    if says is None and given in rows:
        says = f"{_DOUBLE} {rows[given]}"
    return None if says is None else Fault(row=recipient.row, says=says)


def _why_no_id(given: str) -> str | None:
    """What is wrong with an id; it is not repeated, since whatever stands in its place may be a name."""
    if not given:
        return f"no {ID}"
    if given.casefold() == "last":
        return "'last' is no conversation: it may be another one by the time the reply is sent"
    if given == ID:
        return "the name of a column, not an id; a file with columns is given as CSV"
    if _SPOILT.fullmatch(given):
        return (
            "a spreadsheet spoilt the id by taking it for a number; "
            "format the column as text, fill it in again from the source, and save it as CSV"
        )
    try:
        checked_id(given, of="conversation")
    except IdRefused:
        return f"the {ID} is none: Intercom's have letters, digits, _ and - only"
    return None


def _refused(faults: list[Fault], doubled: str) -> AudienceRefused:
    advice = doubled if any(fault.says.startswith(_DOUBLE) for fault in faults) else ""
    return AudienceRefused(
        f"{counted(faults)}, so nothing was planned.",
        why=told(faults),
        fix=f"Correct or remove what is named, then plan again. {advice}".strip(),
    )


def _too_many() -> AudienceRefused:
    return AudienceRefused(
        f"There are more than {MOST_REPLIES:,} rows.",
        why=f"A plan has at most {MOST_REPLIES:,} replies; the rest was not read.",
        fix="Divide it into several plans of the same campaign: none is answered twice.",
    )


def _nobody() -> AudienceRefused:
    return AudienceRefused(
        "There is nobody to answer.",
        why="The input has no rows.",
        fix=f"Give a row for each conversation, with its {ID}.",
    )
