"""A preview as plain lines; whatever came from Intercom or a file steers no terminal."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from intercom_pipeline.intercom.plain import links_of, text_of
from intercom_pipeline.replies.plan import Action, Plan, PlannedReply, Then, short_id
from intercom_pipeline.replies.planning.refusals import lines_of
from intercom_pipeline.replies.sending.pace import Pace
from intercom_pipeline.steering import one_line

if TYPE_CHECKING:
    from intercom_pipeline.replies.planning.preview import Preview

_LINES_SHOWN = 15
_WIDEST = 300
_A_MINUTE, _AN_HOUR = 60, 3_600
_CHANNELS: Final = {"conversation": "Messenger", "email": "e-mail"}
"""What people call them, where that is another word than Intercom's."""
_COUNTED_SINGLY: Final = 1.5
"""Below so many of a unit, the smaller unit says more."""


def facts(shown: "Preview") -> list[str]:
    """What is sent, to whom, three examples, and what is refused."""
    examples = [line for each in shown.examples for line in ("", *example(shown.plan, each))]
    return [*head(shown), *examples, *_refused(shown.plan)]


def head(shown: "Preview") -> list[str]:
    """The plan's facts, one a line."""
    plan = shown.plan
    facts = [
        ("Plan", f"{short_id(plan.plan_id)}, campaign {plan.campaign}"),
        ("Workspace", f"{_with_id(plan.workspace_name, plan.workspace_id)} at {plan.base_url}"),
        ("As", _with_id(plan.admin_name, plan.admin_id)),
        ("Seen by", seen_by(plan)),
        ("Afterwards", f"each conversation is {following(plan.then)}" if plan.then else ""),
        ("Replies", f"{len(plan.replies):,}" + (f" ({len(plan.refused):,} refused)" if plan.refused else "")),
        ("State", _counts(shown.states)),
        ("Began by", _counts({_CHANNELS.get(name, name): each for name, each in shown.channels.items()})),
        ("Takes", _takes(shown)),
        ("Good until", f"{plan.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"),
        *(("Note", each) for each in [*plan.remarks, *_limits(shown), *_remarks(shown)]),
    ]
    return [f"{name:<11} {one_line(fact, _WIDEST)}" for name, fact in facts if fact]


def example(plan: Plan, reply: PlannedReply) -> list[str]:
    """One reply as whoever reads it sees it."""
    to = f" with {reply.to}" if reply.to else ""
    said = [one_line(line, _WIDEST) for line in text_of(reply.body).splitlines()]
    cut = [f"… and {len(said) - _LINES_SHOWN:,} lines more"] if len(said) > _LINES_SHOWN else []
    buttons = ["  ".join(f"[{one_line(each)}]" for each in plan.options)] if plan.options else []
    links = [f"[link: {one_line(each, _WIDEST)}]" for each in links_of(reply.body)[:_LINES_SHOWN]]
    attached = [f"[attached: {one_line(each, _WIDEST)}]" for each in plan.attachment_urls]
    return [
        one_line(f"Conversation {reply.conversation_id}{to} ({reply.row})", _WIDEST),
        *(f"  ({one_line(each)})" for each in reply.remarks),
        *(f"    {line}" for line in (*said[:_LINES_SHOWN], *cut, *links, *attached, *buttons)),
    ]


def seen_by(plan: Plan) -> str:
    """Who sees the replies, and as what."""
    who = "THE CUSTOMER" if plan.message_type.is_seen_by_customer else "teammates alone"
    return f"{who}, as a {plan.message_type}"


def following(then: Then) -> str:
    """What is done with a conversation afterwards, in words."""
    target = _with_id(then.target_name, then.target or "")
    match then.action:
        case Action.CLOSE:
            return "closed"
        case Action.SNOOZE:
            return f"snoozed until {datetime.fromtimestamp(then.until or 0, UTC):%Y-%m-%d %H:%M} UTC"
        case Action.TAG:
            return f"tagged with {target}"
        case Action.ASSIGN:
            return f"assigned to {target}"
    return f"assigned to team {target}"


def about(seconds: float) -> str:
    """A duration, roughly."""
    for unit, size in (("hours", _AN_HOUR), ("minutes", _A_MINUTE)):
        if seconds >= _COUNTED_SINGLY * size:
            return f"about {seconds / size:.0f} {unit}"
    whole = max(1, round(seconds))
    return f"about {whole} second{'s' * (whole > 1)}"


def _takes(shown: "Preview") -> str:
    most = min(shown.pace.most_per_run, shown.pace.most_per_day)
    runs = f", in {shown.runs} runs of at most {most:,}" if (shown.runs or 1) > 1 else ""
    return f"{about(shown.seconds)} at {shown.pace.per_second:g} a second{runs}"


def _limits(shown: "Preview") -> Iterator[str]:
    if shown.runs is None:
        yield "A run may send nothing: raise INTERCOM_REPLIES_PER_RUN or INTERCOM_REPLIES_PER_DAY."
    elif shown.in_time < len(shown.plan.replies):
        yield (
            f"At most {shown.in_time:,} can be sent before the plan expires: "
            "make smaller plans, or raise the rate or INTERCOM_REPLIES_PER_DAY."
        )


def _remarks(shown: "Preview") -> list[str]:
    replies = f"{len(shown.plan.replies):,}"
    return [f"{count:,} of {replies}: {remark}" for remark, count in shown.remarks.items()]


def _refused(plan: Plan) -> list[str]:
    if not plan.refused:
        return []
    return ["", "Refused:", *(f"  {line}" for line in lines_of(plan.refused))]


def next_steps(plan: Plan, pace: Pace) -> list[str]:
    """What to type to have it sent at the rate that was asked for."""
    rate = "" if pace.per_second == Pace().per_second else f" --rate {pace.per_second:g}"
    return [
        "Nothing was sent. To send it:",
        f"  intercom-pipeline replies apply {short_id(plan.plan_id)}{rate}",
        f"and type: {plan.confirmation}",
    ]


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _with_id(name: str | None, key: str) -> str:
    return f"{name} ({key})" if name else key
