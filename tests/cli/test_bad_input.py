"""Whatever is wrong gets one clear message, its exit code, and loses nothing."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
import stamina

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.sandbox import Sandbox, serve
from tests.cli.conftest import CANARY, SMALL, Command
from tests.cli.running import COMMAND, environment, run_process
from tests.syncing import select, sync

LITTLE = 256 * 1024
CONTACTS = "SELECT count(*) FROM contacts"


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[Path]:
    """A file system of its own, which only root may mount."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


@pytest.fixture
def stored(sandbox: Sandbox, tmp_path: Path) -> Path:
    """The data folder of an earlier sync of contacts."""
    sync(sandbox, tmp_path / "data", "contacts")
    return tmp_path / "data"


def still_there(folder: Path) -> bool:
    """Whether readers see what the earlier sync published."""
    return select(folder, CONTACTS) == [(SMALL.contacts,)]


def test_no_token(sandbox: Sandbox, stored: Path, tmp_path: Path) -> None:
    """It says where a token is looked for and how to do without one."""
    env = environment(sandbox, INTERCOM_ACCESS_TOKEN="")
    told = run_process("sync", env=env, cwd=tmp_path)
    assert told.code == Exit.AUTHORISATION
    assert told.three_lines[0] == "There is no access token."
    assert "INTERCOM_ACCESS_TOKEN" in told.three_lines[1]
    assert "intercom-pipeline demo" in told.three_lines[2]
    assert still_there(stored)


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "--data-dir", ""),
        ("status", "--profile", ""),
        ("admins", "list", "--workspace", ""),
        ("admins", "list", "--api-version", " "),
        ("doctor", "--offline", "--data-dir", ""),
    ],
)
def test_an_option_that_is_given_blank(command: Command, arguments: tuple[str, ...]) -> None:
    """Refused: the variable of the shell in it is not set, and another workspace is not meant."""
    told = command(*arguments)
    assert told.code == Exit.USAGE
    assert "is blank" in told.three_lines[0]


def test_a_revoked_token(command: Command, sandbox: Sandbox, stored: Path) -> None:
    """Intercom's words and request id, and where to look."""
    sandbox.conditions.token = None
    try:
        told = command("sync")
    finally:
        sandbox.conditions.token = CANARY
    assert told.code == Exit.AUTHORISATION
    assert "HTTP 401" in told.three_lines[1]
    assert "INTERCOM_ACCESS_TOKEN" in told.three_lines[2]
    assert still_there(stored)


@pytest.mark.parametrize(
    ("streams", "code"), [(["articles", "tags"], Exit.PARTIAL), (["articles"], Exit.AUTHORISATION)]
)
def test_a_missing_permission(command: Command, sandbox: Sandbox, streams: list[str], code: Exit) -> None:
    """It names the stream and the permission to tick; other streams are complete."""
    sandbox.conditions.missing_permissions.add("articles")
    try:
        told = command("sync", *streams)
    finally:
        sandbox.conditions.missing_permissions.clear()
    assert told.code == code
    assert told.three_lines[0].startswith("articles: ")
    assert "HTTP 403" in told.three_lines[1]
    assert "Read and List articles" in told.three_lines[2]


def test_an_unreachable_host(command: Command, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some tries it says whom it could not reach, and what decides that."""
    monkeypatch.setenv("INTERCOM_BASE_URL", "http://127.0.0.1:9")
    with stamina.set_testing(True, attempts=3):  # tries again without waits
        told = command("sync")
    assert told.code == Exit.FAILED
    assert told.three_lines[0].startswith("Intercom could not be reached")
    assert "INTERCOM_BASE_URL" in told.three_lines[2]
    assert still_there(stored)


def test_a_value_that_an_option_does_not_take(command: Command) -> None:
    """Those that it takes are named, in plain words."""
    for arguments in (["contacts", "list", "--from", "xx"], ["auth", "login", "--region", "xx"]):
        told = command(*arguments)
        assert told.code == Exit.USAGE
        assert re.search(r"^Error: Invalid value for '--\w+': 'xx' is not one of '", told.err, re.MULTILINE)


def test_an_unknown_stream(command: Command, stored: Path) -> None:
    """It names those like it, and nothing is started."""
    told = command("sync", "contatcs", "articles")
    assert told.code == Exit.USAGE
    assert told.three_lines[1].startswith("Did you mean contacts")
    assert still_there(stored)


def test_a_table_that_comes_with_a_stream(command: Command) -> None:
    """It names the stream."""
    told = command("sync", "conversation_parts")
    assert told.code == Exit.USAGE
    assert told.three_lines == [
        "conversation_parts is no stream of its own.",
        "It comes with the stream conversations.",
        "Name conversations instead.",
    ]


@pytest.mark.parametrize(
    ("arguments", "variable", "stream"),
    [
        (["tags", "office_hours"], "", "office_hours"),
        ([], "INTERCOM_CUSTOM_OBJECTS", "custom_objects"),
        ([], "INTERCOM_ALSO_SYNC", "macros"),
    ],
)
def test_a_stream_of_a_later_version(
    command: Command, monkeypatch: pytest.MonkeyPatch, arguments: list[str], variable: str, stream: str
) -> None:
    """Whoever asks for one is told before anything starts."""
    if variable:
        monkeypatch.setenv(variable, stream)
    told = command("sync", *arguments)
    assert told.code == Exit.USAGE
    assert told.three_lines[0] == f"{stream} needs API version 2.16 or later; 2.14 is set."
    assert "INTERCOM_API_VERSION=2.16" in told.three_lines[2]
    assert not Path("data").exists()


def test_a_misspelt_setting_is_told(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In the environment or in the file; what is like no setting may be another program's."""
    monkeypatch.setenv("INTERCOM_API_VERSON", "2.16")
    monkeypatch.setenv("INTERCOM_WEBHOOK_SECRET", "x")
    (tmp_path / ".env").write_text("INTERCOM_TOKEN=x\n")
    told = command("streams")
    assert told.code == Exit.OK
    assert told.err == (
        "INTERCOM_API_VERSON is not a setting; did you mean INTERCOM_API_VERSION?\n"
        "INTERCOM_TOKEN is not a setting; did you mean INTERCOM_ACCESS_TOKEN?\n"
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [("INTERCOM_RATE_SHARE", "0"), ("INTERCOM_REGION", "Mars"), ("INTERCOM_LOOKBACK_MINUTES", "-1")],
)
def test_a_refused_value_is_told_as_it_was_typed(
    command: Command, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """So that it is found again."""
    monkeypatch.setenv(variable, value)
    assert command("sync").three_lines[0] == f"{variable} cannot be {value!r}."


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("INTERCOM_REGION", "mars"),
        ("INTERCOM_API_VERSION", "1.0"),
        ("INTERCOM_RATE_SHARE", "lots"),
        ("INTERCOM_RATE_SHARE", "0"),
        ("INTERCOM_LOOKBACK_MINUTES", "-1"),
        ("INTERCOM_BASE_URL", "https://intercom.example"),
        ("INTERCOM_BASE_URL", "http://127.0.0.1:99999"),
        ("INTERCOM_BASE_URL", "http://127.0.0.1:port"),
        ("INTERCOM_HISTORY", "contatcs"),
        ("INTERCOM_HISTORY", "conversation_parts"),
        ("INTERCOM_ALSO_SYNC", "everything"),
        ("INTERCOM_ACCESS_TOKEN", "two words"),
    ],
)
def test_a_setting_that_cannot_be_used(
    command: Command, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """Found before anything is asked or written."""
    monkeypatch.setenv(variable, value)
    told = command("sync")
    assert told.code == Exit.USAGE
    lines = told.err.splitlines()
    assert re.search(r"\.env\.example|The streams are|streams lists them|instead", lines[-1])
    assert variable in told.err or "token" in told.err or "base URL" in told.err
    assert not Path("data").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--since", "2026-02-01", "--until", "2026-01-01"],
        ["--since", "2999-01-01"],
        ["--until", "yesterday"],
        ["contacts", "tags", "--since", "7d"],
    ],
    ids=" ".join,
)
def test_a_sync_that_cannot_be_is_refused_at_once(
    command: Command, sandbox: Sandbox, arguments: list[str]
) -> None:
    """Nothing is asked, nothing is written."""
    sandbox.requests.reset()
    told = command("sync", *arguments)
    assert told.code == Exit.USAGE
    assert told.three_lines
    assert list(sandbox.requests) == []
    assert not Path("data").exists()


@pytest.mark.parametrize(
    "arguments", [["sync", "--ful"], ["query"], ["query", "FROM tags", "--limit", "x"], ["fly"]]
)
def test_wrong_arguments(command: Command, arguments: list[str]) -> None:
    """Refused with the usage."""
    told = command(*arguments)
    assert told.code == Exit.USAGE
    assert "Usage: intercom-pipeline" in told.err


def test_a_file_in_place_of_the_folder(command: Command, tmp_path: Path) -> None:
    """Named, and left as it was."""
    (tmp_path / "data").write_text("mine")
    told = command("sync")
    assert told.code == Exit.FAILED
    assert str(tmp_path / "data") in told.three_lines[0]
    assert (tmp_path / "data").read_text() == "mine"


def test_a_read_only_folder(command: Command, sandbox: Sandbox, tmp_path: Path) -> None:
    """The data stays readable; the folder is named."""
    with small_disk(tmp_path / "disk", "size=64m") as disk:
        sync(sandbox, disk / "data", "contacts")
        remount(disk, "ro")
        told = command("sync", "--data-dir", str(disk / "data"))
        assert told.code == Exit.FAILED
        assert str(disk / "data") in told.three_lines[0]
        assert "INTERCOM_DATA_DIR" in told.three_lines[2]
        assert command("status", "--data-dir", str(disk / "data")).code == Exit.OK
        assert still_there(disk / "data")


def test_a_full_disk(command: Command, tmp_path: Path) -> None:
    """What was stored stays, and once there is room the same command goes on."""
    with (
        serve(sizes=SMALL, seed=6) as living,
        small_disk(tmp_path / "disk", "size=24m") as disk,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("INTERCOM_BASE_URL", living.url)
        patch.setenv("INTERCOM_ACCESS_TOKEN", living.token)
        sync(living, disk / "data", "contacts")
        for number in range(200):
            living.workspace.create_contact(email=f"late{number}@example.org", name="x" * 20_000)
        filler = fill(disk / "filler", leaving=LITTLE)
        told = command("sync", "contacts", "--data-dir", str(disk / "data"))
        assert told.code == Exit.FAILED
        assert "is full" in told.three_lines[0]
        assert "resumes" in told.three_lines[2]
        assert still_there(disk / "data")
        filler.unlink()
        assert command("sync", "contacts", "--data-dir", str(disk / "data")).code == Exit.OK
        assert select(disk / "data", CONTACTS) == [(SMALL.contacts + 200,)]


def fill(path: Path, *, leaving: int) -> Path:
    """Take the room that a disk has, but for so many bytes."""
    disk = os.statvfs(path.parent)
    path.write_bytes(b"\0" * (disk.f_bavail * disk.f_frsize - leaving))
    return path


def test_a_file_that_is_no_database(command: Command, stored: Path) -> None:
    """Named, left as it was; what is published stays readable."""
    (stored / "warehouse.duckdb").write_text("not a database\n" * 1000)
    told = command("sync")
    assert told.code == Exit.FAILED
    assert "warehouse.duckdb is not a DuckDB database" in told.three_lines[0]
    assert (stored / "warehouse.duckdb").read_text().startswith("not a database")
    assert still_there(stored)


def test_a_published_file_that_is_no_database(command: Command, stored: Path) -> None:
    """Reading verbs say the same."""
    (stored / "intercom.duckdb").write_text("not a database\n" * 1000)
    for arguments in (["status"], ["tables"], ["query", CONTACTS]):
        told = command(*arguments)
        assert told.code == Exit.FAILED
        assert "intercom.duckdb is not a DuckDB database" in told.three_lines[0]


def test_a_database_of_somebody_elses(command: Command, stored: Path) -> None:
    """A DuckDB file that is none of ours has no status."""
    (stored / "intercom.duckdb").unlink()
    with duckdb.connect(str(stored / "intercom.duckdb")) as other:
        other.execute("CREATE TABLE mine AS SELECT 1")
    told = command("status")
    assert told.code == Exit.FAILED
    assert "was not made by intercom-pipeline" in told.three_lines[0]


def test_a_database_of_a_newer_version(command: Command, stored: Path) -> None:
    """Refused, because an older release could damage it; what is published stays readable."""
    with duckdb.connect(str(stored / "warehouse.duckdb")) as warehouse:
        warehouse.execute("UPDATE pipeline.about SET value = '999' WHERE key = 'schema_version'")
    told = command("sync")
    assert told.code == Exit.FAILED
    assert "later release" in told.three_lines[0]
    assert "Update intercom-pipeline" in told.three_lines[2]
    assert still_there(stored)


def test_another_workspaces_folder(command: Command, stored: Path) -> None:
    """Two workspaces never mix."""
    with duckdb.connect(str(stored / "warehouse.duckdb")) as warehouse:
        warehouse.execute("UPDATE pipeline.about SET value = 'other' WHERE key = 'workspace_id'")
    told = command("sync")
    assert told.code == Exit.FAILED
    assert "holds workspace other" in told.three_lines[0]


@pytest.mark.parametrize("verb", [["status"], ["tables"], ["query", "SELECT 1"]])
def test_reading_before_the_first_sync(command: Command, verb: list[str]) -> None:
    """There is nothing yet, and what would change that."""
    told = command(*verb)
    assert told.code == Exit.FAILED
    assert "There is no published file" in told.three_lines[0]
    assert "intercom-pipeline sync" in told.three_lines[2]


def test_the_traceback_comes_only_on_request(command: Command, sandbox: Sandbox) -> None:
    """With `--debug`, wherever it stands, the three lines still come last; the token is in neither."""
    sandbox.conditions.token = None
    try:
        told = [command("sync", "--debug"), command("--debug", "sync")]
    finally:
        sandbox.conditions.token = CANARY
    for each in told:
        assert each.code == Exit.AUTHORISATION
        assert each.err.startswith("Traceback (most recent call last)") or "\nTraceback" in each.err
        assert "INTERCOM_ACCESS_TOKEN" in each.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("out", "encoding", "says"),
    [
        ("/dev/full", "utf-8", "It could not be written: No space left on device."),
        ("/dev/null", "ascii", "The output cannot be written in ascii."),
    ],
)
def test_output_that_cannot_be_written(tmp_path: Path, out: str, encoding: str, says: str) -> None:
    """Which is nobody's fault here, and said in three lines."""
    with Path(out).open("w", encoding="utf-8") as full:
        told = subprocess.run(
            [COMMAND, "config", "show"],
            env=environment(INTERCOM_DATA_DIR="größe", PYTHONIOENCODING=encoding), cwd=tmp_path,
            stdout=full, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, check=False,
        )  # fmt: skip
    assert told.returncode == Exit.FAILED
    assert told.stderr.splitlines()[0] == says
    assert len(told.stderr.splitlines()) == 3
