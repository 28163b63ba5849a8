"""When too much goes wrong to go on."""

from dataclasses import dataclass
from typing import Final

MOST_IN_A_ROW: Final = 3
"""So many failures one after the other end a run."""
MOST_IN_ALL: Final = 0.05
"""So large a part of failures ends a run, once enough was tried."""
ENOUGH_TRIED: Final = 20


@dataclass(slots=True)
class Breaker:
    """Counts what was tried; a conversation that is gone or has changed is none of its business."""

    tried: int = 0
    failed: int = 0
    in_a_row: int = 0

    def note(self, *, sent: bool) -> None:
        """Count what was tried: sent, or not, or not known."""
        self.tried += 1
        self.failed += not sent
        self.in_a_row = 0 if sent else self.in_a_row + 1

    @property
    def tripped(self) -> str | None:
        """Why nothing more should be sent; None where it may."""
        if self.in_a_row >= MOST_IN_A_ROW:
            return f"{self.in_a_row} in a row were not sent, or it is not known whether they were."
        if self.tried >= ENOUGH_TRIED and self.failed > MOST_IN_ALL * self.tried:
            tried = f"{self.tried} that were tried, replies and what follows them"
            return f"Of {tried}, {self.failed} were not done, or it is not known whether they were."
        return None
