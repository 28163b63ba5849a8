"""Where syncs are killed: a workspace, a warehouse that is behind it, and syncs in processes of their own."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from uuid import uuid4

from intercom_pipeline.intercom.connection import Connection, Secret
from intercom_pipeline.sandbox import Options as Behaviour
from intercom_pipeline.sandbox import Sandbox, Sizes, serve
from intercom_pipeline.sync.catalog import stream_named
from intercom_pipeline.sync.options import Options
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.sync.run import run
from intercom_pipeline.warehouse.files import DataFolder

SIZES = Sizes(
    contacts=500,
    conversations=240,
    tickets=120,
    articles=60,
    companies=350,
    activity_logs=600,
    calls=0,
    long_conversations=1,
)

SEARCHED = ("contacts", "conversations", "tickets")
SWEPT = (*SEARCHED, "articles")
DETAILED = ("conversations", "tickets", "articles")
DELETED = {"contacts": 7, "conversations": 5, "tickets": 3, "articles": 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """What is killed.

    Attributes:
        streams: What it syncs.
        requests: How many requests it takes, about.
        anew: Whether it starts from nothing; otherwise from a warehouse that is behind.
        sweep: Whether it looks for what is gone.
        publishing: Kill it while it makes the copy for readers.
    """

    streams: tuple[str, ...]
    requests: int
    anew: bool = True
    sweep: bool = False
    publishing: bool = False


SCENARIOS = {
    "backfill": Scenario(streams=SEARCHED, requests=430),
    "increment": Scenario(streams=SEARCHED, requests=30, anew=False),
    "list and scroll": Scenario(streams=("articles", "companies"), requests=70),
    "activity logs": Scenario(streams=("activity_logs",), requests=40),
    "notes": Scenario(streams=("contacts", "contact_notes"), requests=58),
    "sweep": Scenario(streams=SWEPT, requests=80, anew=False, sweep=True),
    "publishing": Scenario(streams=("contacts",), requests=40, publishing=True),
}


BEHIND = Scenario(streams=SWEPT, requests=0)
"""How the warehouse comes about that is behind the workspace."""


def sync(url: str, token: str, folder: Path, names: Sequence[str], *, sweep: bool) -> None:
    """Sync in pages of 20, so that a small workspace has many; exit code 0 where all streams are complete."""
    events = run(
        [replace(stream_named(name), per_page=20) for name in names],
        connection=Connection(token=Secret(token), base_url=url, rate_share=1.0),
        folder=DataFolder(folder),
        options=Options(run_id=uuid4().hex, sweep=sweep),
    )
    results = [event for event in events if isinstance(event, SyncResult)]
    sys.exit(int(any(result.outcome is not Outcome.COMPLETE for result in results)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Yard:
    """Where syncs are killed.

    Attributes:
        sandbox: The workspace's server.
        behind: A warehouse synced before the workspace changed.
        scratch: A folder for the rounds.
    """

    sandbox: Sandbox
    behind: Path
    scratch: Path

    def start(self, folder: Path, scenario: Scenario) -> ForkServerProcess:
        """A sync in a process of its own."""
        context = get_context("forkserver")
        context.set_forkserver_preload([__name__, "pytest"])
        what = (self.sandbox.url, self.sandbox.token, folder, scenario.streams)
        process = context.Process(target=sync, args=what, kwargs={"sweep": scenario.sweep})
        process.start()
        return process

    def ended(self, folder: Path, scenario: Scenario) -> int | None:
        """The exit code of a sync that nobody kills."""
        self.sandbox.requests.reset()
        process = self.start(folder, scenario)
        process.join()
        return process.exitcode

    def folder(self, scenario: Scenario) -> Path:
        """A new folder: empty, or as it was before the workspace changed."""
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        if not scenario.anew:
            shutil.copytree(self.behind, folder, dirs_exist_ok=True)
        return folder


@contextmanager
def opened() -> Iterator[Yard]:
    """A workspace, and a warehouse that is behind it by some changes and deletions."""
    options = Behaviour(limit_per_minute=60_000_000, latency_ms=4)
    with tempfile.TemporaryDirectory() as scratch, serve(sizes=SIZES, options=options, seed=61) as sandbox:
        yard = Yard(sandbox=sandbox, behind=Path(scratch) / "behind", scratch=Path(scratch))
        if yard.ended(yard.behind, BEHIND) != 0:
            raise SystemExit("the first sync failed")
        change(sandbox)
        yield yard


def change(sandbox: Sandbox) -> None:
    """Change a tenth of all, delete some; an hour later one more, so that the overlap is that one."""
    workspace = sandbox.workspace
    for kind, deleted in DELETED.items():
        ids = [record["id"] for record in workspace.records(kind)]
        for record_id in ids[deleted::10]:
            workspace.update(kind, record_id)
        for record_id in ids[:deleted]:
            workspace.delete(kind, record_id)
    workspace.clock.advance(3600)
    for kind in DELETED:
        workspace.update(kind, workspace.records(kind)[-1]["id"])
