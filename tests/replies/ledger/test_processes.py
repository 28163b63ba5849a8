"""Several processes and threads at one ledger, and processes that die: nothing is intended twice."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from intercom_pipeline.replies.ledger import postgres, sqlite
from intercom_pipeline.replies.ledger.database import Database
from intercom_pipeline.replies.ledger.errors import (
    LedgerBusy,
    LedgerConflict,
    LedgerError,
    LedgerLost,
    LedgerUnreachable,
)
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.opening import FILE
from intercom_pipeline.replies.ledger.values import Outcome
from tests.postgres import Server
from tests.replies.ledger.acts import CONVERSATIONS, claimed, intend_and_die, ledger_id_of, run
from tests.replies.ledger.known import Place, a_plan, an_intent, put, state

PROCESSES = 8
CONTEXT = get_context("forkserver")
# Loaded once, for all processes.
CONTEXT.set_forkserver_preload(["tests.replies.ledger.acts"])


def in_processes(act: Callable[..., Any], *arguments: Any) -> list[Any]:
    """What each of the processes gives, all begun at once."""
    barrier, answers = CONTEXT.Barrier(PROCESSES), CONTEXT.Queue()
    processes = [
        CONTEXT.Process(target=run, args=(act, barrier, answers, number, *arguments))
        for number in range(PROCESSES)
    ]
    for each in processes:
        each.start()
    given = [answers.get(timeout=60) for _ in processes]
    for each in processes:
        each.join(60)
    return given


def test_processes_that_begin_a_ledger_at_once_begin_the_same(place: Place) -> None:
    """One makes the tables, the others wait for it."""
    ids = in_processes(ledger_id_of, place)
    with place.open(create=False) as ledger:
        assert set(ids) == {ledger.ledger_id}


def test_of_eight_processes_one_claims_a_conversation(place: Place) -> None:
    """Each of the conversations is claimed, and by whom the ledger says."""
    given = in_processes(claimed, place)
    assert Counter(each for claims in given for each in claims) == Counter(CONVERSATIONS)
    with place.open() as ledger:
        runs = Counter(each.intent.run_id for each in ledger.all_sendings())
        assert sorted(runs.values()) == sorted(len(claims) for claims in given if claims)
        assert all(each.attempts == 1 for each in ledger.all_sendings())


def test_of_eight_threads_one_claims_a_conversation(ledger: Ledger) -> None:
    """Even of one ledger that is open."""
    plan = a_plan(ledger)

    def claim(number: int) -> list[str]:
        return [each for each in CONVERSATIONS if ledger.intend(an_intent(plan, each, f"run {number}"))]

    with ThreadPoolExecutor(PROCESSES) as pool:
        given = list(pool.map(claim, range(PROCESSES)))
    assert Counter(each for claims in given for each in claims) == Counter(CONVERSATIONS)


def test_one_process_applies_and_the_others_are_told_which(ledger: Ledger, place: Place) -> None:
    """Until it ends; the same ledger cannot be had twice either."""
    assert ledger.applier() is None
    with place.open() as other:
        with ledger.only_apply("plan 1"):
            for each in (ledger, other):
                named = f"plan plan 1 is being sent or resolved already .process {os.getpid()} on "
                with pytest.raises(LedgerBusy, match=named) as told, each.only_apply("plan 2"):
                    pass
                assert told.value.holder == os.getpid()
            found = other.applier()
            assert found is not None
            assert (found.pid, found.plan_id) == (os.getpid(), "plan 1")
        assert other.applier() is None
        with other.only_apply("plan"):
            assert ledger.applier() is not None


def test_what_a_killed_process_intended_is_not_known(place: Place) -> None:
    """It stays intended until another process has the right to send, which is free at once."""
    process = CONTEXT.Process(target=intend_and_die, args=(place,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    with place.open(create=False) as ledger:
        assert (state(ledger).outcome, ledger.applier()) == (Outcome.INTENDED, None)
        plan = a_plan(ledger)
        assert not ledger.intend(an_intent(plan, run_id="next"))
        with ledger.only_apply("plan"):
            assert ledger.recover("next") == 1
            assert not ledger.intend(an_intent(plan, run_id="next"))
        assert state(ledger).outcome is Outcome.UNKNOWN


def kill_connections(server: Server) -> None:
    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_who_loses_the_connection_sends_nothing_more(place: Place, server: Server) -> None:
    """The server lets another process in at once; what is in flight can still be noted."""
    with place.open() as ledger, place.open() as other:
        plan = a_plan(ledger)
        with ledger.only_apply("plan"):
            assert ledger.intend(an_intent(plan, "1"))
            kill_connections(server)
            ledger.settle(an_intent(plan, "1").key, Outcome.SENT, run_id="run")
            for _ in range(2):
                with pytest.raises(LedgerLost):
                    ledger.intend(an_intent(plan, "2"))
            with suppress(LedgerError):
                other.entries()  # Its connection was cut, too.
            with other.only_apply("plan"):
                assert other.intend(an_intent(plan, "2"))
        assert state(ledger).outcome is Outcome.SENT


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_an_intent_on_a_cut_connection_is_an_end(place: Place, server: Server) -> None:
    """It is told as the right that was lost, not as a server that could be asked again."""
    with place.open() as ledger:
        plan = a_plan(ledger)
        with ledger.only_apply("plan"):
            kill_connections(server)
            with pytest.raises(LedgerLost):
                ledger.intend(an_intent(plan))
        assert ledger.intend(an_intent(plan))


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_who_is_taken_over_sends_nothing_more(place: Place, ledger: Ledger) -> None:
    """As when somebody removes the lock file, or a network drive knows no locks."""
    plan = a_plan(ledger)
    with ledger.only_apply("plan"):
        Path(place.folder / "apply.lock").unlink()
        with place.open() as other, other.only_apply("plan"):
            with pytest.raises(LedgerLost):
                ledger.intend(an_intent(plan))
            with pytest.raises(LedgerLost):
                ledger.recover("run")
            assert other.intend(an_intent(plan))


def test_who_looks_never_waits_for_who_sends(place: Place, ledger: Ledger) -> None:
    """A transaction that writes is open meanwhile, and one that reads."""
    plan = a_plan(ledger)
    put(ledger, plan, Outcome.SENT, "1")
    with place.open() as other, ledger._database.writing():
        assert other.entry(plan.plan_id).outcomes == {Outcome.SENT: 1}
        assert not other.is_stopped(plan.plan_id)
    with place.open() as other, other._database.reading() as reading:
        reading.exec_driver_sql("SELECT count(*) FROM reply_sendings")
        assert ledger.intend(an_intent(plan, "2"))


def test_a_generator_of_sendings_holds_nothing_up(ledger: Ledger) -> None:
    """Whoever stops in the middle of them leaves the ledger free for another thread."""
    plan = a_plan(ledger)
    put(ledger, plan, Outcome.SENT, "1")
    listed = ledger.all_sendings()
    assert next(listed).outcome is Outcome.SENT
    thread = threading.Thread(target=put, args=(ledger, plan, Outcome.SENT, "2"))
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


def test_two_ledgers_of_a_server_have_rights_of_their_own(server: Server, tmp_path: Path) -> None:
    """As two workspaces' that share a database, each in its schema."""
    server.execute("CREATE SCHEMA one")
    server.execute("CREATE SCHEMA two")
    one, two = (
        Place(url=f"{server.url('postgres')}?options=-csearch_path%3D{name}", folder=tmp_path / name)
        for name in ("one", "two")
    )
    with one.open() as first, two.open() as second, first.only_apply("plan"), second.only_apply("plan"):
        assert first.ledger_id != second.ledger_id
        with pytest.raises(LedgerConflict):
            first.settle(an_intent(a_plan(first)).key, Outcome.SENT, run_id="run")


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_a_server_that_stands_still_is_given_up(place: Place) -> None:
    """After a while, and then at once for a minute: whoever stops a run does not wait for it."""
    assert place.url is not None
    address = postgres.parsed(place.url)
    with Database(postgres.engine(address, answer_seconds=0.5), "it") as database:
        with database.reading() as connection:
            backend = connection.scalar(select(func.pg_backend_pid())) or 0
        os.kill(backend, signal.SIGSTOP)
        try:
            for use in (database.reading, database.writing, database.reading):
                with pytest.raises(LedgerUnreachable, match="no answer came in time"), use() as connection:
                    connection.scalar(select(1))
            assert database.session == 1  # It was not connected to again.
        finally:
            os.kill(backend, signal.SIGCONT)


def test_a_ledger_that_was_closed_is_not_used_any_more(place: Place) -> None:
    """A thread that goes on with it notes and claims nothing."""
    with place.open() as ledger:
        plan = a_plan(ledger)
    for use in (ledger.entries, lambda: ledger.intend(an_intent(plan))):
        with pytest.raises(LedgerLost, match="closed"):
            use()


def moved(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def replaced_by_a_copy(path: Path) -> None:
    copy = path.with_name("copy.db")
    sqlite.back_up(path, copy)
    copy.replace(path)


def without_its_log(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize("change", [moved, replaced_by_a_copy, without_its_log])
def test_nothing_is_sent_by_a_ledger_that_is_not_where_it_was(
    place: Place, ledger: Ledger, change: Callable[[Path], None]
) -> None:
    """What it would note nobody would find; what was in flight is told as not noted."""
    plan = a_plan(ledger)
    with ledger.only_apply("plan"):
        assert ledger.intend(an_intent(plan, "1"))
        change(place.folder / FILE)
        with pytest.raises(LedgerLost, match="replaced"):
            ledger.intend(an_intent(plan, "2"))
        if change is not without_its_log:
            with pytest.raises(LedgerLost, match="replaced"):
                ledger.settle(an_intent(plan, "1").key, Outcome.SENT, run_id="run")


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_nobody_begins_to_send_by_a_ledger_that_was_replaced_since_it_was_opened(
    place: Place, ledger: Ledger
) -> None:
    """As while somebody is asked to confirm."""
    replaced_by_a_copy(place.folder / FILE)
    with pytest.raises(LedgerLost, match="replaced"), ledger.only_apply("plan"):
        pass
