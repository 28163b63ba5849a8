"""A change reaches the tables with the next sync, in whatever second of the workspace's day it is made."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from intercom_pipeline.intercom.client import connect
from intercom_pipeline.sandbox import Options, Sandbox, Sizes, Workspace, serve
from intercom_pipeline.sync.catalog import stream_named
from intercom_pipeline.sync.engine import Engine
from intercom_pipeline.sync.options import Options as SyncOptions
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.opening import open_warehouse
from intercom_pipeline.warehouse.warehouse import Warehouse
from tests.syncing import connection_to

CONTACTS = replace(stream_named("contacts"), per_page=5)
"""Small pages, so that reading too many of them shows."""

SIZES = Sizes(contacts=40, conversations=0, articles=0, tickets=0, calls=0, activity_logs=0, companies=2)
SECONDS = range(-3, 4)
HOURS = (12, 23, 24, 25)
"""The next midnight is 23 hours after the first where clocks go forward, and 25 where they go back."""

MAY, SPRING, AUTUMN = date(2026, 5, 20), date(2026, 3, 8), date(2026, 11, 1)
CASES = [
    ("Pacific/Kiritimati", MAY, "2.11"),  # UTC+14
    ("Pacific/Pago_Pago", MAY, "2.12"),  # UTC-11
    ("Asia/Kathmandu", MAY, "2.13"),  # UTC+5:45
    ("Pacific/Chatham", MAY, "2.14"),  # UTC+12:45
    ("America/New_York", SPRING, "2.15"),
    ("America/New_York", AUTUMN, "2.16"),
    ("America/New_York", AUTUMN, "2.17"),
    ("America/New_York", AUTUMN, "app"),
]
"""Time zone, day, API version: up to 2.16 days are compared, from 2.17 on seconds."""


def moments(midnight: datetime) -> Iterator[float]:
    """Each second around a local midnight, then the hours around the next."""
    yield from (midnight.timestamp() + second for second in SECONDS)
    yield from (midnight.timestamp() + timedelta(hours=hours).total_seconds() for hours in HOURS)


def increment(sandbox: Sandbox, warehouse: Warehouse, version: str, stream: Stream = CONTACTS) -> SyncResult:
    """One sync of one stream into an open warehouse, looking back no further than it must."""

    async def work() -> SyncResult:
        options = SyncOptions(run_id=uuid4().hex, lookback=0)
        async with connect(connection_to(sandbox, version=version)) as client:
            engine = Engine(client=client, warehouse=warehouse, options=options)
            [result] = [result async for result in engine.sync([stream])]
        return result

    result = asyncio.run(work())
    assert result.outcome is Outcome.COMPLETE, result.error
    return result


def stored(warehouse: Warehouse, column: str = "name") -> dict[str, Any]:
    return dict(warehouse.connection.execute(f"SELECT id, {column} FROM contacts").fetchall())


def true(sandbox: Sandbox, column: str = "name") -> dict[str, Any]:
    return {record["id"]: record[column] for record in sandbox.workspace.records("contacts")}


@pytest.mark.parametrize(("zone", "day", "version"), CASES)
def test_a_change_in_any_second_arrives(tmp_path: Path, zone: str, day: date, version: str) -> None:
    """One contact changed before each sync and one in the same second after it: none is lost."""
    midnight = datetime.combine(day, time(), ZoneInfo(zone))
    options = Options(limit_per_minute=6_000_000, api_timezone=zone, now=midnight.timestamp() - 60)
    with (
        serve(sizes=SIZES, options=options, seed=9) as sandbox,
        open_warehouse(DataFolder(tmp_path), CONTACTS.tables()) as warehouse,
    ):
        workspace, ids = sandbox.workspace, list(true(sandbox))
        increment(sandbox, warehouse, version)
        for step, moment in enumerate(moments(midnight)):
            workspace.clock.set(moment)
            workspace.update_contact(ids[step], name=f"before the sync of step {step}")
            sandbox.requests.reset()
            increment(sandbox, warehouse, version)
            assert stored(warehouse) == true(sandbox), f"{step}: {moment - midnight.timestamp():+}"
            assert sandbox.requests.count("POST /contacts/search") <= 2
            workspace.update_contact(ids[-1 - step], name=f"after the sync of step {step}")
        increment(sandbox, warehouse, version)
        assert stored(warehouse) == true(sandbox)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_workspace_of_an_unknown_zone_is_read_whole(tmp_path: Path, zone: str) -> None:
    """Whatever its days are, the slices of its backfill leave out nobody, nor does the next sync."""
    options = Options(limit_per_minute=6_000_000, api_timezone=zone)
    workspace = Workspace(replace(SIZES, contacts=400), options, seed=10)
    workspace.options = replace(options, api_timezone="Mars/Base")
    with (
        serve(workspace=workspace) as sandbox,
        open_warehouse(DataFolder(tmp_path), CONTACTS.tables()) as warehouse,
    ):
        increment(sandbox, warehouse, "2.14")
        assert sandbox.requests.count("POST /contacts/search") > 400 / CONTACTS.per_page + 5  # in slices
        assert stored(warehouse) == true(sandbox)
        workspace.update_contact(next(iter(true(sandbox))), name="Changed")
        increment(sandbox, warehouse, "2.14")
        assert stored(warehouse) == true(sandbox)
