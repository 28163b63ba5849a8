"""What is written to Intercom, on what grounds, and what became of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from intercom_pipeline.replies.ledger.values import Outcome, Sending
from intercom_pipeline.replies.sending.judging import Verdict
from intercom_pipeline.replies.sending.pace import Moment


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """What is sent.

    Attributes:
        path: Where to.
        json: What.
        is_answer: Whether this is what Intercom answers to it.
        part_of: The id of the part that it became, by the answer.
    """

    path: str
    json: dict[str, Any]
    is_answer: Callable[[dict[str, Any]], bool]
    part_of: Callable[[dict[str, Any]], str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """What is known of the conversation that is written to.

    Attributes:
        before: What the ledger knew of the step; None where nothing.
        at: When it was read.
        again: Reads it again, and gives why the write may not be done any more; None where it may.
    """

    before: Sending | None
    at: Moment
    again: Callable[[], Awaitable[Verdict | None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Became:
    """What became of a write.

    Attributes:
        outcome: SENT, FAILED or UNKNOWN.
        reason: Why not SENT.
        part_id: The part that it became, where the answer shows it.
        request_id: Intercom's id of the request.
        answer: What Intercom answered; empty unless SENT.
    """

    outcome: Outcome
    reason: str | None = None
    part_id: str | None = None
    request_id: str | None = None
    answer: dict[str, Any] = field(default_factory=dict)
