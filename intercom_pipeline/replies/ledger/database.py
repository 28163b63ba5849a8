"""One connection to the ledger's database, and what its errors mean."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from types import TracebackType
from typing import Final, Self

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from intercom_pipeline.replies.ledger.errors import LedgerError, closed, silent
from intercom_pipeline.replies.ledger.failures import failures, is_silence

WRITES: Final = "writes"
"""The execution option that tells a transaction that writes from its start."""
_SILENT_SECONDS: Final = 60.0
"""How long a server that did not answer is not asked again: each try may take as long as the first."""

Files = tuple[tuple[int, int] | None, ...]
"""Which files a database is in, the database itself first: device and inode; None where there is none."""


class Database:
    """A ledger's database, open; one thread at a time is let in.

    There is one connection, so that a lock that the server keeps for it is gone exactly when it is. One that
    broke is made anew: `session` tells one from the next.

    Attributes:
        name: What the database is called to people; no password is in it.
        session: The number of the connection.
        files: Looks which files are where it is now.
    """

    def __init__(self, engine: Engine, name: str, files: Callable[[], Files] = tuple) -> None:
        self.name = name
        self.session = 0
        self.files = files
        self._engine = engine
        self._connection: Connection | None = None
        self._file: Files = ()
        self._is_over = False
        self._silent_until = 0.0
        self._lock = RLock()

    def __enter__(self) -> Self:
        """Nothing is opened before it is needed."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, of one moment of the database.

        Raises:
            LedgerError: It cannot be had.
        """
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on the disk when the block has ended.

        Raises:
            LedgerError: It cannot be had, or was not stored.
        """
        with self._transaction(writes=True) as connection:
            yield connection

    @contextmanager
    def outside_transactions(self) -> Iterator[Connection]:
        """The connection for what no transaction may hold, as VACUUM.

        Raises:
            LedgerError: It cannot be had, or refuses.
        """
        with self._lock, failures(self.name):
            self._disconnect()
            with self._engine.connect() as connection:
                yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def is_in_place(self) -> bool:
        """Whether the file that is open is the one that is found where it was; always of a server."""
        return self.files()[:1] == self._file

    def close(self) -> None:
        """End the connection for good: whoever still uses it is refused."""
        with self._lock:
            self._is_over = True
            self._disconnect()

    def _disconnect(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                _end(connection)

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        with self._lock, failures(self.name):
            try:
                connection = self._connected().execution_options(**{WRITES: writes})
                with connection.begin():
                    yield connection
            except DBAPIError as error:
                if is_silence(error):
                    self._silent_until = time.monotonic() + _SILENT_SECONDS
                if error.connection_invalidated:
                    self._disconnect()
                raise

    def _connected(self) -> Connection:
        if self._is_over:
            raise closed(self.name)
        if time.monotonic() < self._silent_until:
            raise silent(self.name)
        if self._connection is None:
            self._connection = self._engine.connect()
            self._file = self.files()[:1]
            self.session += 1
        return self._connection


def insert_into(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what becomes of a row that is there already; each database has its own."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def _end(connection: Connection) -> None:
    try:
        connection.close()
    except (DBAPIError, LedgerError):
        # It is broken already: there is nothing to end.
        connection.invalidate()
