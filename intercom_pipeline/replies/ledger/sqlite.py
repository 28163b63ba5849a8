"""The ledger as a file: SQLite, one writer at a time, every commit on the disk before it counts."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from intercom_pipeline.replies.ledger.database import WRITES, Files
from intercom_pipeline.replies.ledger.errors import NotALedger, unwritable
from intercom_pipeline.replies.ledger.failures import failures

PATIENCE: Final = 15
"""Seconds to wait for another process that writes."""
_PRIVATE_FILE, _PRIVATE_FOLDER, _OTHERS = 0o600, 0o700, 0o077
_SETTINGS: Final = (
    # As FULL; where no write-ahead log can be had the folder is synced, too, or a commit could come undone.
    "PRAGMA synchronous = EXTRA",
    # macOS alone: there fsync does not reach the disk.
    "PRAGMA fullfsync = ON",
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    # What was deleted is overwritten, and VACUUM makes no file elsewhere: a purged person leaves no byte.
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
)


def engine(path: Path) -> Engine:
    """How to connect to a file that is there.

    SQLite gives its journals the permissions of the file itself.
    """
    made = create_engine(
        "sqlite://",
        creator=lambda: _connected(path),
        poolclass=NullPool,
        hide_parameters=True,  # An error never shows what was to be stored.
    )
    event.listen(made, "begin", _begin)
    return made


def files(path: Path) -> Files:
    """Which file is there now, and which write-ahead log: others than before where they were replaced."""
    return tuple(_number(each) for each in (path, path.with_name(f"{path.name}-wal")))


def _number(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_there(path: Path) -> bool:
    """Whether there is such a file, with anything in it.

    Raises:
        NotALedger: It is no file.
        LedgerUnwritable: It cannot be looked at.
    """
    try:
        if path.exists() and not path.is_file():
            raise NotALedger(
                f"{path} is no file.",
                why="The ledger, which knows what was sent, is kept there.",
                fix="Move it away, or name another folder in INTERCOM_DATA_DIR.",
            )
        return path.exists() and path.stat().st_size > 0
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from error


def prepare(path: Path) -> None:
    """Make the folder and an empty file, for this user alone; what is there becomes so.

    Raises:
        LedgerUnwritable: They cannot be made.
    """
    try:
        for folder in reversed((path.parent, *path.parent.parents)):
            if not folder.exists():
                folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        _make(path)
        for each, mode in ((path.parent, _PRIVATE_FOLDER), (path, _PRIVATE_FILE)):
            if each.stat().st_mode & _OTHERS:
                each.chmod(mode)
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from error


def _make(path: Path) -> None:
    # Never one that is there: to close a file that another thread has open in SQLite would free its locks.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE_FILE))


@contextmanager
def locked(lock: Path, patience: float) -> Iterator[bool]:
    """Hold a lock file, or tell that another process does; a killed process lets go by itself.

    Raises:
        LedgerUnwritable: The folder cannot be written.
    """
    held = FileLock(lock, mode=_PRIVATE_FILE)
    try:
        held.acquire(timeout=patience)
    except Timeout:
        yield False
        return
    except OSError as error:
        raise unwritable(lock, error.strerror or str(error)) from error
    try:
        yield True
    finally:
        held.release()


def log_ahead(path: Path) -> None:
    """Have commits go to a write-ahead log: one sync each, and who looks at a plan never holds up who sends.

    It needs shared memory, so no network drive; where it cannot be had SQLite stays with its other journal.
    """
    with failures(str(path)), closing(_connected(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL").close()


def back_up(path: Path, kept: Path) -> None:
    """Copy a ledger as it is now; the copy takes its place in one step.

    Raises:
        LedgerUnwritable: There is no room for it.
    """
    fresh = kept.with_name(f"{kept.name}.new")
    fresh.unlink(missing_ok=True)
    prepare(fresh)
    with failures(str(kept)), closing(_connected(path)) as source, closing(_connected(fresh)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE").close()
    fresh.replace(kept)


def _connected(path: Path) -> sqlite3.Connection:
    # mode=rw: a file that went away meanwhile is not made anew, empty.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=PATIENCE,
        isolation_level=None,
        check_same_thread=False,
    )
    for setting in _SETTINGS:
        connection.execute(setting).close()
    return connection


def _begin(connection: Connection) -> None:
    """Begin a transaction: the driver leaves it to us. One that writes is first of all the only one."""
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITES) else "BEGIN")
