"""What the ledger holds."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from intercom_pipeline.replies.plan import GOOD_FOR


class Step(StrEnum):
    """What is done with a conversation; each is done once, and each has an outcome of its own."""

    REPLY = "reply"
    THEN = "then"
    """What follows the reply: closing, snoozing, assigning or tagging the conversation."""


class Outcome(StrEnum):
    """What became of a step.

    (none) ──intend──▶ INTENDED ──▶ SENT
                          ├──────▶ FAILED   surely not applied; may be tried again
                          ├──────▶ STALE    not sent: the conversation is not what it was when planned
                          ├──────▶ UNKNOWN  may have been applied: never sent again by itself
                          └──────▶ what it was before, where it was stopped and surely never left
    INTENDED by a process that is gone is UNKNOWN.
    UNKNOWN ──resolve──▶ SENT (the conversation shows it) or HELD (it does not)
    HELD ──a person's retry──▶ INTENDED
    HELD ──a person looked──▶ SENT or STALE
    """

    INTENDED = "intended"
    SENT = "sent"
    FAILED = "failed"
    STALE = "stale"
    UNKNOWN = "unknown"
    HELD = "held"


SURELY_NOT_APPLIED: Final = frozenset({Outcome.FAILED, Outcome.STALE})
"""What another plan of the campaign may try again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """What a step is done for, once."""

    workspace_id: str
    campaign: str
    conversation_id: str
    step: Step = Step.REPLY


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """What is about to be sent, committed before it is.

    Attributes:
        key: For what.
        plan_id: By which plan.
        run_id: By which run of it.
        by: Who applies it, such as `ada@host` or `dagster run 3f2a…`.
        admin_id: As whom.
        message_type: comment, note or quick_reply; for what follows a reply, the action.
        body_sha256: The hash of what is sent; of nothing for what follows.
        newest_part: The id of the conversation's last part before; None where it has none.
    """

    key: Key
    plan_id: str
    run_id: str
    by: str
    admin_id: str
    message_type: str
    body_sha256: str
    newest_part: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """A step as the ledger knows it.

    Attributes:
        intent: The last intent.
        outcome: What became of it.
        attempts: How often it was intended.
        intended_at: When it was last.
        settled_at: When its outcome was noted; None while it is intended.
        part_id: The id of the part that a reply became, where that is known.
        request_id: Intercom's id of the request, where an answer named one.
        reason: Why it was not sent or is not known, in a sentence without anything personal.
    """

    intent: Intent
    outcome: Outcome
    attempts: int
    intended_at: datetime
    settled_at: datetime | None = None
    part_id: str | None = None
    request_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanEntry:
    """A plan in a list of them.

    Attributes:
        plan_id: Its id.
        campaign: What it is for.
        workspace_id: Intercom's id of the workspace.
        message_type: Who sees the replies.
        replies: How many there are.
        created_at: When it was made.
        confirmed_at: When somebody first confirmed it; None where nobody did.
        stopped_at: When somebody stopped it; None where nobody did, or it was resumed.
        outcomes: How many replies have which outcome; those not begun are missing.
        purged: Whether a person in it was purged, so that it is not applied any more.
    """

    plan_id: str
    campaign: str
    workspace_id: str
    message_type: str
    replies: int
    created_at: datetime
    confirmed_at: datetime | None
    stopped_at: datetime | None
    outcomes: dict[Outcome, int]
    purged: bool = False

    @property
    def expires_at(self) -> datetime:
        """From when on it is not applied any more."""
        return self.created_at + GOOD_FOR
