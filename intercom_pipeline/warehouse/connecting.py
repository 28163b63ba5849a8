"""Connections to the writer's databases."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.room import USUAL

OLDEST_READER = "v1.2.0"
"""The oldest DuckDB release whose clients can read the published file."""

_CHECKPOINT = "128MB"
"""A checkpoint writes whole row groups anew, so after each few batches it would cost as much as they do."""

_PATIENCE_SECONDS = 10.0
_RETRY_SECONDS = 0.2


@contextmanager
def connected(folder: DataFolder, file: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The writer's database, or another file of the folder, open for writing; made where it is missing.

    When the block ends well, no write-ahead log is left behind.

    Raises:
        duckdb.Error: It cannot be opened or written.
    """
    connection = _connect(folder, file or folder.warehouse)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
        # Said aloud, since closing would keep quiet about a checkpoint that fails.
        connection.execute("CHECKPOINT")
    except BaseException:
        # Who stops does not wait: the log is replayed when the database is opened next.
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        raise
    finally:
        connection.close()


def _connect(folder: DataFolder, file: Path) -> duckdb.DuckDBPyConnection:
    """Open a database, waiting a little for a program that holds it for a moment."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return duckdb.connect(
                str(file),
                config={
                    "storage_compatibility_version": OLDEST_READER,
                    "memory_limit": USUAL,
                    "temp_directory": str(folder.scratch),
                    "preserve_insertion_order": False,
                    "wal_autocheckpoint": _CHECKPOINT,
                },
            )
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
