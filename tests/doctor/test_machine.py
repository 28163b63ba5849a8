"""What is found about this machine."""

import socket
from pathlib import Path

import pytest

from intercom_pipeline.doctor import State, machine
from tests.auth.consenting import ipv6_server


def install(folder: Path, *needs: str, python: str = ">=3.11") -> None:
    """Put a distribution's metadata where Python finds it."""
    made = folder / "pretend-1.0.dist-info"
    made.mkdir()
    lines = ["Metadata-Version: 2.1", "Name: pretend", "Version: 1.0", f"Requires-Python: {python}"]
    (made / "METADATA").write_text("\n".join([*lines, *(f"Requires-Dist: {need}" for need in needs)]) + "\n")


def test_this_installation_is_as_needed() -> None:
    """The tests could not run otherwise."""
    assert machine.python().state is State.OK
    assert machine.packages().state is State.OK
    assert "duckdb" in machine.packages().found


@pytest.mark.parametrize(
    ("need", "told"), [("duckdb<1", "duckdb is"), ("no-such-package>=2", "no-such-package is missing")]
)
def test_a_package_that_is_not_as_needed_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, need: str, told: str
) -> None:
    """It is named, with what is needed."""
    install(tmp_path, need, 'another-missing-one; extra == "more"')
    monkeypatch.syspath_prepend(str(tmp_path))
    finding = machine.packages("pretend")
    assert finding.state is State.FAILED
    assert told in finding.found
    assert "another" not in finding.found


def test_a_python_that_is_too_old_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is needed is told."""
    install(tmp_path, python=">=4.2")
    monkeypatch.syspath_prepend(str(tmp_path))
    finding = machine.python("pretend")
    assert (finding.state, ">=4.2" in finding.found) == (State.FAILED, True)


def test_a_port_that_another_program_has_is_warned_of() -> None:
    """And is free once that has ended."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        assert machine.dagster_port(number, "another").state is State.WARNING
        assert machine.login_port(number, "another").state is State.WARNING
    assert machine.dagster_port(number, "another").state is State.OK
    assert machine.login_port(number, "another").state is State.OK


def test_a_port_that_another_program_has_by_ipv6_is_warned_of() -> None:
    """For a login, which listens there too; Dagster does not."""
    with ipv6_server() as taken:
        number = taken.getsockname()[1]
        assert machine.login_port(number, "another").state is State.WARNING
        assert machine.dagster_port(number, "another").state is State.OK


def test_a_dagster_home_that_cannot_be_used_fails(tmp_path: Path) -> None:
    """Dagster refuses a path that is not absolute, and a folder that is not there."""
    (tmp_path / "file").touch()
    for named in ("relative", str(tmp_path / "absent"), str(tmp_path / "file")):
        finding = machine.dagster_home({"DAGSTER_HOME": named}, tmp_path)
        assert finding.state is State.FAILED
        assert finding.fix
    assert machine.dagster_home({"DAGSTER_HOME": str(tmp_path)}, tmp_path).state is State.OK
    assert machine.dagster_home({}, tmp_path).state is State.OK
