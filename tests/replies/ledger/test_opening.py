"""Where a ledger is, who can read it, and what is said where there is none to be had."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text, update

from intercom_pipeline.replies.ledger import schema, sqlite
from intercom_pipeline.replies.ledger.errors import (
    LedgerBusy,
    LedgerError,
    LedgerMissing,
    LedgerTooNew,
    LedgerUnreachable,
    LedgerUnwritable,
    LedgerUrlRefused,
    NotALedger,
)
from intercom_pipeline.replies.ledger.opening import FILE, open_ledger
from intercom_pipeline.replies.ledger.tables import METADATA, PLANS, VERSION_TABLE
from intercom_pipeline.replies.ledger.values import Outcome
from tests.cli.test_bad_input import remount, small_disk
from tests.postgres import Server
from tests.replies.ledger.known import Place, a_plan, a_reply, an_intent, put

SECRET = "zyxwvut"
in_a_file = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


def modes(folder: Path) -> dict[str, int]:
    """What is in a folder, and who may use it."""
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in (folder, *folder.iterdir())}


def refused(kind: type[LedgerError], url: str | None, folder: Path, *, create: bool = True) -> str:
    """What is said where no ledger can be opened: three lines, without a password."""
    with pytest.raises(kind) as told:
        open_ledger(url, folder, create=create).close()
    said = str(told.value)
    assert len(said.splitlines()) == 3
    assert SECRET not in said
    return said


@in_a_file
def test_its_files_are_for_this_user_alone(place: Place) -> None:
    """Under any umask, SQLite's own files too, and a file that others could read before."""
    before = os.umask(0)
    try:
        with place.open() as ledger:
            put(ledger, a_plan(ledger), Outcome.SENT)
            with ledger.only_apply("plan"):
                found = modes(place.folder)
        assert {"ledger.db", "ledger.db-wal", "ledger.db-shm", "apply.lock"} <= found.keys()
        assert found.pop("replies") == 0o700
        assert set(found.values()) == {0o600}
        (place.folder / FILE).chmod(0o644)
        place.open().close()
        assert modes(place.folder)[FILE] == 0o600
    finally:
        os.umask(before)


@in_a_file
def test_a_commit_is_on_the_disk(place: Place) -> None:
    """SQLite is told so, on every connection."""
    with place.open() as ledger, ledger._database.reading() as connection:
        asked = ("synchronous", "journal_mode", "foreign_keys", "secure_delete", "temp_store")
        told = [connection.exec_driver_sql(f"PRAGMA {each}").scalar() for each in asked]
    assert told == [3, "wal", 1, 1, 2]


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_a_commit_is_on_the_servers_disk(place: Place, server: Server) -> None:
    """Whatever its default is."""
    server.execute("ALTER ROLE ledger SET synchronous_commit = off")
    with place.open() as ledger, ledger._database.reading() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_to_read_begins_no_ledger(place: Place) -> None:
    """Not even a folder; it says that there is none."""
    refused(LedgerMissing, place.url, place.folder, create=False)
    assert not place.folder.exists()
    with place.open() as ledger:
        begun = ledger.ledger_id
    with place.open(create=False) as ledger:
        assert ledger.ledger_id == begun


@in_a_file
def test_a_lost_ledger_is_another_one(place: Place) -> None:
    """A plan of the one before is not known, and that is said."""
    with place.open() as ledger:
        plan = a_plan(ledger)
    shutil.rmtree(place.folder)
    with place.open() as ledger:
        assert ledger.ledger_id != plan.ledger_id
        with pytest.raises(LedgerError, match="knows no plan") as told:
            ledger.plan(plan.plan_id)
    assert "lost" in told.value.why
    assert "INTERCOM_LEDGER_URL" in told.value.why


@in_a_file
def test_a_ledger_whose_making_was_cut_off_is_made(place: Place) -> None:
    """An empty file stands there; readers take it for none."""
    place.folder.mkdir()
    (place.folder / FILE).touch()
    refused(LedgerMissing, None, place.folder, create=False)
    with place.open() as ledger:
        assert ledger.entries() == []


@in_a_file
def test_a_current_ledger_is_opened_without_the_tool_for_migrations(place: Place) -> None:
    """It takes longer to load than all the rest."""
    place.open().close()
    script = (
        "import sys; from pathlib import Path\n"
        "from intercom_pipeline.replies.ledger.opening import open_ledger\n"
        f"open_ledger({place.url!r}, Path({str(place.folder)!r})).close()\n"
        "print('alembic' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


def test_the_migrations_lead_to_the_tables(place: Place) -> None:
    """Column by column, and the latest one is the one that this release knows as such."""
    with place.open() as ledger, ledger._database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []
    script = ScriptDirectory(str(schema._MIGRATIONS))
    assert [each.revision for each in script.walk_revisions()] == list(reversed(schema.KNOWN))
    assert script.get_current_head() == schema.HEAD


def test_an_earlier_releases_ledger_is_brought_up_to_date(place: Place) -> None:
    """What it knows stays known; a file is copied before."""
    with place.open() as ledger:
        put(ledger, a_plan(ledger), Outcome.SENT)
        known = [*ledger.all_sendings()]
        with ledger._database.writing() as connection:
            connection.execute(text("ALTER TABLE reply_applier DROP COLUMN plan_id"))
            connection.execute(update(schema._VERSION).values(version_num="0001"))
    with place.open(create=False) as ledger:
        assert [*ledger.all_sendings()] == known
        with ledger.only_apply("plan"):
            assert ledger.applier() is not None
    copies = [] if place.url else [place.folder / "ledger.before-0002.db"]
    assert [*place.folder.glob("*.before-*")] == copies


def test_a_later_releases_ledger_is_left_alone(place: Place) -> None:
    """It says to update."""
    with place.open() as ledger, ledger._database.writing() as connection:
        connection.execute(update(schema._VERSION).values(version_num="9999"))
    assert "9999" in refused(LedgerTooNew, place.url, place.folder)


@in_a_file
def test_a_copy_of_a_ledger_is_whole_and_for_this_user_alone(place: Place, tmp_path: Path) -> None:
    """While it is open, and what was not yet written to its file is in the copy."""
    kept = tmp_path / "kept" / FILE
    with place.open() as ledger:
        put(ledger, a_plan(ledger), Outcome.SENT)
        (place.folder / "other").mkdir()
        sqlite.back_up(place.folder / FILE, kept)
        assert modes(kept.parent) == {"kept": 0o700, FILE: 0o600}
        with open_ledger(None, kept.parent) as copy:
            assert list(copy.all_sendings()) == list(ledger.all_sendings())


def a_folder(path: Path) -> None:
    path.mkdir()


def a_text(path: Path) -> None:
    path.write_text("plan,outcome\n" * 100, encoding="utf-8")


def another_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE customers (id)")


def a_damaged_ledger(path: Path) -> None:
    """The first page is whole; what follows is not."""
    with open_ledger(None, path.parent) as ledger:
        a_plan(ledger, *(a_reply(str(number), body="x" * 200) for number in range(200)))
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))


@pytest.mark.parametrize("make", [a_folder, a_text, another_database, a_damaged_ledger])
def test_what_is_no_ledger_is_left_as_it_is(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """It says so, and nothing is written over it."""
    path = tmp_path / FILE
    make(path)
    before = None if path.is_dir() else path.read_bytes()
    assert str(path) in refused(NotALedger, None, tmp_path)
    assert path.is_dir() if before is None else path.read_bytes() == before


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    """Nothing can be kept there."""
    (tmp_path / "replies").touch()
    assert "replies" in refused(LedgerUnwritable, None, tmp_path / "replies")


def test_on_a_read_only_disk_nothing_is_claimed(tmp_path: Path) -> None:
    """It says so when a ledger is begun, and when one that is there would have to note an intent."""
    with small_disk(tmp_path / "disk", "size=4m") as disk:
        with open_ledger(None, disk / "replies") as ledger:
            plan = a_plan(ledger)
        remount(disk, "ro")
        refused(LedgerUnwritable, None, disk / "others")
        with pytest.raises(LedgerUnwritable), open_ledger(None, disk / "replies") as ledger:
            ledger.intend(an_intent(plan))


def test_on_a_full_disk_nothing_is_claimed(tmp_path: Path) -> None:
    """What was noted before stays, and when there is room again it goes on."""
    with small_disk(tmp_path / "disk", "size=1m") as disk, open_ledger(None, disk / "replies") as ledger:
        plan = a_plan(ledger)
        put(ledger, plan, Outcome.SENT, "1")
        filler = disk / "filler"
        with pytest.raises(OSError, match="No space"):
            filler.write_bytes(b"x" * 2_000_000)
        with pytest.raises(LedgerUnwritable, match="disk is full") as told:
            a_plan(ledger, a_reply(body="x" * 100_000))
        assert len(str(told.value).splitlines()) == 3
        assert [each.outcome for each in ledger.sendings(plan.plan_id)] == [Outcome.SENT]
        filler.unlink()
        assert ledger.intend(an_intent(plan, "2"))


@in_a_file
def test_a_ledger_that_another_program_holds_is_told_as_busy(place: Place) -> None:
    """After a while; nothing was noted."""
    with place.open() as ledger, closing(sqlite3.connect(place.folder / FILE)) as other:
        plan = a_plan(ledger)
        with ledger._database.reading() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerBusy, match="another process"):
            ledger.intend(an_intent(plan))
        other.rollback()
        assert ledger.intend(an_intent(plan))


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://ada:{SECRET}@host/replies",
        f"sqlite:///{SECRET}.db",
        f"postgresql+asyncpg://ada:{SECRET}@host/replies",
        f"postgresql://ada:p@{SECRET}@host/replies",
        f"postgresql://ada:x@host:{SECRET}/replies",
        SECRET,
        " ",
        f"://{SECRET}",
    ],
)
def test_an_address_that_cannot_be_used_is_refused(url: str, tmp_path: Path) -> None:
    """By the name of the setting, never with what is in it; nothing is begun instead."""
    assert "INTERCOM_LEDGER_URL" in refused(LedgerUrlRefused, url, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the extra that brings it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "intercom-pipeline[postgres]" in refused(LedgerUrlRefused, "postgresql://host/replies", tmp_path)


@pytest.mark.parametrize(
    ("user", "database", "reason"),
    [
        (f"guarded:{SECRET}1", "postgres", "refuses the user or the password"),
        ("guarded", "postgres", "the address has none"),
        ("ledger", "nowhere", "no such database"),
        (f"nobody:{SECRET}", "postgres", "no such database or user"),
    ],
)
def test_why_a_server_lets_nobody_in_is_told(
    server: Server, tmp_path: Path, user: str, database: str, reason: str
) -> None:
    """In words, with the server's name."""
    said = refused(LedgerUnreachable, server.url(database, user), tmp_path)
    assert reason in said
    assert f"127.0.0.1:{server.port}/{database}" in said


def test_a_password_in_the_address_is_used(server: Server, tmp_path: Path) -> None:
    """The user that has one may make tables in a schema of its own."""
    server.execute("CREATE SCHEMA guarded AUTHORIZATION guarded")
    with open_ledger(server.url("postgres", f"guarded:{SECRET}"), tmp_path) as ledger:
        assert ledger.intend(an_intent(a_plan(ledger)))
        assert SECRET not in ledger.name


def test_a_user_who_may_make_no_tables_is_told(server: Server, tmp_path: Path) -> None:
    """As where the tables are made by somebody else."""
    server.execute("CREATE SCHEMA closed")
    server.execute("GRANT USAGE ON SCHEMA closed TO guarded")
    url = server.url("postgres", f"guarded:{SECRET}") + "?options=-csearch_path%3Dclosed"
    assert "may not do that" in refused(LedgerUnwritable, url, tmp_path)


@pytest.mark.parametrize(
    ("address", "reason"),
    [("127.0.0.1:1", "nothing listens there"), ("nowhere.invalid", "no such host")],
)
def test_a_server_that_is_not_there_is_told(tmp_path: Path, address: str, reason: str) -> None:
    """By its name, without the password."""
    assert reason in refused(LedgerUnreachable, f"postgresql://ada:{SECRET}@{address}/replies", tmp_path)


def test_an_error_shows_nothing_of_what_was_to_be_stored(ledger_with_a_trap: Place) -> None:
    """Neither it nor what it came from: both may be logged."""
    with ledger_with_a_trap.open() as ledger, pytest.raises(LedgerError) as told:
        a_plan(ledger, a_reply(body=SECRET, to=SECRET), workspace_name=SECRET, workspace_id=SECRET)
    cause = told.value.__cause__
    assert cause is not None
    assert SECRET not in f"{told.value} {cause} {cause!r} {cause.__cause__!r}"


@pytest.fixture
def ledger_with_a_trap(place: Place) -> Place:
    """A ledger that takes no plans."""
    with place.open() as ledger, ledger._database.writing() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {PLANS.name} ADD COLUMN trap TEXT NOT NULL DEFAULT ''")
        connection.exec_driver_sql(f"ALTER TABLE {PLANS.name} RENAME COLUMN replies TO other")
    return place
