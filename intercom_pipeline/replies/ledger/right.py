"""The right to send: one process has it, and whoever lost it without noticing can intend nothing more.

A lock that the system frees when its process dies says who may begin: a lock file, or an advisory lock of
PostgreSQL's that lives as long as the ledger's one connection. Beside it, who begins writes a token of its
own, which each intent compares in its own transaction. So a lock that was lost (a connection that broke, a
lock file that somebody removed, a drive that knows no locks) never lets two processes intend.
"""

import hashlib
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection, delete, func, select, text

from intercom_pipeline.replies.ledger.database import Database, Files, insert_into
from intercom_pipeline.replies.ledger.errors import LedgerBusy, LedgerError, LedgerLost, LedgerUnreachable
from intercom_pipeline.replies.ledger.sqlite import locked
from intercom_pipeline.replies.ledger.tables import APPLIER
from intercom_pipeline.replies.plan import short_id
from intercom_pipeline.steering import one_line

T = TypeVar("T")

_PATIENCE: Final = 0.5
"""Seconds; somebody who only looks whether a file is locked holds it for an instant."""
_HELD_IN_SERVER: Final = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND ((classid::bigint << 32) | objid::bigint) = :key"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Applier:
    """A process that applies a plan.

    Attributes:
        pid: Its id.
        host: The machine it runs on.
        since: Since when.
        plan_id: Which plan; None of a process of a release that did not note it.
    """

    pid: int
    host: str
    since: datetime
    plan_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """The right to send, as it was given.

    Attributes:
        token: What was written down.
        session: The connection it hangs on.
        files: The files it was written to.
    """

    token: str
    session: int
    files: Files


@dataclass(frozen=True, kw_only=True, slots=True)
class Lock:
    """How one process at a time is let in.

    Attributes:
        hold: Holds it, or gives False where another process does.
        is_held: Whether anybody holds it.
    """

    hold: Callable[[], AbstractContextManager[bool]]
    is_held: Callable[[], bool]


def file_lock(path: Path) -> Lock:
    """A lock by a file beside the ledger."""

    def is_held() -> bool:
        with locked(path, 0) as is_mine:
            return not is_mine

    return Lock(hold=lambda: locked(path, _PATIENCE), is_held=is_held)


def server_lock(database: Database, ledger_id: str) -> Lock:
    """A lock by the server, for the connection."""
    digest = hashlib.sha256(f"intercom_pipeline.replies {ledger_id}".encode()).digest()
    key = int.from_bytes(digest[:8], signed=True)

    def is_held() -> bool:
        with database.reading() as connection:
            return bool(connection.scalar(_HELD_IN_SERVER, {"key": key}))

    return Lock(hold=lambda: _held_in_session(database, key), is_held=is_held)


@contextmanager
def _held_in_session(database: Database, key: int) -> Iterator[bool]:
    with database.writing() as connection:
        is_mine = bool(connection.scalar(select(func.pg_try_advisory_lock(key))))
        session = database.session
    try:
        yield is_mine
    finally:
        # Of another connection the server has freed it already.
        if is_mine and database.session == session:
            with suppress(LedgerError), database.writing() as connection:
                connection.execute(select(func.pg_advisory_unlock(key)))


@contextmanager
def given(database: Database, lock: Lock, plan_id: str, now: datetime) -> Iterator[Right]:
    """The right to send a plan, until the block ends.

    Raises:
        LedgerBusy: Another process has it.
        LedgerError: The ledger cannot be written.
    """
    with lock.hold() as is_mine:
        if not is_mine:
            raise busy(applier(database))
        token = secrets.token_hex(16)
        with database.writing() as connection:
            _write_down(connection, token, plan_id, now)
            check_in_place(database)
            right = Right(token=token, session=database.session, files=database.files())
        try:
            yield right
        finally:
            with suppress(LedgerError), database.writing() as connection:
                connection.execute(delete(APPLIER).where(APPLIER.c.token == token))


def check(connection: Connection, database: Database, right: Right) -> None:
    """See that the right still holds; until the transaction ends nobody can take it over.

    Raises:
        LedgerLost: It does not.
    """
    check_in_place(database)
    if database.files() != right.files:
        raise replaced(database.name)
    written = connection.scalar(select(APPLIER.c.token).with_for_update(read=True))
    if written != right.token or database.session != right.session:
        raise lost("Another process took over, or the connection that held the right broke.")


def check_in_place(database: Database) -> None:
    """See that what is noted is noted where it will be looked for.

    Raises:
        LedgerLost: The file was moved away, deleted or replaced while it was open.
    """
    if not database.is_in_place():
        raise replaced(database.name)


def noted(database: Database, note: Callable[[Connection], T]) -> T:
    """Note what became of what was intended; on a new connection where the one there was is gone.

    Raises:
        LedgerError: It cannot be noted, or only where nobody may look.
    """
    try:
        found = _written(database, note)
    except LedgerUnreachable:
        found = _written(database, note)
    check_in_place(database)
    return found


def _written(database: Database, note: Callable[[Connection], T]) -> T:
    with database.writing() as connection:
        return note(connection)


@contextmanager
def holding(database: Database, right: Right | None) -> Iterator[Connection]:
    """A transaction until whose end nobody can take over the right, where there is one.

    Raises:
        LedgerLost: It does not hold any more, or the database does not say so.
        LedgerError: The ledger cannot be written.
    """
    try:
        with database.writing() as connection:
            if right is not None:
                check(connection, database, right)
            yield connection
    except LedgerUnreachable as error:
        if right is None:
            raise
        raise lost(error.what) from error


def applier(database: Database) -> Applier | None:
    """Who wrote itself down last and did not leave; it may be gone.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    with database.reading() as connection:
        row = connection.execute(select(APPLIER)).first()
    return None if row is None else Applier(pid=row.pid, host=row.host, since=row.since, plan_id=row.plan_id)


def busy(who: Applier | None) -> LedgerBusy:
    """The error for a second process that would send."""
    by = (
        f"process {who.pid} on {one_line(who.host)}, since {who.since:%H:%M} UTC"
        if who
        else "another process"
    )
    plan = short_id(who.plan_id) if who and who.plan_id else None
    return LedgerBusy(
        f"{f'The plan {plan}' if plan else 'A plan'} is being sent or resolved already ({by}).",
        why="One process at a time sends: two would not keep to the rate.",
        fix=f"Wait until it ends; what sends is stopped by intercom-pipeline replies stop {plan or 'PLAN'}",
        holder=who.pid if who else None,
    )


def lost(why: str) -> LedgerLost:
    """The error for a process that may not send any more."""
    return LedgerLost(
        "This process may not send any more.",
        why=why,
        fix="Nothing was sent that the ledger does not know. Apply the plan again: it goes on where it was.",
    )


def replaced(name: str) -> LedgerLost:
    """The error for a file that is not the one any more that was opened."""
    return LedgerLost(
        f"The ledger, {name}, was moved away, deleted or replaced while it was in use.",
        why="What is noted in it now would be known to nobody later, so nothing more is sent.",
        fix="Put back the file that was there. An older copy does not know what was sent since: with one, "
        "look at the conversations before anything is applied.",
    )


def _write_down(connection: Connection, token: str, plan_id: str, now: datetime) -> None:
    process = {"pid": os.getpid(), "host": socket.gethostname()}
    row = process | {"token": token, "since": now, "plan_id": plan_id}
    statement = insert_into(APPLIER, connection.dialect.name).values(number=1, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=["number"], set_=row))
