"""Whether a step may be done, by what its conversation is now; nothing here asks or writes anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from intercom_pipeline.replies.ledger.values import Outcome, Sending, Step
from intercom_pipeline.replies.parts import (
    is_by_customer,
    newest_part_of,
    newest_part_until,
    parts_after,
)
from intercom_pipeline.replies.plan import Plan, Seen, Then, seen_in
from intercom_pipeline.replies.reply import Reply
from intercom_pipeline.replies.sending import actions, shown
from intercom_pipeline.replies.sending.due import Due

GONE: Final = "There is no such conversation any more."
"""Kept in ledgers, and told apart there: it stays as it is."""
ANOTHER: Final = "Intercom answers with another conversation."
CHANGED: Final = "Something is newer than the reply that may have been sent: look at the conversation."
SEEMS_ANSWERED: Final = "It seems to be answered so already: look at the conversation."
ANSWERED: Final = "The customer answered meanwhile."


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Why a step is not done.

    Attributes:
        outcome: What it is therefore: FAILED, STALE, HELD, or SENT where the conversation shows it.
        reason: Why.
        part_id: The part that shows it.
        newest_before: Of what seems to be answered already, the last part before that answer, if any.
        counts: Whether it counts as a failure of the run: what changed or is gone does not.
    """

    outcome: Outcome
    reason: str | None = None
    part_id: str | None = None
    newest_before: str | None = None
    counts: bool = False


OVER: Final = Verdict(outcome=Outcome.STALE, reason="The time it was to be snoozed until is over.")


def is_beyond_trying(sending: Sending) -> bool:
    """Whether it is never sent any more, however often it is tried: for a person to see to, or nobody."""
    held = sending.outcome is Outcome.HELD and sending.reason in {CHANGED, ANSWERED}
    return held or sending.reason == GONE


def on_reply(plan: Plan, due: Due, conversation: dict[str, Any] | None) -> Verdict | None:
    """Why a reply is not sent into what its conversation is now; None where it is."""
    held = due.before[Step.REPLY] if due.was_held(Step.REPLY) else None
    missing = _missing(due, conversation, held=held is not None)
    if missing is not None or conversation is None:
        return missing
    if held is not None:
        return _on_held(plan.reply_to(due.planned), due, conversation, held)
    change = _change(due.planned.seen, seen_in(conversation))
    return _changed(plan.reply_to(due.planned), due, conversation, change) if change else None


def on_following(
    then: Then, due: Due, conversation: dict[str, Any] | None, *, after: str | None
) -> Verdict | None:
    """Why what follows a reply is not done; None where it is. `after` is the part that the reply became."""
    held = due.was_held(Step.THEN)
    missing = _missing(due, conversation, held=held)
    if missing is not None or conversation is None:
        return missing
    if held and actions.is_done(then, conversation):
        return Verdict(outcome=Outcome.SENT, reason=shown.SHOWN)
    if _was_answered(conversation, after):
        return Verdict(outcome=Outcome.HELD if held else Outcome.STALE, reason=ANSWERED)
    return None


def _missing(due: Due, conversation: Mapping[str, Any] | None, *, held: bool) -> Verdict | None:
    if conversation is None:
        return Verdict(outcome=Outcome.HELD if held else Outcome.FAILED, reason=GONE)
    if str(conversation.get("id")) != due.planned.conversation_id:
        return Verdict(outcome=Outcome.HELD if held else Outcome.STALE, reason=ANOTHER)
    return None


def _on_held(reply: Reply, due: Due, conversation: Mapping[str, Any], held: Sending) -> Verdict | None:
    """A reply that was looked for in vain may have come later; where anything else did, a person looks."""
    before = held.intent.newest_part
    found = shown.find(reply, conversation, after=before, taken=due.taken)
    if found.part_id is not None:
        return Verdict(outcome=Outcome.SENT, reason=shown.SHOWN, part_id=found.part_id)
    if newest_part_of(conversation) != before:
        return Verdict(outcome=Outcome.HELD, reason=CHANGED)
    return None


def _changed(reply: Reply, due: Due, conversation: Mapping[str, Any], change: str) -> Verdict:
    """What changed is stale, and planned again where it still needs the reply; what has it is not.

    As where the ledger was exchanged for an older copy, which does not know what was sent since.
    """
    before = newest_part_until(conversation, due.planned.seen.updated_at)
    if shown.find(reply, conversation, after=before, taken=due.taken).part_id is None:
        return Verdict(outcome=Outcome.STALE, reason=change)
    return Verdict(outcome=Outcome.HELD, reason=SEEMS_ANSWERED, newest_before=before)


def _change(planned: Seen, now: Seen) -> str | None:
    """What of a conversation is another than when it was planned; what was not said then is not compared."""
    if planned.parts is not None and now.parts is not None and planned.parts != now.parts:
        return f"It had {planned.parts} parts when it was planned, and has {now.parts}."
    if planned.state is not None and planned.state != now.state:
        return f"It was {planned.state} when it was planned, and is {now.state or 'of no known state'}."
    if planned.updated_at != now.updated_at:
        return "It was changed after it was planned."
    return None


def _was_answered(conversation: Mapping[str, Any], after: str | None) -> bool:
    """Whether the customer says something newer; where the conversation does not show it, it counts as so."""
    newer = parts_after(conversation, after)
    return newer is None or any(is_by_customer(part) for part in newer)
