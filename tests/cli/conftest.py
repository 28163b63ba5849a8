"""A sandbox with a secret for a token, and the command, run in this process where a process adds nothing."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from intercom_pipeline.cli.main import run
from intercom_pipeline.sandbox import Options as Behaviour
from intercom_pipeline.sandbox import Sandbox, Sizes, serve
from intercom_pipeline.sync.choice import choose
from intercom_pipeline.sync.options import Options
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.sync.run import run as run_streams
from intercom_pipeline.warehouse.files import DataFolder
from tests.cli.bulk import Bulk
from tests.cli.running import Ended, environment, start
from tests.syncing import connection_to, sync

CANARY = "canary-token-that-must-never-be-seen"
SMALL = Sizes(
    contacts=60,
    conversations=25,
    articles=6,
    companies=10,
    tickets=10,
    calls=5,
    activity_logs=15,
    long_conversations=0,
)

Command = Callable[..., Ended]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A small workspace that every test leaves as it was."""
    with serve(sizes=SMALL, options=Behaviour(token=CANARY, limit_per_minute=600_000), seed=5) as served:
        yield served


@pytest.fixture(scope="session")
def synced(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after one sync without names; for reading only."""
    folder = tmp_path_factory.mktemp("synced")
    choice = choose(Options(run_id="synced"))
    events = run_streams(
        choice.streams,
        connection=connection_to(sandbox),
        folder=DataFolder(folder),
        options=choice.options,
    )
    assert {event.outcome for event in events if isinstance(event, SyncResult)} == {
        Outcome.COMPLETE,
        Outcome.SKIPPED,
    }
    return folder


HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A sync that waits for a database which another program has open.

    Attributes:
        sync: The sync.
        holder: The other program.
        folder: The data folder.
    """

    sync: "subprocess.Popen[str]"
    holder: "subprocess.Popen[bytes]"
    folder: Path


@pytest.fixture(scope="session", autouse=True)
def waiting(
    request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Waiting | None]:
    """Started before the other tests, because it waits for ten seconds; only where it is asked for."""
    if not any(item.path.name == "test_waiting.py" for item in request.session.items):
        yield None
        return
    folder = tmp_path_factory.mktemp("waiting")
    sync(sandbox, folder / "data", "tags")
    hold = [sys.executable, "-c", HOLD, str(folder / "data" / "warehouse.duckdb")]
    with subprocess.Popen(hold, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with start("sync", "tags", env=environment(sandbox), cwd=folder) as process:
            yield Waiting(sync=process, holder=holder, folder=folder / "data")
            process.kill()
        holder.communicate()


@pytest.fixture
def command(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """The command in an empty folder, aimed at the sandbox; what it prints never shows the token."""
    for name in [name for name in os.environ if name.startswith("INTERCOM_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERCOM_BASE_URL", sandbox.url)
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", sandbox.token)

    def run_here(*arguments: str) -> Ended:
        capsys.readouterr()
        code = run(arguments)
        said = capsys.readouterr()
        assert CANARY not in said.out + said.err
        return Ended(code=code, out=said.out, err=said.err)

    return run_here


@pytest.fixture(scope="module")
def living() -> Iterator[Sandbox]:
    """A workspace that replies change."""
    with serve(sizes=SMALL, options=Behaviour(limit_per_minute=600_000), seed=6) as served:
        yield served


@pytest.fixture
def bulk(
    command: Command, living: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bulk]:
    """The command in front of that workspace, which nothing has gone wrong in yet."""
    monkeypatch.setenv("INTERCOM_BASE_URL", living.url)
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", living.token)
    living.requests.reset()
    ids = [each["id"] for each in living.workspace.records("conversations")]
    admin = living.workspace.records("admins")[0]["id"]
    yield Bulk(command=command, sandbox=living, folder=tmp_path, ids=ids, admin=admin)
    living.faults.clear()
    living.conditions.latency_ms = 0
