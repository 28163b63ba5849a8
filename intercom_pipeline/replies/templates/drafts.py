"""The replies as they would be sent: a body for each recipient, each one checked."""

import re
from collections.abc import Sequence
from typing import Any, Final

from intercom_pipeline.intercom.plain import shows_nothing
from intercom_pipeline.replies.audience.columns import BODY, listed
from intercom_pipeline.replies.audience.faults import Fault, counted, told
from intercom_pipeline.replies.audience.recipient import Draft, Recipient
from intercom_pipeline.replies.errors import InputRefused
from intercom_pipeline.replies.templates.template import CONTROL, Template
from intercom_pipeline.replies.templates.values import (
    MOST_CHARACTERS,
    NO_VALUES,
    SHEET_ERRORS,
    Misfit,
    TooMuch,
)

# "None of" begins a sentence; any other None is what a program wrote for nothing.
_STRAY: Final = re.compile(
    rf"\b(?:None(?! of\b)|nan|NaN|NaT)\b|{'|'.join(map(re.escape, sorted(SHEET_ERRORS)))}"
)


class BodiesRefused(InputRefused):
    """A body is missing, or is not what anybody would send; nothing was planned."""


def drafts(
    recipients: Sequence[Recipient], template: Template | None, *, body_optional: bool = False
) -> list[Draft]:
    """What each recipient gets: the template with their values, or without one their column `body`.

    Args:
        recipients: Who is answered; all have the same columns.
        template: What is said; None where the input holds ready bodies, which stay as they are.
        body_optional: Whether a reply may go without a body, as a quick reply may: then it is empty.

    Raises:
        TemplateRefused: The template asks for columns that are not there.
        BodiesRefused: A body is missing or wrong; names the rows.
    """
    _check_columns(recipients, template, body_optional=body_optional)
    made, faults = list[Draft](), list[Fault]()
    for one in recipients:
        try:
            body = _body(one.values, template, optional=body_optional)
        except Misfit as misfit:
            faults.append(Fault(row=one.row, says=misfit.message or ""))
            if isinstance(misfit, TooMuch):
                break  # Ten thousand rows of it would take minutes.
        else:
            made.append(Draft(row=one.row, conversation_id=one.conversation_id, body=body))
    if faults:
        raise _refused(faults)
    return made


def _check_columns(
    recipients: Sequence[Recipient], template: Template | None, *, body_optional: bool
) -> None:
    columns = list(recipients[0].values) if recipients else []
    if template is not None and recipients:
        template.check(columns)
    elif template is None and BODY not in columns and not body_optional:
        raise BodiesRefused(
            "There is nothing to send.",
            why=f"No template was given, and there is no column {BODY}: {listed(columns)}.",
            fix=f"Give a template, or a column {BODY} with ready texts.",
        )


def _body(values: Any, template: Template | None, *, optional: bool) -> str:
    if template is not None:
        body = template.render(values)
        _check_stray(body, template.own_text)
    else:
        body = _ready(values.get(BODY))
        if not body and optional:
            return body
        _check_stray(body, "")
    _check(body)
    return body


def _ready(given: Any) -> str:
    """A ready body as it was given; empty where there is none."""
    if given is None:
        return ""
    if not isinstance(given, str):
        raise Misfit("its body is no text")
    if given.strip() in NO_VALUES:
        raise Misfit(f"its body is '{given.strip()}', which stands for a value that is missing")
    return given if given.strip() else ""


def _check_stray(body: str, own_text: str) -> None:
    """See that no value of a program's for nothing stands in a body; a template may say such a word."""
    if stray := _words(body) - _words(own_text):
        raise Misfit(f"its body says '{min(stray)}', which looks like a value that is missing")


def _words(text: str) -> set[str]:
    return set(_STRAY.findall(text))


def _check(body: str) -> None:
    if len(body) > MOST_CHARACTERS:
        raise Misfit(f"its body has more than {MOST_CHARACTERS:,} characters")
    if found := CONTROL.search(body):
        raise Misfit(f"its body holds a control sign (U+{ord(found[0]):04X})")
    if shows_nothing(body):
        raise Misfit("its body is empty: nothing of it would be seen")


def _refused(faults: Sequence[Fault]) -> BodiesRefused:
    return BodiesRefused(
        f"{counted(faults)}, so nothing was planned.",
        why=told(faults),
        fix="Correct the rows or the template, then plan again.",
    )
