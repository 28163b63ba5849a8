"""What a run of a plan tells while it sends."""

from dataclasses import dataclass
from enum import StrEnum

from intercom_pipeline.replies.ledger.values import Outcome, Step


class Ending(StrEnum):
    """How a run ended."""

    COMPLETE = "complete"
    """Everything that was due was tried."""
    STOPPED = "stopped"
    """Somebody stopped the plan or the run; the rest can be resumed."""
    BROKEN = "broken"
    """Too much went wrong, so the rest was not tried."""
    CAPPED = "capped"
    """As many as one run or one day may send were sent."""
    EXPIRED = "expired"
    """The plan became too old while it was applied."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A run begins.

    Attributes:
        pending: How many replies are due.
        done: How many of the plan's replies are not: they were sent, or need a person.
        at_most: How many this run may send before it has to stop, by the caps; `pending` where those allow
            all of it.
        following: In how many conversations only what follows the reply is due.
    """

    pending: int
    done: int
    at_most: int
    following: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What became of a step is known; where nothing is sent (a dry run), what would become of it.

    Attributes:
        conversation_id: The conversation.
        step: Which step.
        outcome: What became of it.
        reason: Why it was not sent or is not known, in a sentence without anything personal.
    """

    conversation_id: str
    step: Step
    outcome: Outcome
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A run is over.

    Attributes:
        why: How it ended.
        reason: Why it did not go on, in a sentence or two; None where it is complete.
    """

    why: Ending
    reason: str | None = None


Event = Begun | Settled | Ended
