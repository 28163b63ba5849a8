"""What is found about the database and the last sync."""

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from intercom_pipeline.doctor import Finding, State, database
from intercom_pipeline.sandbox import Fault, FaultKind, Sandbox
from intercom_pipeline.warehouse.files import DataFolder
from tests.doctor.conftest import Examine
from tests.syncing import sync

HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def facts(folder: DataFolder) -> database.Facts:
    found = database.facts_of(folder)
    assert isinstance(found, database.Facts)
    return found


def remember(folder: DataFolder, **values: str) -> None:
    """Let the database say something else of itself."""
    with duckdb.connect(str(folder.warehouse)) as connection:
        for key, value in values.items():
            connection.execute("UPDATE pipeline.about SET value = ? WHERE key = ?", [value, key])


def states(found: Mapping[str, Finding], *names: str) -> list[State]:
    return [found[name].state for name in names]


def test_a_database_that_was_just_synced_is_well(synced: DataFolder, found: Examine) -> None:
    """It opens, is of this release and of the token's workspace, and the sync is fresh."""
    assert synced.warehouse.exists()
    names = ("database", "release", "database's workspace", "last sync")
    assert states(found(), *names) == [State.OK] * 4


def test_no_database_is_no_failure(found: Examine) -> None:
    """The first sync makes it; that there was none is warned of."""
    assert states(found(offline=True), "database", "last sync") == [State.OK, State.WARNING]


def test_a_file_that_is_no_database_fails(synced: DataFolder, found: Examine) -> None:
    """The file that readers open too; the other checks go on."""
    synced.warehouse.write_bytes(b"no database" * 1000)
    synced.published.write_bytes(b"no database" * 1000)
    told = found(offline=True)
    assert states(told, "database", "last sync") == [State.FAILED, State.FAILED]
    assert "Dagster's home" in told


def test_a_database_of_another_program_fails(tmp_path: Path) -> None:
    """It is not ours to write into."""
    folder = DataFolder(tmp_path)
    duckdb.connect(str(folder.warehouse)).close()
    assert database.opens(facts(folder)).state is State.FAILED


def test_a_program_that_holds_the_database_is_named(synced: DataFolder, found: Examine) -> None:
    """With its process, so that it can be closed."""
    hold = [sys.executable, "-c", HOLD, str(synced.warehouse)]
    with subprocess.Popen(hold, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        told = found(offline=True)["database"]
        holder.communicate()
    assert told.state is State.FAILED
    assert f"process {holder.pid}" in told.found


@pytest.mark.parametrize(
    ("release", "schema", "state"),
    [("0.0.1", "1", State.OK), ("99.0", "1", State.WARNING), ("99.0", "999", State.FAILED)],
)
def test_the_release_that_wrote_it_is_told(
    synced: DataFolder, release: str, schema: str, state: State
) -> None:
    """An older one is brought up to date; a later one is warned of, and fails where its schema is unknown."""
    remember(synced, release=release, schema_version=schema)
    finding = database.release(facts(synced))
    assert finding.state is state
    assert release in finding.found


def test_a_file_that_older_clients_cannot_read_is_warned_of(tmp_path: Path, synced: DataFolder) -> None:
    """As DuckDB writes it by itself."""
    later = DataFolder(tmp_path / "later")
    later.path.mkdir()
    with duckdb.connect(str(later.warehouse), config={"storage_compatibility_version": "latest"}) as made:
        made.execute(f"ATTACH '{synced.warehouse}' AS old (READ_ONLY)")
        made.execute("COPY FROM DATABASE old TO warehouse")
    finding = database.opens(facts(later))
    assert finding.state is State.WARNING
    assert "older clients" in finding.found


def test_the_database_of_another_workspace_fails(synced: DataFolder, found: Examine) -> None:
    """Where the token's is known; otherwise nobody can tell."""
    remember(synced, workspace_id="another")
    assert states(found(), "database's workspace") == [State.FAILED]
    assert states(found(offline=True), "database's workspace") == [State.SKIPPED]


def test_a_sync_of_long_ago_is_warned_of(synced: DataFolder) -> None:
    """Of more than a day."""
    now = datetime.now(UTC)
    assert database.last_sync(synced, now + timedelta(hours=23)).state is State.OK
    assert database.last_sync(synced, now + timedelta(hours=25)).state is State.WARNING


def test_a_sync_that_was_not_complete_is_warned_of(synced: DataFolder, sandbox: Sandbox) -> None:
    """With the streams and the reason."""
    sandbox.faults.add(Fault(kind=FaultKind.FORBIDDEN, match="GET /tags"))
    sync(sandbox, synced.path, "admins", "tags")
    finding = database.last_sync(synced, datetime.now(UTC))
    assert finding.state is State.WARNING
    assert "tags not complete" in finding.found


def test_a_database_that_a_killed_sync_left_opens(synced: DataFolder) -> None:
    """Its write-ahead log stays where it is, for the next sync."""
    script = (
        "import sys, os, duckdb; c = duckdb.connect(sys.argv[1]); "
        "c.execute('CREATE TABLE left_over AS SELECT 1'); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", script, str(synced.warehouse)], check=False)
    log = Path(f"{synced.warehouse}.wal")
    before = log.read_bytes()
    assert database.opens(facts(synced)).state is State.OK
    assert log.read_bytes() == before
