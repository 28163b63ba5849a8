"""A workspace and the folder it is synced into: what can be done with them, and what must hold then."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import duckdb

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.sandbox import Fault, Sandbox
from intercom_pipeline.sandbox.request_log import Request
from intercom_pipeline.sync.catalog import stream_named
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.warehouse.files import DataFolder
from tests.state_machine.subjects import Subject
from tests.state_machine.versions_kept import assert_history
from tests.syncing import assert_equal_to_the_workspace, begin, select, sync

_HELD_SECONDS = 30.0
_LOOKBACK = 900
_FLAGGED = "SELECT id FROM main.{} WHERE _deleted_at IS NOT NULL"
_KNOWING = ("contacts", "conversations", "tickets", "articles")
"""The streams whose workspace knows what was there and is gone."""


@dataclass(kw_only=True, slots=True)
class World:
    """A workspace and the folder it is synced into.

    Attributes:
        sandbox: The workspace's server.
        folder: The data folder.
        subject: What is synced, and what changes.
        version: The API version in force.
        per_page: Records asked for at once.
        history: Names of the streams whose former versions are kept.
        versions: The API versions that rows may stem from.
        restored: Ids of records that came back since the last sweep.
    """

    sandbox: Sandbox
    folder: Path
    subject: Subject
    version: str
    per_page: int = 150
    history: frozenset[str] = frozenset()
    versions: list[str] = field(default_factory=list)
    restored: set[str] = field(default_factory=set)

    def change(self, name: str, number: int) -> None:
        """Let something happen in the workspace."""
        workspace = self.sandbox.workspace
        gone = {kind: set(workspace.collections[kind].gone) for kind in _KNOWING}
        if not (name.startswith(("delete_", "archive_", "merge_")) and self.restored):
            # What came back and goes again unseen stays flagged for the reason it went first.
            self.subject.changes[name](workspace, number)
        for kind in _KNOWING:
            self.restored |= gone[kind] - set(workspace.collections[kind].gone)

    def run(self, names: Sequence[str] = (), *, sweep: bool = False, full_refresh: bool = False) -> None:
        """Sync or sweep undisturbed: every stream ends complete."""
        chosen = self._chosen(names, sweep=sweep)
        results = self._results(chosen, sweep=sweep, full_refresh=full_refresh, timeout=30.0)
        assert {name: _why(result) for name, result in results.items() if _why(result)} == {}
        if full_refresh and set(chosen) == set(self.subject.named(self.version)):
            self.versions = [self.version]

    def run_disturbed(self, fault: Fault, *, sweep: bool = False) -> None:
        """Sync or sweep while requests fail."""
        self.sandbox.faults.add(fault)
        try:
            self._results(self._chosen((), sweep=sweep), sweep=sweep, timeout=0.5)
        except PipelineError:
            pass
        finally:
            self.sandbox.faults.clear()
        self.assert_nothing_is_flagged_falsely()

    def run_while(self, acts: Sequence[Callable[[], object]], *, each: int, sweep: bool = False) -> None:
        """Sync or sweep while something happens after each so many requests."""
        waiting, asked = list(acts), count(1)

        def act(_: Request) -> None:
            if waiting and next(asked) % each == 0:
                waiting.pop(0)()

        with self._after_each_request(act):
            self._results(self._chosen((), sweep=sweep), sweep=sweep, timeout=30.0)

    def run_stopped(self, at: int, *, sweep: bool = False) -> None:
        """Sync or sweep, and stop once so many requests were answered."""
        names = self._chosen((), sweep=sweep)
        if not names:
            return
        with self._holding(at) as held:
            events = begin(
                self.sandbox,
                self.folder,
                *names,
                sweep=sweep,
                history=self.history,
                version=self.version,
                per_page=self.per_page,
            )
            for _ in events:
                if held.is_set():
                    break
            events.close()
        self._spoken()
        self.assert_nothing_is_flagged_falsely()

    def run_killed(self, at: int, *, sweep: bool = False) -> None:
        """Sync or sweep in a process that is killed once so many requests were answered."""
        names = self._chosen((), sweep=sweep)
        if not names:
            return
        self._spoken()
        told = {
            "url": self.sandbox.url,
            "token": self.sandbox.token,
            "folder": str(self.folder),
            "names": names,
            "sweep": sweep,
            "history": sorted(self.history),
            "version": self.version,
        }
        with self._holding(at) as held:
            process = subprocess.Popen([sys.executable, "-m", "tests.state_machine.once", json.dumps(told)])
            while process.poll() is None and not held.wait(0.02):
                pass
            process.kill()
            process.wait()
        self.assert_nothing_is_flagged_falsely()

    def check(self) -> None:
        """A sync brings everything, a sweep finds what is gone: all is equal then."""
        workspace = self.sandbox.workspace
        workspace.clock.advance(workspace.searchable_after_seconds + 1)
        names = self.subject.named(self.version)
        self.run()
        self._assert_equal(names, swept=False)
        if self.subject.named(self.version, swept=True):
            # An archived contact that changed a moment ago may be one that searches do not find yet.
            workspace.clock.advance(_LOOKBACK + 1)
            self.run(sweep=True)
            self.run()
        self.restored.clear()
        self._assert_equal(names, swept=True)
        for name in names:
            if name in self.history:
                assert_history(self.folder, stream_named(name).table)
        assert select(self.folder, "SELECT table_name, field, drift FROM pipeline.schema_events") == []

    def assert_nothing_is_flagged_falsely(self) -> None:
        """The database opens, and what is flagged is gone, or was."""
        with duckdb.connect(str(DataFolder(self.folder).warehouse)) as connection:
            for name in set(self.subject.streams) & set(_KNOWING):
                collection = self.sandbox.workspace.collections[name]
                flagged = {key for (key,) in connection.execute(_FLAGGED.format(name)).fetchall()}
                assert flagged <= collection.gone.keys() | self.restored, f"{name} flagged falsely"

    def _results(
        self, names: Sequence[str], *, timeout: float, sweep: bool = False, full_refresh: bool = False
    ) -> dict[str, SyncResult]:
        if not names:
            return {}
        self._spoken()
        return sync(
            self.sandbox,
            self.folder,
            *names,
            sweep=sweep,
            allow_many=True,
            full_refresh=full_refresh,
            history=self.history,
            per_page=self.per_page,
            version=self.version,
            timeout_seconds=timeout,
        )

    def _spoken(self) -> None:
        if self.version not in self.versions:
            self.versions.append(self.version)

    def _chosen(self, names: Sequence[str], *, sweep: bool) -> list[str]:
        there = self.subject.named(self.version, swept=sweep)
        return [name for name in there if name in names or not names]

    def _assert_equal(self, names: Sequence[str], *, swept: bool) -> None:
        if names:
            assert_equal_to_the_workspace(
                self.sandbox, self.folder, *names, version=self.versions, swept=swept, restored=self.restored
            )

    @contextmanager
    def _holding(self, at: int) -> Iterator[threading.Event]:
        """Answer no more once so many requests were answered, until the block ends."""
        held, released, asked = threading.Event(), threading.Event(), count(1)

        def hold(_: Request) -> None:
            if next(asked) >= at and not released.is_set():
                held.set()
                released.wait(_HELD_SECONDS)

        with self._after_each_request(hold):
            try:
                yield held
            finally:
                released.set()

    @contextmanager
    def _after_each_request(self, act: Callable[[Request], None]) -> Iterator[None]:
        self.sandbox.after_each_request.append(act)
        try:
            yield
        finally:
            self.sandbox.after_each_request.remove(act)


def _why(result: SyncResult) -> str:
    """Why a stream's part is not complete; empty where it is."""
    return "" if result.outcome is Outcome.COMPLETE else f"{result.outcome}: {result.error}"
