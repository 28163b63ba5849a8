"""The database: whether it opens, who made it, whose records it holds, and when it was synced last."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import duckdb

from intercom_pipeline.doctor.check import Finding, failed, ok, skipped, warning
from intercom_pipeline.intercom.moments import ago
from intercom_pipeline.warehouse.connecting import OLDEST_READER
from intercom_pipeline.warehouse.ddl import SCHEMA_VERSION, SCHEMA_VERSION_KEY, has_bookkeeping, recall
from intercom_pipeline.warehouse.errors import WarehouseError, WarehouseMissing
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.opening import explained
from intercom_pipeline.warehouse.reading import open_published, running_sync

_STALE = timedelta(hours=24)
_MOST_NAMED = 5
_STORAGE = "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = current_database()"
_LAST_RUN = """
SELECT stream, result, error, max(finished_at) OVER () FROM pipeline.runs
WHERE run_id = (FROM pipeline.runs SELECT run_id ORDER BY finished_at DESC LIMIT 1)
ORDER BY stream
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the writer's database says of itself.

    Attributes:
        storage: The DuckDB release from which on clients can read it, such as `v1.2.0+`.
        schema: The version of its schema; None where this project has not written to it.
        release: The release of this project that wrote it last.
        workspace: Intercom's id of the workspace it holds.
    """

    storage: str
    schema: int | None
    release: str | None
    workspace: str | None


def facts_of(folder: DataFolder) -> Facts | Finding:
    """What the database says of itself, or why it says nothing.

    Raises:
        WarehouseError: It cannot be opened, or another program holds it.
    """
    if not folder.warehouse.exists():
        return ok("there is none yet: the first sync makes it")
    holder = running_sync(folder)
    if holder:
        return ok(f"held by the sync that is running, process {holder}")
    with _reading(folder.warehouse) as connection:
        return _facts(connection)


def opens(facts: Facts) -> Finding:
    """That the database opened, and whether older clients can read what is published from it."""
    found = f"DuckDB {duckdb.__version__} opens it; storage version {facts.storage}"
    if facts.schema is None:
        return failed(
            "it was not made by intercom-pipeline",
            "Move it away, or name another folder in INTERCOM_DATA_DIR.",
        )
    if _numbers(facts.storage) > _numbers(OLDEST_READER):
        return warning(
            f"{found}: older clients cannot read what is published",
            "Update those clients; or sync into a new folder, which makes a file for older ones.",
        )
    return ok(found)


def release(facts: Facts) -> Finding:
    """Whether the release that wrote the database and this one go together."""
    from packaging.version import Version  # noqa: PLC0415 - late

    this, wrote = version("intercom-pipeline"), facts.release or "0"
    if (facts.schema or 0) > SCHEMA_VERSION:
        return failed(
            f"written by release {wrote}; {this} does not know its schema", "Update intercom-pipeline."
        )
    if Version(wrote) > Version(this):
        return warning(f"written by release {wrote}; this is {this}", "Update intercom-pipeline.")
    if Version(wrote) < Version(this):
        return ok(f"written by release {wrote}; the next sync brings it up to date and keeps a copy as it is")
    return ok(f"written by this release, {this}")


def workspace(facts: Facts, token: str | None) -> Finding:
    """Whether the database holds the workspace that the token opens."""
    if facts.workspace is None:
        return ok("no workspace's records are in it yet")
    if token is None:
        return skipped(f"it holds workspace {facts.workspace}; the token's is not known")
    if facts.workspace != token:
        return failed(
            f"it holds workspace {facts.workspace}, and the token opens {token}",
            "Use the other token, or name another folder for this workspace in INTERCOM_DATA_DIR.",
        )
    return ok(f"it holds the token's workspace, {token}")


def last_sync(folder: DataFolder, now: datetime) -> Finding:
    """When the last run ended that was published, and how.

    Raises:
        WarehouseError: The published file cannot be read.
    """
    try:
        with open_published(folder) as connection:
            rows = connection.execute(_LAST_RUN).fetchall()
    except WarehouseMissing:
        rows = []
    if not rows:
        return warning("nothing was synced yet", "Run intercom-pipeline sync.")
    wrong = {stream: error for stream, result, error, _ in rows if result in {"failed", "partial"}}
    return _how(wrong, rows[0][3].astimezone(UTC), now)


def _how(wrong: dict[str, str | None], ended: datetime, now: datetime) -> Finding:
    when = f"the last one ended {ago(ended, now)}"
    if wrong:
        names = ", ".join(list(wrong)[:_MOST_NAMED]) + (", …" if len(wrong) > _MOST_NAMED else "")
        return warning(
            f"{when}, with {names} not complete: {next(iter(wrong.values()))}",
            "Run intercom-pipeline sync again, and look at intercom-pipeline status.",
        )
    if now - ended > _STALE:
        return warning(when, "Run intercom-pipeline sync, or turn the schedule on in Dagster.")
    return ok(f"{when}, complete")


def _facts(connection: duckdb.DuckDBPyConnection) -> Facts:
    ours = has_bookkeeping(connection)
    schema = recall(connection, SCHEMA_VERSION_KEY) if ours else None
    row = connection.execute(_STORAGE).fetchone()
    return Facts(
        storage=str(row[0]) if row else "",
        schema=int(schema) if schema else None,
        release=recall(connection, "release") if ours else None,
        workspace=recall(connection, "workspace_id") if ours else None,
    )


@contextmanager
def _reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise explained(error, path) or WarehouseError(f"{path} cannot be opened.", why=str(error)) from None
    try:
        yield connection
    finally:
        connection.close()


def _numbers(storage: str) -> tuple[int, ...]:
    """`v1.2.0+` as numbers, to be compared."""
    return tuple(int(part) for part in storage.strip("v+").split(".") if part.isdecimal())
