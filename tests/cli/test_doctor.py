"""`doctor` prints a line a check, says what to do, and ends in the exit code that fits."""

import json
import re
from pathlib import Path

import pytest

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.sandbox import Sandbox
from tests.cli.conftest import Command
from tests.cli.running import environment, run_in_terminal


def test_all_is_told_a_line_a_check_and_counted(command: Command, synced: Path) -> None:
    """Nothing fails on a folder that was just synced."""
    told = command("doctor", "--data-dir", str(synced))
    assert told.code == Exit.OK
    *lines, _, last = told.out.splitlines()
    checks = [line for line in lines if re.match(r"(ok|warning|failed|skipped) ", line)]
    count = re.fullmatch(r"(\d+) checks: (.*)", last)
    assert count
    assert int(count[1]) == len(checks) > 30
    assert "failed" not in count[2]
    assert "permission           Read tickets: the token may read tickets" in told.out
    assert "        deleted_conversations, macros: from API version" in told.out


def test_json_is_one_object(command: Command, synced: Path) -> None:
    """Its counts are those of its checks."""
    told = command("doctor", "--json", "--offline", "--data-dir", str(synced))
    made = json.loads(told.out)
    assert made["exit_code"] == told.code == Exit.OK
    states = [each["state"] for each in made["checks"]]
    assert made["counts"] == {state: states.count(state) for state in ("ok", "warning", "failed", "skipped")}
    assert {*made["checks"][0]} == {"name", "state", "found", "fix", "remark"}
    names = [each["name"] for each in made["checks"]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("extra", [(), ("--json",)])
def test_a_missing_token_has_its_exit_code(
    command: Command, monkeypatch: pytest.MonkeyPatch, extra: tuple[str, ...]
) -> None:
    """As with the verbs that need it; with what to do."""
    monkeypatch.delenv("INTERCOM_ACCESS_TOKEN")
    told = command("doctor", "--offline", *extra)
    assert told.code == Exit.AUTHORISATION
    assert "auth login" in told.out


def test_a_refused_token_has_its_exit_code(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Intercom refuses it."""
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", "mistyped")
    assert command("doctor").code == Exit.AUTHORISATION


def test_anything_else_that_fails_is_a_failure(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is; a warning is none."""
    monkeypatch.setenv("DAGSTER_HOME", "relative")
    assert command("doctor", "--offline").code == Exit.FAILED
    monkeypatch.delenv("DAGSTER_HOME")
    warned = command("doctor", "--offline")
    assert warned.code == Exit.OK
    assert "warning" in warned.out


def test_a_profile_that_is_named_is_the_one_looked_at(command: Command) -> None:
    """Not the environment's token."""
    told = command("doctor", "--offline", "--profile", "absent")
    assert told.code == Exit.AUTHORISATION
    assert "absent" in told.out


def test_a_narrow_terminal_shows_all(sandbox: Sandbox, tmp_path: Path) -> None:
    """Lines are broken by the terminal; nothing is cut."""
    told = run_in_terminal("doctor", "--offline", env=environment(sandbox), cwd=tmp_path, columns=60)
    assert told.code == Exit.OK
    assert "intercom-pipeline config show tells each" in told.out.replace("\n", "")
