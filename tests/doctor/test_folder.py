"""What is found about the data folder."""

import os
import subprocess
from pathlib import Path

import pytest

from intercom_pipeline.doctor import State, folder
from intercom_pipeline.warehouse.files import DataFolder, only_sync
from tests.doctor.conftest import TOKEN, Examine


def test_a_folder_that_cannot_be_made_fails(tmp_path: Path) -> None:
    """One that is not there yet is well, as the first sync makes it."""
    (tmp_path / "file").touch()
    assert folder.data_folder(DataFolder(tmp_path / "file" / "data")).state is State.FAILED
    assert folder.data_folder(DataFolder(tmp_path / "new" / "data")).state is State.OK


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="the system has no such folder")
def test_a_folder_where_nothing_can_be_made_fails() -> None:
    """Whatever the permissions say; and a file system without a size is not called full."""
    nowhere = DataFolder(Path("/proc/foo"))
    assert folder.data_folder(nowhere).state is State.FAILED
    assert folder.disk(nowhere).state is State.SKIPPED


def test_too_little_room_for_publishing_fails(synced: DataFolder) -> None:
    """Where there is less than the database takes; where there is hardly more, it is warned of."""
    status = os.statvfs(synced.path)
    free = status.f_bavail * status.f_frsize
    assert folder.disk(synced).state is State.OK
    os.truncate(synced.warehouse, free - 500_000_000)  # sparse: it takes no room
    assert folder.disk(synced).state is State.WARNING
    os.truncate(synced.warehouse, 2 * free)
    assert folder.disk(synced).state is State.FAILED


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such modes")
@pytest.mark.parametrize("name", [".", "intercom.duckdb"])
def test_data_that_others_can_read_is_warned_of(synced: DataFolder, name: str) -> None:
    """And the fix that is told mends it."""
    assert folder.modes(synced).state is State.OK
    (synced.path / name).chmod(0o755)
    finding = folder.modes(synced)
    assert finding.state is State.WARNING
    subprocess.run(finding.fix, shell=True, check=True)  # noqa: S602 - as a person runs it
    assert folder.modes(synced).state is State.OK


def test_the_sync_that_runs_is_told_by_its_process(synced: DataFolder, found: Examine) -> None:
    """The database that it holds is left alone."""
    with only_sync(synced):
        told = found(offline=True)
        assert f"process {os.getpid()}" in told["lock"].found
        assert f"process {os.getpid()}" in told["database"].found
    assert "no sync" in folder.lock(synced).found


def test_data_that_git_would_take_in_is_warned_of(synced: DataFolder, tmp_path: Path) -> None:
    """In a repository, unless .gitignore names it and it was not taken in before."""
    dotenv = tmp_path / ".env"
    dotenv.write_text("INTERCOM_REGION=us\n")
    assert "not in a git repository" in folder.ignored(synced, dotenv).found
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    finding = folder.ignored(synced, dotenv)
    assert finding.state is State.WARNING
    assert ".env" in finding.found
    (tmp_path / ".gitignore").write_text("/data/\n.env\n")
    assert folder.ignored(synced, dotenv).state is State.OK
    subprocess.run(["git", "-C", str(tmp_path), "add", "--force", ".env"], check=True)
    assert folder.ignored(synced, dotenv).state is State.WARNING


def test_git_is_told_no_token(synced: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may start programs that a repository names."""
    seen = tmp_path / "seen"
    git = tmp_path / "git"
    git.write_text(f"#!/bin/sh\nenv > {seen}\n")
    git.chmod(0o700)
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", TOKEN)
    assert folder.ignored(synced, tmp_path / ".env").state is State.OK
    assert "PATH=" in seen.read_text()
    assert TOKEN not in seen.read_text()


def test_git_has_so_much_time_for_all(
    synced: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many files it is asked about."""
    git = tmp_path / "git"
    git.write_text(f"#!/bin/sh\necho asked >> {tmp_path}/times\nexec sleep 0.7\n")
    git.chmod(0o700)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".env").touch()
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    finding = folder.ignored(synced, tmp_path / ".env")
    assert finding.state is State.SKIPPED
    assert "in time" in finding.found
    assert len((tmp_path / "times").read_text().splitlines()) < 3
