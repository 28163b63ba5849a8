"""What was asked for and is not sent, told by reason."""

from collections.abc import Sequence
from typing import Final

from intercom_pipeline.replies.plan import Refusal
from intercom_pipeline.steering import one_line

SHOWN: Final = 20
"""How many rows are named; the plan's file has them all."""


def by_reason(refused: Sequence[Refusal]) -> dict[str, list[Refusal]]:
    """Refusals by reason, the most frequent first."""
    found: dict[str, list[Refusal]] = {}
    for each in refused:
        found.setdefault(each.reason, []).append(each)
    return dict(sorted(found.items(), key=lambda pair: -len(pair[1])))


def lines_of(refused: Sequence[Refusal], *, shown: int = SHOWN) -> list[str]:
    """A line for each reason with the rows it holds for, and one for each that is named."""
    lines, left = list[str](), shown
    for reason, those in by_reason(refused).items():
        lines.append(f"{len(those):,} times: {one_line(reason)}")
        named, left = those[:left], max(0, left - len(those))
        lines += [f"  {one_line(each.row)}: conversation {one_line(each.conversation_id)}" for each in named]
        if named and len(named) < len(those):
            lines.append(f"  and {len(those) - len(named):,} more")
    return lines
