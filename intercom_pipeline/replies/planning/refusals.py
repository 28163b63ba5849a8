"""What was asked for and is not sent, told by reason."""

from collections.abc import Sequence
from typing import Final

from intercom_pipeline.replies.plan import Refusal
from intercom_pipeline.steering import one_line

SHOWN: Final = 20
"""How many rows are named, as many for each reason; the plan's file has them all."""


def by_reason(refused: Sequence[Refusal]) -> dict[str, list[Refusal]]:
    """Refusals by reason, the most frequent first."""
    found: dict[str, list[Refusal]] = {}
    for each in refused:
        found.setdefault(each.reason, []).append(each)
    return dict(sorted(found.items(), key=lambda pair: -len(pair[1])))


def lines_of(refused: Sequence[Refusal], *, shown: int = SHOWN) -> list[str]:
    """A line for each reason with the rows it holds for, and one for each that is named."""
    lines, grouped = list[str](), by_reason(refused)
    most = max(1, shown // max(1, len(grouped)))
    for reason, those in grouped.items():
        lines.append(f"{len(those):,} conversation{'s' * (len(those) > 1)}: {one_line(reason)}")
        named = those[:most]
        lines += [f"  {one_line(each.row)}: conversation {one_line(each.conversation_id)}" for each in named]
        if len(named) < len(those):
            lines.append(f"  and {len(those) - len(named):,} more")
    return lines
