"""All or nothing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import duckdb


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block did, or, where it raises, undo it."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.TransactionException):  # a failed commit has rolled back already
            connection.execute("ROLLBACK")
        raise


def counted(
    connection: duckdb.DuckDBPyConnection, statement: str, parameters: Mapping[str, object] | None = None
) -> int:
    """The number DuckDB answers a counting statement with: rows changed, made or counted."""
    row = connection.execute(statement, parameters).fetchone()
    return int(row[0]) if row else 0
