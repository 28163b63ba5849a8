"""The data folder: room, permissions, who works in it, and whether git leaves it alone."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from intercom_pipeline.doctor.check import Finding, failed, ok, skipped, warning
from intercom_pipeline.doctor.modes import exposed
from intercom_pipeline.settings import without_settings
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.reading import running_sync

_MEGABYTE = 1_000_000
_LITTLE = 1_000 * _MEGABYTE
_NOT_IGNORED = 1
_GIT_SECONDS = 1.0
"""How long git may take for all that it is asked."""


def data_folder(folder: DataFolder) -> Finding:
    """Whether the folder is there, or can be made."""
    there = _nearest(folder.path)
    if not there.is_dir():
        return failed(
            f"{folder.path} cannot be made: {there} is a file", "Name another in INTERCOM_DATA_DIR."
        )
    if not os.access(there, os.W_OK | os.X_OK):
        return failed(
            f"{there} cannot be written by this user",
            "Change its permissions, or name another folder in INTERCOM_DATA_DIR.",
        )
    return ok(f"{folder.path}") if there == folder.path else _to_be_made(folder, there)


def _to_be_made(folder: DataFolder, there: Path) -> Finding:
    """Whether the first sync can make the folder: permissions do not tell it all (/proc, a full disk)."""
    try:
        Path(tempfile.mkdtemp(prefix=".intercom-pipeline-", dir=there)).rmdir()
    except OSError as error:
        return failed(
            f"{folder.path} cannot be made: no folder can be made in {there} ({error.strerror})",
            "Name another folder in INTERCOM_DATA_DIR.",
        )
    return ok(f"{folder.path} (the first sync makes it)")


def disk(folder: DataFolder) -> Finding:
    """Whether there is room: publishing makes a copy of the database before the old one goes."""
    usage = shutil.disk_usage(_nearest(folder.path))
    if not usage.total:
        return skipped("this file system does not tell its size")
    free = usage.free
    need = folder.warehouse.stat().st_size if folder.warehouse.exists() else 0
    found = f"{free // _MEGABYTE:,} MB free; publishing needs {need // _MEGABYTE:,} MB"
    fix = "Free some space, or name a folder on another disk in INTERCOM_DATA_DIR."
    if free < need:
        return failed(found, fix)
    return warning(found, fix) if free < need + _LITTLE else ok(found)


def modes(folder: DataFolder) -> Finding:
    """Whether the data is for this user alone."""
    if os.name != "posix":
        return skipped("permissions of files are not looked at on this system")
    if not folder.path.is_dir():
        return ok("nothing is stored yet")
    found = exposed([folder.path, *folder.path.iterdir()])
    if found:
        names = ", ".join(path.name for path in found[:3])
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""  # noqa: PLR2004 - those not named
        return warning(
            f"other users of this machine can read {names}{more}", f"chmod -R go-rwx '{folder.path}'"
        )
    return ok("for this user alone")


def lock(folder: DataFolder) -> Finding:
    """Who syncs into the folder now."""
    holder = running_sync(folder)
    return ok(f"a sync is running: process {holder}" if holder else "no sync is running")


def ignored(folder: DataFolder, dotenv: Path) -> Finding:
    """Whether git leaves the data and the settings alone, where they are in a repository."""
    paths = [folder.warehouse, folder.published, *([dotenv.absolute()] if dotenv.exists() else [])]
    tracked = [path for path in paths if _in_repository(path)]
    if not tracked:
        return ok("not in a git repository")
    until = time.monotonic() + _GIT_SECONDS
    try:
        seen = [path for path in tracked if _is_seen(path, until)]
    except subprocess.TimeoutExpired:
        return skipped("git did not answer in time")
    except OSError as error:
        return skipped(f"git could not be asked: {error}")
    return _seen(seen) if seen else ok("git ignores the data folder and .env")


def _seen(paths: Sequence[Path]) -> Finding:
    names = ", ".join(path.name for path in paths)
    return warning(
        f"git would take {names} into the repository",
        f"Add {names} or the folder to .gitignore, and git rm --cached what was taken in.",
    )


def _in_repository(path: Path) -> bool:
    return any((folder / ".git").exists() for folder in path.parents)


def _is_seen(path: Path, until: float) -> bool:
    """Whether git sees a path: it is not ignored, or was taken in before. Asked until a monotonic moment."""
    asked = ["git", "-C", str(_nearest(path.parent)), "check-ignore", "--quiet", "--", str(path)]
    answer = subprocess.run(  # noqa: S603 - a fixed command
        asked,
        env=without_settings(),
        capture_output=True,
        timeout=max(0.0, until - time.monotonic()),
        check=False,
    )
    if answer.returncode not in {0, _NOT_IGNORED}:
        raise OSError(answer.stderr.decode(errors="replace").strip())
    return answer.returncode == _NOT_IGNORED


def _nearest(path: Path) -> Path:
    """The path itself, or the nearest above it that exists."""
    return next(each for each in (path, *path.parents) if each.exists())
