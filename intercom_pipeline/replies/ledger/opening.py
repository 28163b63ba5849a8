"""Open the ledger where the settings say it is, and bring it up to date."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from intercom_pipeline.replies.ledger import postgres, schema, sqlite
from intercom_pipeline.replies.ledger.database import Database
from intercom_pipeline.replies.ledger.errors import LedgerBusy, LedgerMissing
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.right import file_lock, server_lock

FILE: Final = "ledger.db"
"""The SQLite ledger, in its folder."""


def utc_now() -> datetime:
    """The moment it is."""
    return datetime.now(UTC)


def open_ledger(
    url: str | None, folder: Path, *, create: bool = True, now: Callable[[], datetime] = utc_now
) -> Ledger:
    """Open the ledger; it is its own context manager.

    Args:
        url: The address of a PostgreSQL database; None for a file in the folder.
        folder: Where the file, locks and plans' files are; it is made for this user alone.
        create: Whether one may be begun where there is none.
        now: The clock; moments that are noted come from it.

    Raises:
        LedgerUrlRefused: The address cannot be used.
        LedgerMissing: There is none, and none may be begun.
        LedgerTooNew: A later release made it.
        LedgerError: It cannot be opened; see the family.
    """
    path = folder / FILE
    database = _in_file(path, create=create) if url is None else _in_server(url)
    try:
        make = _make_file if database.is_sqlite else schema.migrate
        _bring_up_to_date(database, make, create=create, now=now)
        ledger_id = schema.ledger_id(database)
    except BaseException:
        database.close()
        raise
    lock = file_lock(folder / "apply.lock") if database.is_sqlite else server_lock(database, ledger_id)
    return Ledger(database=database, ledger_id=ledger_id, lock=lock, folder=folder, now=now)


def _in_file(path: Path, *, create: bool) -> Database:
    if not sqlite.is_there(path) and not create:
        raise _missing(str(path))
    sqlite.prepare(path)
    return Database(sqlite.engine(path), str(path), lambda: sqlite.files(path))


def _in_server(url: str) -> Database:
    address = postgres.parsed(url)
    return Database(postgres.engine(address), postgres.name_of(address))


def _bring_up_to_date(
    database: Database,
    make: Callable[[Database, datetime], None],
    *,
    create: bool,
    now: Callable[[], datetime],
) -> None:
    version = schema.stored_version(database)
    if version is None and not create:
        raise _missing(database.name)
    if version != schema.HEAD:
        make(database, now())


def _make_file(database: Database, now: datetime) -> None:
    path = Path(database.name)
    with sqlite.locked(path.with_name("making.lock"), sqlite.PATIENCE) as is_alone:
        if not is_alone:
            raise LedgerBusy(
                f"Another process brings {path} up to date.",
                why="It takes unusually long.",
                fix="Wait until it ends, then try again.",
            )
        version = schema.stored_version(database)  # Another process may have been quicker.
        if version is None:
            sqlite.log_ahead(path)
        elif version != schema.HEAD:
            sqlite.back_up(path, path.with_name(f"ledger.before-{schema.HEAD}.db"))
        schema.migrate(database, now)


def _missing(name: str) -> LedgerMissing:
    return LedgerMissing(
        f"There is no ledger of replies yet ({name}).",
        why="It is begun with the first plan. Whoever has a plan had one: then it is elsewhere, or was lost.",
        fix="Name it by --data-dir or INTERCOM_LEDGER_URL, or put it back: what it knows as sent would be "
        "sent again. Only where nothing was ever planned: intercom-pipeline replies plan.",
    )
