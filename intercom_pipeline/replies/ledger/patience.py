"""A connection to PostgreSQL that does not wait for ever.

A server that stands still, as a machine that is frozen, keeps its connections alive: no timeout of libpq's or
of the system's ends the wait for its answer.
"""

import time
from typing import Any

import psycopg


class Patient(psycopg.Connection[Any]):
    """A connection that is given up where an answer takes too long.

    Attributes:
        seconds: How long one is waited for.
    """

    seconds: float

    def wait(self, gen: Any, *arguments: Any, **named: Any) -> Any:
        """What psycopg waits with, for every answer.

        Raises:
            psycopg.OperationalError: The connection broke, or no answer came in time; it is closed then.
        """
        return super().wait(self._until(gen, time.monotonic() + self.seconds), *arguments, **named)

    def _until(self, steps: Any, end: float) -> Any:
        """The same steps, until then; psycopg asks for the next one ten times a second at least."""
        try:
            wanted = next(steps)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() >= end:
                    self.pgconn.finish()
                    raise psycopg.OperationalError("timeout: no answer came")
                wanted = steps.send(ready)
        except StopIteration as done:
            return done.value
