"""How much memory DuckDB may hold: little, and for one commit more where its records need it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

USUAL = "192MB"
"""What DuckDB may hold; beyond it, it spills to the scratch folder. Memory stays flat at any size."""

_LEAST_BYTES = 600_000_000
_MOST_BYTES = 2_000_000_000

_TIMES = 10
"""What storing a record of many megabytes takes, in its own size: one of 60 MB needs some 400 MB."""


@contextmanager
def room_for(connection: duckdb.DuckDBPyConnection, size: int) -> Iterator[None]:
    """Let DuckDB hold what it takes to store records of so many bytes, until the block ends."""
    _limit(connection, f"{min(max(_TIMES * size, _LEAST_BYTES), _MOST_BYTES)}B")
    try:
        yield
    finally:
        # Where it cannot let go of so much now, the limit stays until the next block ends.
        with suppress(duckdb.OutOfMemoryException):
            _limit(connection, USUAL)


def _limit(connection: duckdb.DuckDBPyConnection, most: str) -> None:
    connection.execute(f"SET memory_limit = '{most}'")
