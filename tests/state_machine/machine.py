"""The state machine: what may happen to a workspace and its folder, in any order."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from intercom_pipeline.sandbox import Fault, FaultKind, Options, Sizes, serve
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.opening import open_warehouse
from tests.state_machine.subjects import SUBJECTS, SWITCHED
from tests.state_machine.world import World

FEW = Sizes(
    contacts=24,
    conversations=9,
    articles=8,
    companies=8,
    admins=4,
    teams=2,
    tags=14,
    segments=4,
    tickets=7,
    calls=5,
    activity_logs=12,
    long_conversations=1,
)
# Saturday noon in New York; the clocks change in the following night.
START = 1_772_902_800
DST_ZONE = "America/New_York"
_HOUR, _DAY = 3_600, 86_400
STEPS = (0, 1, 2, 30, 700, _HOUR, 11 * _HOUR + 3_590, _DAY - 1, _DAY, 5 * _DAY)
"""Seconds that the clock moves on: none, beyond the lookback, over midnights and the change of the clocks."""

PASSING = (
    FaultKind.TOO_MANY_RETRY_AFTER,
    FaultKind.ERROR_500,
    FaultKind.ERROR_502_HTML,
    FaultKind.ERROR_503,
    FaultKind.ERROR_504_HTML,
    FaultKind.HTML,
    FaultKind.EMPTY,
    FaultKind.GARBLED,
    FaultKind.TRUNCATED,
    FaultKind.BAD_UTF8,
    FaultKind.BAD_GZIP,
    FaultKind.LOOP,
    FaultKind.RESET,
    FaultKind.CUT,
    FaultKind.HANG,
    FaultKind.REDIRECT,
    FaultKind.UNAUTHORIZED,
    FaultKind.FORBIDDEN,
    FaultKind.UNPROCESSABLE,
)
MATCHES = ("*", "POST *", "GET *", "GET /*/{id}", "GET /*/{id}/*", "GET /me")

numbers = st.integers(min_value=0, max_value=199)


@cache
def _made() -> Path:
    """A folder whose database has all tables and no rows, to be copied."""
    folder = Path(mkdtemp(prefix="state-machine-"))
    with open_warehouse(DataFolder(folder), [table for stream in CATALOG for table in stream.tables()]):
        pass
    return folder


class Machine(RuleBasedStateMachine):
    """A sequence: changes, faults and runs in any order; at its end the tables equal the workspace."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.sound = True
        self.steps = 0

    @initialize(
        subject=st.sampled_from(sorted(SUBJECTS)),
        version=st.sampled_from(SWITCHED),
        seed=st.integers(min_value=1, max_value=3),
        per_page=st.sampled_from((1, 4, 150)),
        kept=st.booleans(),
        synced=st.booleans(),
    )
    def begin(
        self, subject: str, version: str, seed: int, per_page: int, *, kept: bool, synced: bool
    ) -> None:
        """A workspace, a folder, and what it is about."""
        options = Options(limit_per_minute=6_000_000, now=START, api_timezone=DST_ZONE)
        sandbox = self.stack.enter_context(serve(sizes=FEW, options=options, seed=seed))
        sandbox.workspace.searchable_in_any_order = True
        folder = Path(self.stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        shutil.copytree(_made(), folder, dirs_exist_ok=True)
        about = SUBJECTS[subject]
        history = frozenset(about.streams) if kept else frozenset()
        self.world = World(
            sandbox=sandbox,
            folder=folder,
            subject=about,
            version=version,
            per_page=per_page,
            history=history,
        )
        if synced:
            self.does(self.world.run)

    def does(self, act: Callable[[], object]) -> None:
        """Do something; after a failure nothing more is looked at."""
        self.steps += 1
        self.sound = False
        act()
        self.sound = True

    @rule(seconds=st.sampled_from((0, 60, 800)))
    def lag(self, seconds: int) -> None:
        """Searches find what changed so much later from now on."""
        self.world.sandbox.workspace.searchable_after_seconds = seconds

    @rule(version=st.sampled_from(SWITCHED))
    def switch(self, version: str) -> None:
        """Another API version is set."""
        self.world.version = version

    @rule(data=st.data())
    def sync_some(self, data: st.DataObject) -> None:
        """Some of the streams are synced."""
        self._live(data)
        names = self.world.subject.named(self.world.version)
        if names:
            chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True), label="streams")
            self.does(partial(self.world.run, chosen))

    @rule(data=st.data())
    def sync(self, data: st.DataObject) -> None:
        """All are synced."""
        self._live(data)
        self.does(self.world.run)

    @rule(data=st.data())
    def full_refresh(self, data: st.DataObject) -> None:
        """All are read anew."""
        self._live(data)
        self.does(partial(self.world.run, full_refresh=True))

    @rule(data=st.data())
    def sweep(self, data: st.DataObject) -> None:
        """What is gone is looked for."""
        self._live(data)
        self.does(partial(self.world.run, sweep=True))

    @rule(
        data=st.data(),
        kind=st.sampled_from(PASSING),
        match=st.sampled_from(MATCHES),
        after=st.integers(min_value=0, max_value=12),
        times=st.sampled_from((1, 2, 7, 40)),
        sweep=st.booleans(),
    )
    def disturb(
        self, data: st.DataObject, kind: FaultKind, match: str, after: int, times: int, *, sweep: bool
    ) -> None:
        """Requests fail, a few or so many that a stream is given up."""
        self._live(data)
        most = 2 if kind is FaultKind.HANG else times
        fault = Fault(kind=kind, match=match, after=after, times=most, wait_seconds=0.01)
        self.does(partial(self.world.run_disturbed, fault, sweep=sweep))

    @rule(data=st.data(), each=st.integers(min_value=1, max_value=6), sweep=st.booleans())
    def change_meanwhile(self, data: st.DataObject, each: int, *, sweep: bool) -> None:
        """People do something while a run reads."""
        self._live(data)
        acts = [self._drawn_change(data) for _ in range(3)]
        self.does(partial(self.world.run_while, acts, each=each, sweep=sweep))

    @rule(data=st.data(), at=st.integers(min_value=1, max_value=40), sweep=st.booleans())
    def stop(self, data: st.DataObject, at: int, *, sweep: bool) -> None:
        """A run is stopped in the middle."""
        self._live(data)
        self.does(partial(self.world.run_stopped, at, sweep=sweep))

    @rule(data=st.data())
    def check(self, data: st.DataObject) -> None:
        """The tables equal the workspace."""
        self._live(data)
        self.does(self.world.check)

    def teardown(self) -> None:
        """At the end, whatever happened, the tables equal the workspace."""
        try:
            if self.sound and hasattr(self, "world"):
                self.world.check()
        finally:
            self.stack.close()

    def _live(self, data: st.DataObject) -> None:
        """People do something, or nothing, and time goes by."""
        for _ in range(data.draw(st.integers(min_value=0, max_value=4), label="changes")):
            self.does(self._drawn_change(data))
        self.world.sandbox.workspace.clock.advance(data.draw(st.sampled_from(STEPS), label="seconds"))

    def _drawn_change(self, data: st.DataObject) -> Callable[[], object]:
        name = data.draw(st.sampled_from(sorted(self.world.subject.changes)), label="change")
        return partial(self.world.change, name, data.draw(numbers, label="number"))


class KillingMachine(Machine):
    """A sequence in which processes are killed, too, which takes seconds each time."""

    @rule(data=st.data(), at=st.integers(min_value=1, max_value=40), sweep=st.booleans())
    def kill(self, data: st.DataObject, at: int, *, sweep: bool) -> None:
        """A run's process is killed in the middle."""
        self._live(data)
        self.does(partial(self.world.run_killed, at, sweep=sweep))
