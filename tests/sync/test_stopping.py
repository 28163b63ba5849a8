"""A sync may be stopped anywhere, even killed, and goes on from there; two never run at once."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from intercom_pipeline.sync.catalog import stream_named
from intercom_pipeline.sync.options import Options as SyncOptions
from intercom_pipeline.sync.run import Event, run
from intercom_pipeline.warehouse.files import DataFolder
from tests.sync_once import BUSY
from tests.syncing import assert_equal_to_the_workspace, connection_to, sync

SLOW = Options(limit_per_minute=6_000_000, latency_ms=40)
MANY = Sizes(contacts=3_000, conversations=150, articles=10, long_conversations=0)
SEARCH = "POST /contacts/search"
SEVERAL = ("contacts", "conversations", "companies", "articles", "tickets", "tags", "admins")
"""A stream of each way in which records are read."""


def start(sandbox: Sandbox, folder: Path, *names: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.sync_once", sandbox.url, sandbox.token, str(folder), *names]
    return subprocess.Popen(command)


def until(condition: object, *, seconds: float = 30) -> None:
    """Wait until a condition holds."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.005)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve(sizes=MANY, options=SLOW, seed=11) as served:
        yield served


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_sync_killed_again_and_again_ends_complete(sandbox: Sandbox, tmp_path: Path, seed: int) -> None:
    """Whenever it was killed, what is stored can be trusted, and the rest is fetched."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    for _ in range(4):
        sandbox.requests.reset()
        process = start(sandbox, tmp_path, *SEVERAL)
        moment = chance.randrange(1, 120)
        until(
            lambda moment=moment, process=process: (
                len(sandbox.requests) >= moment or process.poll() is not None
            )
        )
        process.kill()
        process.wait()
    assert start(sandbox, tmp_path, *SEVERAL).wait(timeout=120) == 0
    assert_equal_to_the_workspace(sandbox, tmp_path, *SEVERAL)


def test_a_killed_backfill_asks_again_for_at_most_one_page_a_slice(sandbox: Sandbox, tmp_path: Path) -> None:
    """Pages stored before the kill are not asked for again."""
    sandbox.requests.reset()
    process = start(sandbox, tmp_path, "contacts")
    until(lambda: sandbox.requests.count(SEARCH) >= 12)
    process.kill()
    process.wait()
    asked = searches(sandbox)
    slices = open_slices(tmp_path)
    sandbox.requests.reset()
    assert start(sandbox, tmp_path, "contacts").wait(timeout=60) == 0
    again = sum((searches(sandbox) & asked).values())
    assert slices > 1
    assert again <= slices
    assert_equal_to_the_workspace(sandbox, tmp_path, "contacts")


def searches(sandbox: Sandbox) -> "Counter[bytes]":
    """The pages that were searched for."""
    return Counter(request.body for request in sandbox.requests if request.endpoint == SEARCH)


def open_slices(folder: Path) -> int:
    with duckdb.connect(str(DataFolder(folder).warehouse)) as connection:
        [count] = connection.execute("SELECT count(*) FROM pipeline.slices").fetchall()[0]
    return int(count)


def test_a_caller_that_stops_early_leaves_a_sync_that_resumes(sandbox: Sandbox, tmp_path: Path) -> None:
    """Closing the iterator ends the run within seconds; the next one completes it."""
    events = run(
        [stream_named("contacts")],
        connection=connection_to(sandbox),
        folder=DataFolder(tmp_path),
        options=SyncOptions(run_id="stopped"),
    )
    sandbox.conditions.latency_ms = 400
    try:
        # Before its first request, a stream has no part in the run that could be kept.
        assert next(event for event in events if has_asked(event))
        began = time.monotonic()
        events.close()
        assert time.monotonic() - began < 5
    finally:
        sandbox.conditions.latency_ms = SLOW.latency_ms
    with duckdb.connect(str(DataFolder(tmp_path).warehouse)) as connection:
        kept = connection.execute("SELECT stream, result FROM pipeline.runs").fetchall()
    assert kept == [("contacts", "partial")]
    sync(sandbox, tmp_path, "contacts")
    assert_equal_to_the_workspace(sandbox, tmp_path, "contacts")


def has_asked(event: Event) -> bool:
    """Whether a stream has sent a request, and none has ended."""
    return isinstance(event, list) and any(each.cost.requests for each in event)


def test_of_two_syncs_at_once_one_runs_and_the_other_ends(sandbox: Sandbox, tmp_path: Path) -> None:
    """Both leave the tables whole; a lock left by a killed process holds nobody up."""
    processes = [start(sandbox, tmp_path, "contacts") for _ in range(3)]
    codes = sorted(process.wait(timeout=120) for process in processes)
    assert codes[0] == 0
    assert set(codes) <= {0, BUSY}
    assert BUSY in codes
    assert_equal_to_the_workspace(sandbox, tmp_path, "contacts")
