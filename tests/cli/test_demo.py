"""The demo in a folder of its own, and the sandbox; `tests/test_readme.py` runs the whole demo."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from intercom_pipeline.cli.dagster_page import arguments, environment, home_of
from intercom_pipeline.cli.demo_workspace import only_demo
from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.sandbox.content import WORKSPACE_ID
from intercom_pipeline.settings import Settings
from tests.cli import running
from tests.cli.conftest import CANARY, Command
from tests.syncing import select

SMALL = ("--contacts", "80", "--conversations", "40", "--articles", "5")


def test_a_second_demo_in_the_same_folder_names_the_first(command: Command, tmp_path: Path) -> None:
    """Whatever the first is doing; it ends as a second sync does, and the first loses nothing."""
    with only_demo(tmp_path / "data") as folder:
        (folder / "intercom.duckdb").touch()
        told = command("demo", *SMALL)
        assert (folder / "intercom.duckdb").exists()
    assert told.code == Exit.BUSY
    assert f"process {os.getpid()}" in told.three_lines[0]


def test_the_demo_leaves_a_real_workspaces_data_alone(command: Command, tmp_path: Path) -> None:
    """A folder that holds another workspace is refused before anything is touched."""
    folder = tmp_path / "data" / "demo"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as real:
        real.execute("CREATE SCHEMA pipeline; CREATE TABLE pipeline.about (key VARCHAR, value VARCHAR)")
        real.execute("INSERT INTO pipeline.about VALUES ('workspace_id', 'real')")
    told = command("demo", *SMALL)
    assert told.code == Exit.FAILED
    assert "the real workspace real" in told.three_lines[0]
    with duckdb.connect(str(folder / "warehouse.duckdb")) as real:
        assert real.execute("SELECT value FROM pipeline.about").fetchall() == [("real",)]
    assert WORKSPACE_ID != "real"


@pytest.mark.parametrize("workspace", [WORKSPACE_ID, f"{WORKSPACE_ID}-3"])
def test_the_demo_begins_anew_whichever_workspace_the_last_one_made(tmp_path: Path, workspace: str) -> None:
    """Another seed's has another id, and is pretended, too."""
    folder = tmp_path / "data" / "demo"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as last:
        last.execute("CREATE SCHEMA pipeline; CREATE TABLE pipeline.about (key VARCHAR, value VARCHAR)")
        last.execute("INSERT INTO pipeline.about VALUES ('workspace_id', ?)", [workspace])
    with only_demo(tmp_path / "data") as emptied:
        assert emptied == folder
        assert not (folder / "warehouse.duckdb").exists()


RUN_AND_HANG = """
import os, subprocess, time
from intercom_pipeline.cli.tethered import tethered
server = "http.server", ["--bind", "127.0.0.1", "0"]
nowhere = subprocess.DEVNULL
with tethered(*server, environment=os.environ, stdout=nowhere, stderr=nowhere) as process:
    print(process.pid, flush=True)
    time.sleep(600)
"""


def test_a_killed_command_leaves_nothing_running(tmp_path: Path) -> None:
    """What it started notices, even when nobody could tell it."""
    parent = subprocess.Popen([sys.executable, "-c", RUN_AND_HANG], cwd=tmp_path, stdout=subprocess.PIPE)
    with parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    until_gone(child)


def until_gone(process: int) -> None:
    """Wait until no such process is alive; one whose parent has not asked for its end is not."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state == "Z":
            return
        time.sleep(0.05)
    os.kill(process, signal.SIGKILL)
    raise AssertionError("it runs on")


def test_the_sandbox_says_how_to_sync_it(tmp_path: Path) -> None:
    """The lines it prints, pasted into a shell, sync it."""
    env = running.environment()
    with running.start(
        "sandbox", "--port", "0", "--contacts", "7", "--conversations", "3", env=env, cwd=tmp_path
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(6)]
        more = [process.stdout.readline() for _ in range(7)]
        exported = dict(re.findall(r"(INTERCOM_\w+)=(\S+)", "".join(lines)))
        told = running.run_process("sync", "contacts", env=env | exported, cwd=tmp_path)
        process.send_signal(signal.SIGINT)
        assert running.ended(process).code == Exit.INTERRUPTED
    assert told.code == Exit.OK
    assert lines[-1].removeprefix("uv run ") == "intercom-pipeline sync\n"
    assert "export INTERCOM_CLIENT_ID=sandbox-client\n" in more
    assert "export INTERCOM_CLIENT_SECRET=sandbox-secret\n" in more
    assert more[-1].removeprefix("uv run ") == "intercom-pipeline auth login\n"
    assert select(tmp_path / "data" / "sandbox", "SELECT count(*) FROM contacts") == [(7,)]


@pytest.mark.parametrize("wrong", [["--timezone", "Mars/Olympus"], ["--port", "70000"], ["--contacts", "-1"]])
def test_the_sandbox_refuses_what_cannot_be(command: Command, wrong: list[str]) -> None:
    """Before it serves anything."""
    assert command("sandbox", *wrong).code == Exit.USAGE


def test_the_sandbox_names_a_port_that_is_taken(command: Command) -> None:
    """With what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = command("sandbox", "--port", str(taken.getsockname()[1]))
    assert told.code == Exit.USAGE
    assert "--port" in told.three_lines[2]


def test_dagsters_arguments_hold_no_secret(tmp_path: Path) -> None:
    """The token goes by the environment; what Dagster remembers goes into the data folder, telemetry off."""
    settings = Settings(access_token=CANARY, data_dir=tmp_path / "data")
    given = environment(settings, {"INTERCOM_ACCESS_TOKEN": CANARY})
    assert CANARY not in " ".join(arguments(3333))
    assert given["INTERCOM_ACCESS_TOKEN"] == CANARY
    assert given["INTERCOM_DATA_DIR"] == str(tmp_path / "data")
    assert given["DAGSTER_HOME"] == str(home_of(settings)) == str(tmp_path / "data" / "dagster")
    assert "enabled: false" in (home_of(settings) / "dagster.yaml").read_text()


def test_a_dagster_home_that_is_set_is_kept(tmp_path: Path) -> None:
    """Whoever has one wants their runs there."""
    settings = Settings(data_dir=tmp_path / "data")
    assert environment(settings, {"DAGSTER_HOME": "/somewhere"})["DAGSTER_HOME"] == "/somewhere"
    assert not home_of(settings).exists()
