"""What the errors of the two databases mean, in plain words; nothing of what they say is quoted.

A message of theirs may show a value that was stored, or a part of the address.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from intercom_pipeline.replies.ledger.errors import (
    LedgerBusy,
    LedgerConflict,
    LedgerError,
    LedgerUnreachable,
    LedgerUnwritable,
    NotALedger,
)

_UNREGISTERED: Final = "it knows no such plan, of which something is to be noted"
_READ_ONLY: Final = "it is read-only for this user"

_IN_SQLITE: Final[Mapping[str, tuple[type[LedgerError], str]]] = {
    "SQLITE_FULL": (LedgerUnwritable, "the disk is full"),
    "SQLITE_READONLY": (LedgerUnwritable, _READ_ONLY),
    "SQLITE_PERM": (LedgerUnwritable, _READ_ONLY),
    "SQLITE_CANTOPEN": (LedgerUnwritable, "it cannot be opened, or its folder cannot be written"),
    "SQLITE_IOERR": (LedgerUnwritable, "the disk failed"),
    "SQLITE_BUSY": (LedgerBusy, "another process holds it for too long"),
    "SQLITE_LOCKED": (LedgerBusy, "another process holds it for too long"),
    "SQLITE_NOTADB": (NotALedger, "it is no SQLite database"),
    "SQLITE_CORRUPT": (NotALedger, "it is damaged"),
}
"""SQLite's error codes (sqlite.org/rescode.html), by the part before any second underscore."""

_BY_STATE: Final[Mapping[str, tuple[type[LedgerError], str]]] = {
    "28": (LedgerUnreachable, "the server refuses the user or the password"),
    "3D": (LedgerUnreachable, "the server has no such database"),
    "42501": (LedgerUnwritable, "the user may not do that there"),
    "25006": (LedgerUnwritable, "the server is read-only"),
    "53100": (LedgerUnwritable, "the server's disk is full"),
    "53": (LedgerUnreachable, "the server has too much to do"),
    "55P03": (LedgerBusy, "another process holds it for too long"),
    "57": (LedgerUnreachable, "the server was stopped or ended the connection"),
}
"""PostgreSQL's error codes (Appendix A of its manual), or the first digits."""

_BY_WORDS: Final[Mapping[str, str]] = {
    "password authentication failed": "the server refuses the user or the password",
    "no password supplied": "the server wants a password, and the address has none",
    "pg_hba.conf": "the server lets this user or machine not in (pg_hba.conf)",
    "connection refused": "nothing listens there",
    "resolve host": "there is no such host",
    "translate host": "there is no such host",
    "name or service not known": "there is no such host",
    "no such file or directory": "there is no such socket",
    "timeout": "no answer came in time",
    "timed out": "no answer came in time",
    "does not support ssl": "the server has no TLS, which the address asks for",
    "certificate": "the server's certificate is not trusted",
    "does not exist": "the server has no such database or user",
    "too many": "the server has too many connections",
    "starting up": "the server is starting",
    "shutting down": "the server is stopping",
}
"""What libpq says of a connection that it could not make; it has no codes."""


_FIX: Final[Mapping[type[LedgerError], str]] = {
    LedgerUnwritable: "Free some space or change the permissions, then try again.",
    LedgerBusy: "Wait until it ends, then try again.",
    NotALedger: "Move it away. Put back a copy only if nothing was sent since: it would be sent again.",
    LedgerUnreachable: "Correct INTERCOM_LEDGER_URL or see to the server, then try again.",
    LedgerConflict: "Look at it with intercom-pipeline replies status.",
}


@contextmanager
def failures(name: str) -> Iterator[None]:
    """Turn the errors of the database that is called so into those of the ledger."""
    try:
        yield
    except sqlite3.Error as error:
        raise _error(name, *_of_sqlite(error)) from error
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise _error(name, *_of_sqlite(error.orig)) from error
        raise _error(name, *_of_postgres(error)) from error
    except SQLAlchemyError as error:
        raise _error(name, LedgerUnreachable, type(error).__name__) from error


def is_silence(error: DBAPIError) -> bool:
    """Whether a server did not answer in time."""
    said = str(error.orig).lower()
    return not getattr(error.orig, "sqlstate", None) and ("timeout" in said or "timed out" in said)


def _error(name: str, kind: type[LedgerError], reason: str) -> LedgerError:
    return kind(
        f"The ledger, {name}, cannot be used: {reason}.",
        why="Every reply is noted there before it is sent, so without it nothing is.",
        fix=_FIX[kind],
    )


def _of_sqlite(error: sqlite3.Error) -> tuple[type[LedgerError], str]:
    # Errors of the driver itself, such as that it was closed, have no code.
    code = getattr(error, "sqlite_errorname", None) or type(error).__name__
    if code == "SQLITE_CONSTRAINT_FOREIGNKEY":
        return LedgerConflict, _UNREGISTERED
    return _IN_SQLITE.get("_".join(code.split("_")[:2]), (NotALedger, code))


def _of_postgres(error: DBAPIError) -> tuple[type[LedgerError], str]:
    state = getattr(error.orig, "sqlstate", None)
    if state:
        if state == "23503":
            return LedgerConflict, _UNREGISTERED
        found = next((_BY_STATE[part] for part in (state, state[:2]) if part in _BY_STATE), None)
        return found or (LedgerUnreachable, f"PostgreSQL's error {state}")
    words = str(error.orig).lower()
    reason = next((said for needle, said in _BY_WORDS.items() if needle in words), None)
    return LedgerUnreachable, reason or f"the connection broke ({type(error.orig).__name__})"
