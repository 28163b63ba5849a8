"""How a plan stands, told: counts by outcome, what was not sent and why, what to do next."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from intercom_pipeline.cli.output import columns, number, results, show, typed
from intercom_pipeline.replies.ledger.values import Outcome, Sending, Step
from intercom_pipeline.replies.plan import short_id
from intercom_pipeline.replies.sending.events import Settled
from intercom_pipeline.replies.sending.standing import Standing
from intercom_pipeline.steering import one_line

if TYPE_CHECKING:
    from rich.console import Console

    from intercom_pipeline.cli.replies.states import Now
    from intercom_pipeline.replies.plan import Plan

_MOST_SHOWN = 20
_MEANS: Final = {
    Outcome.INTENDED: "was being sent when the process died",
    Outcome.SENT: "Intercom has it",
    Outcome.FAILED: "surely not sent",
    Outcome.STALE: "not sent: the conversation changed, or somebody looked",
    Outcome.UNKNOWN: "may have been sent; not sent again by itself",
    Outcome.HELD: "may have been sent; waits for somebody to look",
}
_ON_ITS_WAY = "being sent now"
_LEFT = "not sent yet"
_ELSEWHERE = "answered by another plan of this campaign, or maybe"


def replies(count: int) -> str:
    """A number of replies, in words."""
    return f"{number(count)} {'reply' if count == 1 else 'replies'}"


def print_lines(lines: Iterable[str], console: "Console | None" = None) -> None:
    """Lines for people, which steer nothing; on stdout unless another console is named."""
    console = console or results()
    for line in lines:
        console.print(Text(one_line(line)), soft_wrap=True)


def found_line(found: Settled) -> str:
    """What was found out about a step."""
    which = "" if found.step is Step.REPLY else ", what follows,"
    why = f": {found.reason}" if found.reason else ""
    return f"{found.conversation_id}{which} {found.outcome}{why}"


def print_standing(plan: "Plan | None", standing: Standing, *, on_its_way: int = 0) -> None:
    """Counts by outcome and what was not sent, for people.

    Args:
        plan: The plan; None where it is not kept any more.
        standing: How it stands.
        on_its_way: How many steps a live process has begun, which are no trouble.
    """
    has_then = bool(standing.then) if plan is None else plan.then is not None
    table = columns("replies", *(["then"] if has_then else []), "outcome", "", right=("replies", "then"))
    for outcome in Outcome:
        counts = [standing.outcomes.get(outcome, 0), *([standing.then.get(outcome, 0)] if has_then else [])]
        if any(counts):
            is_being_sent = outcome is Outcome.INTENDED and on_its_way
            means = _ON_ITS_WAY if is_being_sent else _MEANS[outcome]
            table.add_row(*map(number, counts), str(outcome), means)
    left = [standing.left, *([standing.then_left] if has_then else [])]
    if any(left):
        table.add_row(*map(number, left), "left", _LEFT)
    if standing.elsewhere:
        table.add_row(number(standing.elsewhere), *([""] if has_then else []), "elsewhere", _ELSEWHERE)
    show(table)
    _print_troubles(standing)


def _print_troubles(standing: Standing) -> None:
    if not standing.troubles:
        return
    results().print()
    table = columns("conversation", "step", "outcome", "reason", wrapped=("reason",))
    for each in standing.troubles[:_MOST_SHOWN]:
        key = each.intent.key
        table.add_row(one_line(key.conversation_id), key.step, each.outcome, one_line(each.reason or ""))
    show(table)
    more = len(standing.troubles) - _MOST_SHOWN
    if more > 0:
        results().print(f"and {number(more)} more: replies status PLAN --json has all of them", style="dim")


def print_next(plan: "Plan", standing: Standing, *, confirmed: bool, now: "Now | None" = None) -> None:
    """What to do next, also while a process sends: `now` tells of it."""
    for line in next_steps(plan, standing, confirmed=confirmed, now=now):
        results().print(Text(line, style="cyan"), soft_wrap=True)


def next_steps(
    plan: "Plan", standing: Standing, *, confirmed: bool, now: "Now | None" = None
) -> Iterator[str]:
    """What to do next, a sentence each."""
    yield from _about_troubles(plan, standing)
    if now and now.is_being_sent:
        # It may be resolved, which nothing but its process ends.
        yield f"If it sends, this stops it: {_verb('stop', plan)}"
    elif standing.left or standing.then_left:
        yield _go_on(plan, confirmed=confirmed)
    if now.is_done if now else standing.is_done:
        yield "All of it is done."


def _about_troubles(plan: "Plan", standing: Standing) -> Iterator[str]:
    """What to do about what was not sent or is not known; nothing is done about what is gone."""
    outcomes = standing.to_see_to
    if lost := [each for each in (Outcome.UNKNOWN, Outcome.INTENDED) if each in outcomes]:
        yield f"See what became of those {' or '.join(lost)}, after five minutes: {_verb('resolve', plan)}"
    if Outcome.HELD in outcomes:
        yield f"Look at the conversations that are held, then: {_verb('retry', plan)} --held"
    if standing.is_held:
        yield _say_what_you_saw(plan.plan_id)
    if Outcome.FAILED in outcomes:
        yield f"Once the reason is dealt with: {_verb('retry', plan)} --failed"
    if Outcome.STALE in outcomes:
        yield "Read the stale ones: where one still needs the reply, plan it again in the same campaign."
    if standing.gone:
        yield f"{number(standing.gone)} cannot be answered, as the conversation is gone: plan them no more."


def purged_lines(plan_id: str, standing: Standing) -> Iterator[str]:
    """What to do about a plan whose words went with a person; what is unknown is for people to look at."""
    yield "A person in it was purged: nothing of it is sent or looked for any more."
    if standing.is_uncertain:
        yield "Look at the conversations that are unknown, held or intended yourself."
    if standing.is_held:
        yield _say_what_you_saw(plan_id)
    if standing.left:
        yield "Plan what is left again without them, in the same campaign."


def _say_what_you_saw(plan_id: str) -> str:
    resolve = f"{typed()} replies resolve {short_id(plan_id)}"
    return f"Where you saw what became of a held one: {resolve} --sent ID, or --not-sent ID"


def _go_on(plan: "Plan", *, confirmed: bool) -> str:
    if datetime.now(UTC) >= plan.expires_at:
        return "The plan is over a day old: plan what is left again, in the same campaign."
    return f"Go on: {_verb('resume', plan)}" if confirmed else f"Send it: {_verb('apply', plan)}"


def _verb(verb: str, plan: "Plan") -> str:
    return f"{typed()} replies {verb} {short_id(plan.plan_id)}"


def standing_as_json(plan: "Plan", standing: Standing) -> dict[str, Any]:
    """The same for programs."""
    then = None if plan.then is None else _then(standing)
    return _facts(plan.plan_id, plan.campaign, len(plan.replies), standing, then)


def now_as_json(now: "Now") -> dict[str, Any]:
    """How a plan is at this moment, for programs; also one that is not kept any more."""
    entry, standing = now.entry, now.standing
    has_then = bool(standing.then) if now.plan is None else now.plan.then is not None
    then = _then(standing) if has_then else None
    sender = now.sender and asdict(now.sender) | {"this_plan": now.is_being_sent}
    told = {"exit_code": now.exit_code, "state": now.state, "sender": sender}
    times = {"created_at": entry.created_at, "confirmed_at": entry.confirmed_at}
    times |= {"stopped_at": entry.stopped_at, "expires_at": entry.expires_at}
    facts = _facts(entry.plan_id, entry.campaign, entry.replies, standing, then) | told | times
    return facts | ({"purged": True} if entry.purged else {})


def listed_as_json(now: "Now") -> dict[str, Any]:
    """A plan in a list of them."""
    counts = {"left": now.standing.left, "elsewhere": now.standing.elsewhere}
    return asdict(now.entry) | {"state": now.state} | counts


def _facts(
    plan_id: str, campaign: str, replies: int, standing: Standing, then: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "plan_id": plan_id,
        "campaign": campaign,
        "replies": replies,
        "counts": _all(standing.outcomes),
        "left": standing.left,
        "elsewhere": standing.elsewhere,
        "then": then,
        "troubles": [_trouble(each) for each in standing.troubles],
    }


def _then(standing: Standing) -> dict[str, Any]:
    return {"counts": _all(standing.then), "left": standing.then_left}


def _all(counts: Any) -> dict[str, int]:
    return {str(outcome): counts.get(outcome, 0) for outcome in Outcome}


def _trouble(sending: Sending) -> dict[str, Any]:
    return {
        "conversation_id": sending.intent.key.conversation_id,
        "step": sending.intent.key.step,
        "outcome": sending.outcome,
        "reason": sending.reason,
        "attempts": sending.attempts,
        "at": sending.settled_at or sending.intended_at,
    }
