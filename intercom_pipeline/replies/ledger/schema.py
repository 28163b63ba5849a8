"""How far a ledger's tables are, and bringing them up to date; Alembic is loaded only where there is need."""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Column, Connection, MetaData, Table, Text, func, insert, inspect, select

from intercom_pipeline.replies.ledger.database import Database
from intercom_pipeline.replies.ledger.errors import LedgerTooNew, NotALedger
from intercom_pipeline.replies.ledger.tables import LEDGER, VERSION_TABLE

HEAD: Final = "0002"
"""The latest migration; a test compares."""
KNOWN: Final = ("0001", HEAD)
"""Every migration, the latest last."""
_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_MAKING: Final = 0x1C0_1ED6E2
"""PostgreSQL's advisory lock for whoever makes or changes the tables."""
_VERSION: Final = Table(VERSION_TABLE, MetaData(), Column("version_num", Text))


def stored_version(database: Database) -> str | None:
    """The latest migration that a ledger had; None where there is no ledger yet.

    Raises:
        LedgerTooNew: This release does not know it.
        NotALedger: The file holds something else.
        LedgerError: The ledger cannot be read.
    """
    with database.reading() as connection:
        version = _version(connection)
        if version is None and database.is_sqlite and inspect(connection).get_table_names():
            raise _another(database.name)
    if version is not None and version not in KNOWN:
        raise _too_new(database.name, version)
    return version


def migrate(database: Database, now: datetime) -> None:
    """Bring a ledger's tables up to date, or make them, in one transaction.

    Raises:
        LedgerError: They cannot be changed.
    """
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(_MAKING)))
        if _version(connection) != HEAD:
            _upgrade(connection)
        if connection.scalar(select(LEDGER.c.ledger_id)) is None:
            connection.execute(insert(LEDGER).values(ledger_id=secrets.token_hex(16), created_at=now))


def ledger_id(database: Database) -> str:
    """Which ledger it is.

    Raises:
        LedgerError: It cannot be read, or does not say.
    """
    with database.reading() as connection:
        found = connection.scalar(select(LEDGER.c.ledger_id))
    if found is None:
        raise _another(database.name)
    return str(found)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(select(_VERSION.c.version_num))


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - slow to load, and seldom needed
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config(attributes={"connection": connection})
    # The parser of the options reads % as the beginning of a name.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, HEAD)


def _too_new(name: str, version: str) -> LedgerTooNew:
    return LedgerTooNew(
        f"The ledger, {name}, was made by a later release (it is at {version}, this one knows {HEAD}).",
        why="An older release could send what a later one knows as sent.",
        fix="Update intercom-pipeline.",
    )


def _another(name: str) -> NotALedger:
    return NotALedger(
        f"{name} is no ledger of replies.",
        why="It holds something else.",
        fix="Move it away, or name another folder in INTERCOM_DATA_DIR or database in INTERCOM_LEDGER_URL.",
    )
