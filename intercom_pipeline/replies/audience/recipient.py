"""Who is answered, and what with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """A conversation to answer.

    Attributes:
        row: Where it was asked for, as `row 3`.
        conversation_id: The conversation.
        values: What a template may use, by name.
    """

    row: str
    conversation_id: str
    values: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A conversation to answer, and what with.

    Attributes:
        row: Where it was asked for, as `row 3`.
        conversation_id: The conversation.
        body: What to say; empty for a quick reply without a text.
    """

    row: str
    conversation_id: str
    body: str = field(repr=False)
