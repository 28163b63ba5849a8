"""A sync that is stopped ends at once and resumes; one that is in the way is named."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.reading import running_sync
from tests.cli.running import ended, environment, run_process, start
from tests.syncing import assert_equal_to_the_workspace, sync

SIZES = Sizes(contacts=600, conversations=150, articles=5, companies=10, long_conversations=0)
STREAMS = ("contacts", "conversations", "companies", "articles", "tags")
NEVER_MS = 60_000
SOON = 20
"""Seconds: a limit for a busy machine, far below the time in which any answer comes."""


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def slow() -> Iterator[Sandbox]:
    """A workspace that takes its time over each answer."""
    with serve(sizes=SIZES, options=Options(limit_per_minute=600_000, latency_ms=100), seed=8) as served:
        yield served


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)]
)
def test_a_stopped_sync_ends_at_once_and_the_next_goes_on(
    slow: Sandbox, tmp_path: Path, number: signal.Signals, code: Exit
) -> None:
    """It does not wait for answers, leaves nothing half done, and the next sync completes what is missing."""
    env = environment(slow)
    slow.conditions.latency_ms = 100
    slow.requests.reset()
    with start("sync", *STREAMS, env=env, cwd=tmp_path) as process:
        until(lambda: slow.requests.count("GET /conversations/{id}") > 0)
        slow.conditions.latency_ms = NEVER_MS
        process.send_signal(number)
        told = ended(process, seconds=SOON)
    slow.conditions.latency_ms = 0
    assert told.code == code
    assert told.three_lines[0] == "Stopped."
    assert "resumes" in told.three_lines[2]
    sync(slow, tmp_path / "data", *STREAMS)
    assert_equal_to_the_workspace(slow, tmp_path / "data", *STREAMS)


def test_two_syncs_at_once(slow: Sandbox, tmp_path: Path) -> None:
    """The second ends at once and names the first; readers see who is at work."""
    folder = DataFolder(tmp_path / "data")
    env = environment(slow)
    slow.conditions.latency_ms = 300
    slow.requests.reset()
    with start("sync", "conversations", env=env, cwd=tmp_path) as first:
        until(lambda: slow.requests.count("GET /conversations/{id}") > 0)
        slow.conditions.latency_ms = NEVER_MS
        second = run_process("sync", env=env, cwd=tmp_path)
        holder = running_sync(folder)
        slow.conditions.latency_ms = 0
        first.kill()
    assert second.code == Exit.BUSY
    assert f"process {first.pid}" in second.three_lines[0]
    assert holder == first.pid
    assert running_sync(folder) is None
