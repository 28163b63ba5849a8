"""The columns of an input, by the names that a template calls them."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from intercom_pipeline.replies.audience.conversations import ID
from intercom_pipeline.replies.audience.faults import AudienceRefused
from intercom_pipeline.steering import one_line

BODY: Final = "body"
"""The column that holds ready bodies."""
_NO_SIGN_OF_A_NAME: Final = re.compile(r"\W+")
_VALUE: Final = re.compile(r"[\d.,+/:E -]+|.*@.*")
_SHOWN: Final = 20
_WIDEST: Final = 40


def variables(header: Sequence[str]) -> list[str]:
    """What each column is called in a template: `First name` is `First_name`; without a name it is ''.

    `conversation_id` and `body` are found however they are capitalised or spaced.

    Raises:
        AudienceRefused: A name is there twice, or `conversation_id` is not.
    """
    names = [_variable(name) for name in header]
    twice = [name for name, count in Counter(filter(None, names)).items() if count > 1]
    if ID not in names:
        raise _without_id(header, names)
    if twice:
        raise AudienceRefused(
            "Two columns have the same name.",
            why=f"A template could not tell them apart: {listed(twice)}.",
            fix="Rename or remove one of them.",
        )
    return names


def listed(names: Sequence[str]) -> str:
    """Names of columns for people, as many as are good to read."""
    shown = ", ".join(one_line(name, _WIDEST) for name in names[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown


def _variable(name: str) -> str:
    called = _NO_SIGN_OF_A_NAME.sub("_", name.strip())
    folded = called.casefold()
    return folded if folded in {ID, BODY} else called


def _without_id(header: Sequence[str], names: Sequence[str]) -> AudienceRefused:
    # Values in the place of names are somebody's, and are not repeated.
    if any(_VALUE.fullmatch(name.strip()) for name in header if name.strip()):
        why = "Its first line seems to hold values, not the names of columns."
    else:
        why = f"It has {listed([name for name in names if name]) or 'no columns'}."
    return AudienceRefused(
        f"There is no column {ID}.",
        why=why,
        fix=f"Call the column that holds the conversations' ids {ID}.",
    )
