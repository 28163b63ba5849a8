"""Who is answered, and what with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """A conversation that is to be answered.

    Attributes:
        row: Where it was asked for, as `row 3`.
        conversation_id: The conversation.
        values: What a template may say of it, by name; `conversation_id` is among them.
    """

    row: str
    conversation_id: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A reply as it would be sent.

    Attributes:
        row: Where it was asked for, as `row 3`.
        conversation_id: The conversation.
        body: The text; empty for a quick reply without one.
    """

    row: str
    conversation_id: str
    body: str
