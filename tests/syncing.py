"""Sync a sandbox into a folder, and compare the tables with what the workspace truly holds."""

from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb

from intercom_pipeline.intercom.connection import Connection, Patience, Secret
from intercom_pipeline.intercom.versions import DEFAULT
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.sync.access import refused_by_version
from intercom_pipeline.sync.catalog import CATALOG, stream_named
from intercom_pipeline.sync.choice import choose, is_default
from intercom_pipeline.sync.options import Options
from intercom_pipeline.sync.results import SyncResult
from intercom_pipeline.sync.run import Event, run
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.people.policies import OPEN, Policies
from intercom_pipeline.warehouse.records import rows_of
from intercom_pipeline.warehouse.table import Table
from tests.equality import assert_equal
from tests.rebuild import rebuilt

IMPATIENT = Patience(attempts=6, wait_initial=0.01, wait_max=0.05, wait_jitter=0.01, wait_unsaid=0.05)
"""Tries again as often as in real life, without the real life's waits."""


def connection_to(sandbox: Sandbox, **changes: Any) -> Connection:
    known = Connection(token=Secret(sandbox.token), base_url=sandbox.url, rate_share=1.0, patience=IMPATIENT)
    return replace(known, **changes)


def sync(sandbox: Sandbox, folder: Path, *names: str, **choices: Any) -> dict[str, SyncResult]:
    """Sync or sweep to the end (see `begin`).

    Returns:
        How each stream ended.
    """
    events = begin(sandbox, folder, *names, **choices)
    return {event.stream.name: event for event in events if isinstance(event, SyncResult)}


def begin(
    sandbox: Sandbox,
    folder: Path,
    *names: str,
    full_refresh: bool = False,
    sweep: bool = False,
    allow_many: bool = False,
    lookback: int = 900,
    history: Collection[str] = (),
    custom_objects: tuple[str, ...] = (),
    per_page: int = 150,
    privacy: Policies = OPEN,
    **changes: Any,
) -> Generator[Event, None, None]:
    """A sync or sweep of the named streams; where none is named, of those that a version has by itself.

    `per_page` is the most records that are asked for at once; `changes` are those of the connection,
    `version` among them.
    """
    options = Options(
        run_id=uuid4().hex,
        full_refresh=full_refresh,
        lookback=lookback,
        sweep=sweep,
        allow_many=allow_many,
        history=frozenset(history),
        custom_objects=custom_objects,
        privacy=privacy,
    )
    version = changes.get("version", DEFAULT)
    choice = choose(options, names=names or [stream.name for stream in streams_by_itself(version)])
    return run(
        [replace(stream, per_page=min(stream.per_page, per_page)) for stream in choice.streams],
        connection=connection_to(sandbox, **changes),
        folder=DataFolder(folder),
        options=choice.options,
    )


@contextmanager
def published(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, opened as a reader does."""
    connection = duckdb.connect(str(DataFolder(folder).published), read_only=True)
    try:
        yield connection
    finally:
        connection.close()


def select(folder: Path, sql: str) -> list[Any]:
    with published(folder) as connection:
        return connection.execute(sql).fetchall()


def records_in(folder: Path, table: Table) -> dict[str, dict[str, Any]]:
    """The records a table holds (not those flagged as gone), rebuilt, by id."""
    with published(folder) as connection:
        rows = [row for row in rows_of(connection, table) if row["_deleted_at"] is None]
    return {row["id"]: rebuilt(table, row) for row in rows}


def assert_equal_to_the_workspace(
    sandbox: Sandbox,
    folder: Path,
    *names: str,
    version: str | Sequence[str] = "2.14",
    swept: bool = True,
    restored: Collection[str] = (),
) -> None:
    """Every table of the named streams (of all that can be had, where none is named) equals the workspace.

    Record by record, field by field, child tables too; what is flagged is gone, for the reason told. Where
    several versions are named, the streams were read in each of them since they were read whole. What is
    gone may be there still where nothing was swept, and what is `restored` may be missing.
    """
    versions = [version] if isinstance(version, str) else list(version)
    streams = [stream_named(name) for name in names] or streams_by_itself(versions[-1])
    with published(folder) as connection:
        for stream in streams:
            assert_equal(sandbox, connection, stream, versions, swept=swept, restored=restored)


def streams_by_itself(version: str) -> list[Stream]:
    """The streams that an API version has and a sync that names none brings up to date."""
    return [stream for stream in CATALOG if is_default(stream) and not refused_by_version(stream, version)]
