"""What somebody sees of a plan before it is sent: how many, to whom, as whom, and what they read."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import msgspec

from intercom_pipeline.intercom.plain import text_of
from intercom_pipeline.replies.plan import GOOD_FOR, Plan, PlannedReply
from intercom_pipeline.replies.planning import preview_lines
from intercom_pipeline.replies.sending.pace import Pace

EXAMPLES: Final = 3
"""How many replies are shown whole."""
_UNSAID = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """A plan, summed up.

    Attributes:
        plan: The plan.
        pace: How quickly and how much of it is sent.
        examples: Replies that show what it is like, of different kinds where there are some.
        states: How many of the conversations are in which state.
        channels: How many of them began by which channel.
        remarks: How often which remark was made on a reply, the most frequent first.
    """

    plan: Plan
    pace: Pace
    examples: tuple[PlannedReply, ...]
    states: Mapping[str, int]
    channels: Mapping[str, int]
    remarks: Mapping[str, int]

    @property
    def seconds(self) -> float:
        """About how long it takes to send all, in seconds."""
        return self.pace.seconds_for(len(self.plan.replies))

    @property
    def runs(self) -> int | None:
        """How many runs it takes; None where a run may send nothing."""
        most = min(self.pace.most_per_run, self.pace.most_per_day)
        return ceil(len(self.plan.replies) / most) if most else None

    @property
    def in_time(self) -> int:
        """How many of the replies can be sent before the plan expires, at most."""
        by_rate = int(GOOD_FOR.total_seconds() * self.pace.per_second)
        return min(len(self.plan.replies), self.pace.most_per_day, by_rate)

    def lines(self) -> list[str]:
        """For people: what is sent, to whom, and what to type next."""
        return [*self.facts(), "", *preview_lines.next_steps(self.plan, self.pace)]

    def facts(self) -> list[str]:
        """The same without what to type next."""
        return preview_lines.facts(self)

    def to_json(self) -> dict[str, Any]:
        """For programs: the plan's facts without its replies, all refusals, and three examples."""
        plan = self.plan
        return {
            "plan_id": plan.plan_id,
            "campaign": plan.campaign,
            "created_at": plan.created_at.isoformat(),
            "expires_at": plan.expires_at.isoformat(),
            "workspace": {
                "id": plan.workspace_id,
                "name": plan.workspace_name,
                "base_url": plan.base_url,
            },
            "admin": {"id": plan.admin_id, "name": plan.admin_name},
            "message_type": str(plan.message_type),
            "seen_by_customer": plan.message_type.is_seen_by_customer,
            "attachment_urls": list(plan.attachment_urls),
            "options": list(plan.options),
            "then": msgspec.to_builtins(plan.then),
            "remarks": list(plan.remarks),
            "replies": len(plan.replies),
            "confirmation": plan.confirmation,
            "estimated_seconds": round(self.seconds, 1),
            "per_second": self.pace.per_second,
            "most_per_run": self.pace.most_per_run,
            "most_per_day": self.pace.most_per_day,
            "runs": self.runs,
            "states": dict(self.states),
            "channels": dict(self.channels),
            "remarks_on_replies": dict(self.remarks),
            "examples": [example_json(each) for each in self.examples],
            "refused": msgspec.to_builtins(plan.refused),
        }


def preview(plan: Plan, pace: Pace) -> Preview:
    """Sum a plan up."""
    return Preview(
        plan=plan,
        pace=pace,
        examples=_examples(plan.replies),
        states=_counted(each.seen.state or _UNSAID for each in plan.replies),
        channels=_counted(each.channel or _UNSAID for each in plan.replies),
        remarks=_counted(remark for each in plan.replies for remark in each.remarks),
    )


def example_json(reply: PlannedReply) -> dict[str, Any]:
    """A reply, for programs; its body as it is sent and as it is read."""
    return {
        "row": reply.row,
        "conversation_id": reply.conversation_id,
        "to": reply.to,
        "channel": reply.channel,
        "state": reply.seen.state,
        "remarks": list(reply.remarks),
        "body": reply.body,
        "text": text_of(reply.body),
    }


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _examples(replies: tuple[PlannedReply, ...]) -> tuple[PlannedReply, ...]:
    """The first of each kind; where there are fewer kinds than that, the one in the middle and the last."""
    chosen: dict[Any, PlannedReply] = {}
    for each in replies:
        chosen.setdefault((each.channel, each.seen.state, each.remarks), each)
    firsts = list(chosen.values())[:EXAMPLES]
    shown = list(dict.fromkeys([*firsts, *_around(replies)]))[:EXAMPLES]
    return tuple(sorted(shown, key=replies.index))


def _around(replies: tuple[PlannedReply, ...]) -> list[PlannedReply]:
    return [replies[len(replies) // 2], replies[-1]] if replies else []
