"""The workspace's own time."""

import time


class Clock:
    """The time a workspace lives by: the machine's own, shifted by what was advanced, or standing still.

    It gives `created_at` and `updated_at`, the `Date` header and the windows of the rate limit, so a test
    that freezes it sees the same answers on every run.
    """

    def __init__(self, frozen_at: float | None = None) -> None:
        """Stand still at `frozen_at` (unix seconds), or run with the machine's time where it is None."""
        self._frozen_at = frozen_at
        self._offset = 0.0

    def now(self) -> float:
        """Unix seconds with their fraction."""
        return time.time() + self._offset if self._frozen_at is None else self._frozen_at

    def seconds(self) -> int:
        """Whole unix seconds, as Intercom's records carry them."""
        return int(self.now())

    def freeze(self, at: float | None = None) -> None:
        """Stand still at `at` (unix seconds), or at this moment."""
        self._frozen_at = self.now() if at is None else at

    def run(self) -> None:
        """Go on from where the clock stands."""
        if self._frozen_at is not None:
            self._offset = self._frozen_at - time.time()
            self._frozen_at = None

    def set(self, at: float) -> None:
        """Jump to `at` (unix seconds); frozen or not, the clock stays as it was."""
        self.advance(at - self.now())

    def advance(self, seconds: float) -> None:
        """Jump forward by `seconds`, or back where they are negative."""
        if self._frozen_at is None:
            self._offset += seconds
        else:
            self._frozen_at += seconds
