"""Custom attributes that only a few records carry: archived, hidden, or named almost like another."""

from collections.abc import Sequence
from typing import Any

from intercom_pipeline.sandbox.content.chance import share
from intercom_pipeline.sandbox.content.entries import Draw

_Odd = Sequence[tuple[float, dict[str, Any]]]
# Each stands up to the fraction of records named: 0.06 and 0.11 give the second to 5 of 100.
_OF_CONTACTS: _Odd = (
    (0.06, {"job title": "planner"}),
    (0.11, {"legacy_plan": "gold"}),
    (0.20, {"internal_score": 71}),
)
_OF_COMPANIES: _Odd = ((0.12, {"Region": "Europe"}), (0.20, {"seats-bought": "25"}))
_OF_CONVERSATIONS: _Odd = ((0.06, {"language": "english"}), (0.14, {'Root "cause" 🔍': "misuse"}))


def odd_of_contact(seed: int, index: int) -> dict[str, Any]:
    """What the contact of an index has beside the usual custom attributes; mostly nothing."""
    return _found(_OF_CONTACTS, share(seed, Draw.CONTACT_ATTRIBUTES, index))


def odd_of_company(seed: int, index: int) -> dict[str, Any]:
    """What the company of an index has beside the usual custom attributes; mostly nothing."""
    return _found(_OF_COMPANIES, share(seed, Draw.COMPANY_ATTRIBUTES, index))


def odd_of_conversation(seed: int, index: int) -> dict[str, Any]:
    """What the conversation of an index has beside the usual custom attributes; mostly nothing."""
    return _found(_OF_CONVERSATIONS, share(seed, Draw.CONVERSATION_ATTRIBUTES, index))


def _found(odd: _Odd, drawn: float) -> dict[str, Any]:
    return next((attributes for limit, attributes in odd if drawn < limit), {})
