"""What is wrong with an input, told at once: a person corrects a file in one go, not a row at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from intercom_pipeline.replies.errors import InputRefused
from intercom_pipeline.steering import one_line

_SHOWN: Final = 20


class AudienceRefused(InputRefused):
    """It cannot be told who is to be answered; nothing was planned."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What is wrong with a row.

    Attributes:
        row: Where, as `row 3`.
        says: What, without what the row holds: that may be somebody's.
    """

    row: str
    says: str


def told(faults: Sequence[Fault]) -> str:
    """The first faults, a line each, and how many more there are."""
    lines = [one_line(f"{fault.row}: {fault.says}") for fault in faults[:_SHOWN]]
    more = len(faults) - len(lines)
    return "\n".join([*lines, f"and {more:,} more"] if more else lines)


def counted(faults: Sequence[Fault]) -> str:
    """How many rows are wrong."""
    return "One row is wrong" if len(faults) == 1 else f"{len(faults):,} rows are wrong"
