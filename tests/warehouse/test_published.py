"""The published file: private, whole at every moment, and readable by older clients."""

import os
import shutil
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from intercom_pipeline.warehouse.batch import Batch
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.opening import open_warehouse
from intercom_pipeline.warehouse.people.policies import HASH, Policies
from intercom_pipeline.warehouse.table import Column, Kind, Table

THINGS = Table(
    name="things",
    description="Things.",
    grain="a thing",
    columns=(
        Column(name="id", kind=Kind.ID, description="Its id."),
        Column(name="moment", kind=Kind.TIME, description="A moment."),
        Column(name="anything", kind=Kind.JSON, description="Anything."),
    ),
)
RECORD = b'{"id":"%d","moment":1700000000,"anything":{"a":[1,"b"]}}'


def fill(folder: DataFolder, count: int) -> None:
    with open_warehouse(folder, [THINGS]) as warehouse:
        batch = Batch(table=THINGS)
        for number in range(count):
            batch.add(RECORD % number)
        warehouse.commit([batch], [])


@pytest.fixture
def lax() -> Iterator[None]:
    """A shell in which files are for everybody unless somebody says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("lax")
def test_all_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """0600 in a folder of 0700, whatever the umask, the write-ahead log and batches on their way included."""
    folder = DataFolder(tmp_path / "profiles" / "shop")
    with open_warehouse(folder, [THINGS], Policies(columns=(("things.anything", HASH),))) as warehouse:
        batch = Batch(table=THINGS)
        batch.add(RECORD % 1)
        warehouse.commit([batch], [])
        batch.write(folder.scratch, "waiting")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.path.rglob("*")}
    modes |= {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.path.iterdir()}
    above = stat.S_IMODE(folder.path.parent.stat().st_mode)
    assert modes.pop("scratch") == stat.S_IMODE(folder.path.stat().st_mode) == above == 0o700
    assert {"warehouse.duckdb", "warehouse.duckdb.wal", "intercom.duckdb", "privacy.key"} <= modes.keys()
    assert "waiting.things.ndjson" in modes
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize(
    "name",
    [
        "warehouse.duckdb",
        "warehouse.duckdb.wal",
        "intercom.duckdb.new",
        "warehouse.before-0.1.0.duckdb",
        "privacy.key",
        "1.contacts.ndjson",
        "export.csv",
    ],
)
def test_no_data_file_is_committed_by_mistake(name: str) -> None:
    """Git ignores them wherever the data folder is."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        pytest.skip("this is no git checkout")
    asked = ["git", "check-ignore", "--no-index", f"elsewhere/{name}"]
    assert subprocess.run(asked, cwd=root, capture_output=True, check=False).returncode == 0


def test_readers_never_see_a_torn_file_nor_block_a_publication(tmp_path: Path) -> None:
    """Readers open the file over and over while it is replaced; each sees one publication, whole."""
    folder = DataFolder(tmp_path)
    fill(folder, 1)
    done, seen, failures = threading.Event(), set[int](), list[str]()

    def read() -> None:
        while not done.is_set():
            try:
                with duckdb.connect(str(folder.published), read_only=True) as connection:
                    [(count, largest)] = connection.execute(
                        "SELECT count(*), max(id::INTEGER) FROM things"
                    ).fetchall()
                assert count == largest + 1
                seen.add(count)
            except (duckdb.Error, AssertionError) as error:
                failures.append(str(error))

    reader = threading.Thread(target=read)
    reader.start()
    for count in range(2, 14):
        fill(folder, count)
    done.set()
    reader.join()
    assert not failures
    assert len(seen) > 2


def test_a_reader_keeps_the_copy_it_has_open(tmp_path: Path) -> None:
    """A publication never pulls the file from under a reader."""
    folder = DataFolder(tmp_path)
    fill(folder, 1)
    with duckdb.connect(str(folder.published), read_only=True) as connection:
        fill(folder, 2)
        assert connection.execute("SELECT count(*) FROM things").fetchall() == [(1,)]
    with duckdb.connect(str(folder.published), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM things").fetchall() == [(2,)]


def test_a_stale_log_beside_the_published_file_is_not_replayed(tmp_path: Path) -> None:
    """Someone wrote to the published file and died: the next publication wins, whole."""
    folder = DataFolder(tmp_path)
    fill(folder, 1)
    stale = tmp_path / "intercom.duckdb.wal"
    stale.write_bytes(b"left by a process that died")
    fill(folder, 2)
    assert not stale.exists()


@pytest.mark.parametrize("release", ["1.2.0", "1.4.0"])
def test_older_clients_can_read_the_published_file(tmp_path: Path, release: str) -> None:
    """Times, JSON and comments too, in a throw-away environment of their own."""
    folder = DataFolder(tmp_path)
    fill(folder, 3)
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv makes the environment with the older client, and is not installed")
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); "
        'print(duckdb.__version__, c.execute("SELECT count(*), min(epoch(moment))::BIGINT, '
        "min(anything->>'$.a[1]') FROM things\").fetchall(), "
        "c.execute(\"SELECT comment FROM duckdb_columns() WHERE column_name = 'moment'\").fetchall())"
    )
    command = [uv, "run", "--no-project", "--isolated", "--with", f"duckdb=={release}", "--with", "pytz"]
    answer = subprocess.run(
        [*command, "python", "-c", script, str(folder.published)], capture_output=True, text=True, check=False
    )
    if answer.returncode and "Failed to fetch" in answer.stderr:
        pytest.skip("the older client cannot be downloaded here")
    assert answer.stdout.strip() == f"{release} [(3, 1700000000, 'b')] [('A moment.',)]", answer.stderr
