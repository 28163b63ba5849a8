"""Open the writer's database, and say in plain words why it cannot be opened or written."""

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import duckdb

from intercom_pipeline.warehouse.connecting import connected
from intercom_pipeline.warehouse.ddl import (
    SCHEMA_VERSION,
    SCHEMA_VERSION_KEY,
    create_bookkeeping,
    has_bookkeeping,
    recall,
    remember,
)
from intercom_pipeline.warehouse.errors import (
    NotADatabase,
    WarehouseBusy,
    WarehouseError,
    WarehouseTooNew,
    WarehouseUnwritable,
    WrongWorkspace,
)
from intercom_pipeline.warehouse.files import (
    DataFolder,
    back_up,
    only_sync,
    prepare,
    private_files,
    publish,
)
from intercom_pipeline.warehouse.migration import migrate, pending
from intercom_pipeline.warehouse.people import tombstones
from intercom_pipeline.warehouse.people.policies import OPEN, Policies
from intercom_pipeline.warehouse.people.privacy import (
    Privacy,
    check_not_loosened,
    is_unsettled,
    privacy_of,
    remember_state,
    settle,
)
from intercom_pipeline.warehouse.table import Table
from intercom_pipeline.warehouse.transaction import transaction
from intercom_pipeline.warehouse.warehouse import Warehouse

_LOG = logging.getLogger(__name__)


@contextmanager
def open_warehouse(
    folder: DataFolder,
    tables: Iterable[Table],
    policies: Policies = OPEN,
    *,
    may_show_more: bool = False,
) -> Iterator[Warehouse]:
    """Be the only sync into a folder, with its database open and all tables made.

    What was stored under other policies is written anew first. When the block ends well, what it stored is
    published, before another sync may begin.

    Raises:
        WarehouseBusy: Another sync runs, or another program holds the database.
        NotADatabase: The file is no DuckDB database.
        WarehouseTooNew: A later release wrote it.
        WarehouseUnwritable: The folder cannot be written, or the disk is full.
        PrivacyLoosened: The policies hide less than those before, and `may_show_more` does not say so.
    """
    with prepared(folder, tables, policies, may_show_more=may_show_more) as privacy:
        with connected(folder) as connection:
            # In one transaction hundreds of comments cost one write.
            with transaction(connection):
                _bring_up_to_date(connection, privacy)
                remember_state(connection, privacy)
            sieve = privacy.sieve(tombstones.stored(connection))
            yield Warehouse(
                folder=folder,
                connection=connection,
                tables=privacy.tables,
                sieve=None if sieve.is_open else sieve,
            )
        publish(folder)


@contextmanager
def prepared(
    folder: DataFolder, tables: Iterable[Table], policies: Policies, *, may_show_more: bool = False
) -> Iterator[Privacy]:
    """Be the only sync into a folder, whose files hold what the policies allow; see `open_warehouse`.

    Raises:
        WarehouseError: As `open_warehouse`.
    """
    prepare(folder)
    with private_files(), only_sync(folder), failures(folder):
        privacy = privacy_of(folder, list(tables), policies)
        outdated, unsettled = _look(privacy)
        if unsettled and not may_show_more:
            check_not_loosened(privacy)
        if outdated:
            kept = back_up(folder, version("intercom-pipeline"))
            _LOG.warning("The warehouse is brought up to date; as it was, it is kept as %s.", kept)
        if unsettled:
            _LOG.warning("What is stored is written anew, as the policies for people's data have it now.")
            with connected(folder) as connection, transaction(connection):
                _bring_up_to_date(connection, privacy)
            settle(privacy)
        yield privacy


def _look(privacy: Privacy) -> tuple[bool, bool]:
    """Whether rows that an earlier release stored lack anything, and whether any hold what they may not.

    Raises:
        WarehouseTooNew: A later release wrote the database.
    """
    folder = privacy.folder
    if not folder.warehouse.exists():
        return False, False
    with connected(folder) as connection:
        check_not_later(connection, folder)
        return bool(pending(connection, privacy.tables)), is_unsettled(connection, privacy)


def check_not_later(connection: duckdb.DuckDBPyConnection, folder: DataFolder) -> None:
    """Refuse a database that a later release wrote.

    Raises:
        WarehouseTooNew: One did.
    """
    stored = recall(connection, SCHEMA_VERSION_KEY) if has_bookkeeping(connection) else None
    if stored is not None and int(stored) > SCHEMA_VERSION:
        raise _too_new(folder, stored)


def _bring_up_to_date(connection: duckdb.DuckDBPyConnection, privacy: Privacy) -> None:
    create_bookkeeping(connection)
    migrate(connection, privacy.tables, privacy.folder.scratch, recall(connection, SCHEMA_VERSION_KEY))
    remember(connection, SCHEMA_VERSION_KEY, str(SCHEMA_VERSION))
    remember(connection, "release", version("intercom-pipeline"))


def _too_new(folder: DataFolder, stored: str) -> WarehouseTooNew:
    return WarehouseTooNew(
        f"{folder.warehouse} was written by a later release (its schema is {stored}, this release knows "
        f"{SCHEMA_VERSION}).",
        why="An older release could damage what it does not know.",
        fix="Update intercom-pipeline, or name another folder in INTERCOM_DATA_DIR.",
    )


def belongs_to(warehouse: Warehouse, workspace: str, timezone: str | None = None) -> None:
    """Tie the database to a workspace at its first sync, and refuse any other afterwards.

    Raises:
        WrongWorkspace: The database holds another workspace's records.
    """
    known = recall(warehouse.connection, "workspace_id")
    if known is not None and known != workspace:
        raise WrongWorkspace(
            f"{warehouse.folder.warehouse} holds workspace {known}, but the token belongs to {workspace}.",
            why="Two workspaces in one database could not be told apart.",
            fix="Use the other token, or name another folder for this workspace in INTERCOM_DATA_DIR.",
        )
    remember(warehouse.connection, "workspace_id", workspace)
    if timezone:
        remember(warehouse.connection, "workspace_timezone", timezone)


@contextmanager
def failures(folder: DataFolder) -> Iterator[None]:
    """Turn DuckDB's errors about files into those of this project."""
    try:
        yield
    except duckdb.Error as error:
        raise explained(error, folder.warehouse) or error from error


def explained(error: duckdb.Error, path: Path) -> WarehouseError | None:
    """What an error of DuckDB's means for the warehouse at a path; None where it is about no file."""
    text = str(error)
    if "Could not set lock" in text:
        return busy(text, path)
    if "not a valid DuckDB database" in text or "Corrupt database" in text:
        return NotADatabase(
            f"{path} is not a DuckDB database that can be opened.",
            why=text.splitlines()[0],
            fix="Move it away (the next sync makes a new one), or name another folder in INTERCOM_DATA_DIR.",
        )
    if "newer version" in text:
        return WarehouseTooNew(
            f"{path} was written by a later release of DuckDB.",
            why=text.splitlines()[0],
            fix="Update the duckdb package, or name another folder in INTERCOM_DATA_DIR.",
        )
    if "No space left" in text:
        return WarehouseUnwritable(
            f"The disk that holds {path} is full.",
            why="Nothing of the last batch was stored; everything before it is safe.",
            fix="Free some space and run the same command again: it resumes where it was.",
        )
    if "Permission denied" in text or "Read-only file system" in text or "read-only" in text:
        return WarehouseUnwritable(
            f"{path} cannot be written.",
            why=text.splitlines()[0],
            fix="Change its permissions, or name another folder in INTERCOM_DATA_DIR.",
        )
    return None


def busy(text: str, path: Path) -> WarehouseBusy:
    """The error for a database that another program holds, named from DuckDB's message."""
    found = re.search(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)", text)
    who = f"{found['program']} (process {found['pid']})" if found else "another program"
    return WarehouseBusy(
        f"{path} is held by {who}.",
        why="DuckDB lets one program at a time write a database.",
        fix=f"Close it there; to read while syncs run, open {DataFolder(path.parent).published.name}.",
        holder=int(found["pid"]) if found else None,
    )
