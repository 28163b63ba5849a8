"""Every command and every line of code the README shows works as shown."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from intercom_pipeline.cli.demo_workspace import only_demo
from intercom_pipeline.cli.main import run
from intercom_pipeline.cli.stream_list import facts_of
from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from intercom_pipeline.sync.catalog import CATALOG
from tests.defs.dagster_page import COMMAND
from tests.syncing import select

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DEMO = "pip install uv && uv run intercom-pipeline demo"
TESTS = "uv run pytest -n auto"
DAGSTER = "uv run intercom-pipeline dev"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


COMMANDS = [
    line for block in blocks("sh") for line in block.replace("\\\n", "").splitlines() if "uv run" in line
]
SIMPLE = [command for command in COMMANDS if command not in {DEMO, TESTS, DAGSTER}]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sizes = Sizes(contacts=60, conversations=200, articles=5, long_conversations=0)
    with serve(sizes=sizes, options=Options(limit_per_minute=6_000_000), seed=12) as served:
        yield served


@pytest.fixture(scope="module")
def project(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newcomer's folder: the workspace file, and where the sandbox and the stored token are."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "workspace.yaml", folder)
    settings = f"INTERCOM_CONFIG_DIR={folder / 'configuration'}\nINTERCOM_BASE_URL={sandbox.url}\n"
    (folder / ".env").write_text(settings, encoding="utf-8")
    return folder


def environment() -> dict[str, str]:
    """Nothing of Intercom's in it, and this environment's commands first, as `uv run` puts them."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("INTERCOM_", "DAGSTER_"))
    }
    scripts = str(Path(sys.executable).parent)
    return {**kept, "PATH": f"{scripts}:{kept['PATH']}", "DAGSTER_DISABLE_TELEMETRY": "1"}


def as_run(command: str) -> str:
    return command.removeprefix("pip install uv && ").replace("uv run ", "")


def as_typed(command: str, sandbox: Sandbox, project: Path) -> str:
    """A command with an admin who is there; what a person types at a terminal is given beforehand."""
    admin = sandbox.workspace.records("admins")[0]["id"]
    if "replies apply" in command:
        planned = json.loads((project / "outage.json").read_text(encoding="utf-8"))["plan"]["replies"]
        command += f" --confirm 'send {len(planned)}' --rate 50"
    return command.replace("4266846", admin)


def test_the_first_two_commands_are_the_demo_and_the_tests() -> None:
    """A newcomer needs no third one."""
    assert COMMANDS[:2] == [DEMO, TESTS]


def test_dagsters_command_is_what_brings_its_page_up() -> None:
    """`tests/defs/test_page.py` starts it so, in a folder with `workspace.yaml`, and looks at the page."""
    assert f"uv run {COMMAND}" == DAGSTER
    assert DAGSTER in COMMANDS


def run_by_a_person(command: str, folder: Path, typed: str = "") -> "subprocess.CompletedProcess[str]":
    """In a shell, to its good end."""
    done = subprocess.run(  # noqa: S602 - a shell, as a person's
        as_run(command),
        shell=True,
        cwd=folder,
        env=environment(),
        input=typed,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()
    assert "Traceback" not in done.stderr
    return done


def test_the_demo_syncs_asks_and_says_what_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One command, no setting; what it suggests works; the next demo begins anew."""
    told = run_by_a_person(DEMO, tmp_path)
    folder = tmp_path / "data" / "demo"
    assert select(folder, "SELECT count(*) FROM contacts") == [(4000,)]
    assert len(re.findall(r"^What are|^How long|^Who is", told.stdout, re.MULTILINE)) == 3
    suggested = re.findall(
        r"^  (?:uv run )?intercom-pipeline ((?:tables|query|streams).*)$", told.stdout, re.MULTILINE
    )
    assert len(suggested) == 3
    monkeypatch.chdir(tmp_path)
    for words in suggested:
        assert run(shlex.split(words)) == 0
    with only_demo(tmp_path / "data") as emptied:
        assert emptied == folder
        assert not list(folder.glob("*.duckdb*"))


@pytest.mark.parametrize("command", SIMPLE)
def test_a_command_works(project: Path, sandbox: Sandbox, command: str) -> None:
    """In the README's order, in a folder with nothing but settings; a token that is asked for is pasted."""
    run_by_a_person(as_typed(command, sandbox, project), project, f"{sandbox.token}\n")


@pytest.mark.parametrize("code", blocks("python"))
def test_code_works(project: Path, code: str) -> None:
    """After the commands above it."""
    check = "\nassert len(contacts) == 60"
    subprocess.run([sys.executable, "-c", code + check], cwd=project, env=environment(), check=True)


def test_the_table_of_streams_is_the_catalogs() -> None:
    """A line a stream: what one row is, how it is kept current, whether a sync brings it by itself."""
    lines = []
    for facts in (facts_of(stream, "2.14") for stream in CATALOG):
        since = f", from API {facts.since}" if facts.since else ""
        default = f"{facts.by_default}{since}"
        lines.append(f"| `{facts.stream}` | {facts.grain} | {facts.replication} | {default} |")
    assert re.findall(r"^\| `.*\|$", README, re.MULTILINE) == lines
