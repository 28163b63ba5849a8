"""A campaign's name: names that look alike are one, since a conversation is answered once in a campaign."""

import unicodedata
from typing import Final

from intercom_pipeline.intercom.plain import shows_nothing
from intercom_pipeline.replies.errors import PlanRefused
from intercom_pipeline.steering import one_line

_LONGEST: Final = 100
_UNSEEN_MARKS: Final = frozenset(
    {0x34F, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
)
"""Marks that nobody sees: Unicode's Default_Ignorable_Code_Point of category M."""


def campaign_named(text: str) -> str:
    """The campaign that a text means; case, width, composition and blanks around or in a row make no other.

    Raises:
        PlanRefused: It names none, or holds signs that nobody sees.
    """
    name = " ".join(_folded(text).split())
    if not name or len(name) > _LONGEST or one_line(name) != name or any(map(_is_unseen, name)):
        raise PlanRefused(
            "The campaign has no name that could be kept.",
            why=f"It is empty, longer than {_LONGEST} signs, or holds some that cannot be seen.",
            fix="Name what the replies are for, such as: outage 2026-11-20.",
        )
    return name


def _folded(text: str) -> str:
    """As Unicode compares without regard to case and compatibility (D146), composed."""
    once = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", once.casefold()))


def _is_unseen(sign: str) -> bool:
    """Whether it shows nothing; a mark shows on the letter before it."""
    if unicodedata.category(sign)[0] == "M":
        return ord(sign) in _UNSEEN_MARKS
    return sign != " " and shows_nothing(sign)
