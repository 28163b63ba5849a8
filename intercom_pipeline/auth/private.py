"""Files for this user alone: who could read or change them is asked of what is opened, from the top down.

A folder that others cannot write holds what this user put there, so what was looked at stays what it was.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from intercom_pipeline.auth.profile_errors import ProfileExposed

_PRIVATE_FOLDER = 0o700
_OTHERS = 0o077
_OTHERS_WRITE = 0o022
_ROOT = 0
_OPENED = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""No link is followed, and nothing that only looks like a file is waited for."""


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, for this user alone; those that are there stay as they are.

    Raises:
        OSError: It cannot be made.
    """
    for each in reversed((folder, *folder.parents)):
        if not each.exists():
            each.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)


def check_folders(outer: Path, inner: Path) -> None:
    """Refuse an outer folder that others can write, and one in it that is not this user's alone.

    Others may read the outer one, and a link may lead to it: it holds no secret itself.

    Raises:
        ProfileExposed: Others could put a token of their own there, or read one.
        OSError: They cannot be looked at.
    """
    if os.name != "posix":
        return
    status = outer.stat()
    if status.st_mode & _OTHERS_WRITE:
        raise _exposed(outer, status.st_mode, "go-w")
    if status.st_uid not in {_ROOT, os.geteuid()}:
        raise _of_another(outer)
    _check_own(inner, inner.lstat(), "700")


def read(path: Path) -> bytes:
    """A file that is this user's alone.

    Raises:
        ProfileExposed: Others can read or change it, or it is a link.
        OSError: It cannot be read.
    """
    check_no_link(path)
    with os.fdopen(os.open(path, _OPENED), "rb") as file:
        if os.name == "posix":
            _check_own(path, os.fstat(file.fileno()), "600")
        return file.read()


def check_no_link(path: Path) -> None:
    """Refuse a link: what it leads to is not in this folder, and not replaced or removed with it.

    Raises:
        ProfileExposed: It is one.
    """
    if path.is_symlink():
        raise ProfileExposed(
            f"{path} is a link, so no token is kept there or used from there.",
            why="What it leads to may be for others, too.",
            fix="Put the file or folder itself in its place, or remove the link and log in again.",
        )


@contextmanager
def replacing(path: Path, content: bytes) -> Iterator[None]:
    """Write a file beside another for this user alone; with the block's end it takes the other's place.

    Raises:
        OSError: It cannot be written.
    """
    descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield
        Path(fresh).replace(path)
    finally:
        Path(fresh).unlink(missing_ok=True)


def _check_own(path: Path, status: os.stat_result, mode: str) -> None:
    if stat.S_ISLNK(status.st_mode):
        check_no_link(path)
    if status.st_uid != os.geteuid():
        raise _of_another(path)
    if status.st_mode & _OTHERS:
        raise _exposed(path, status.st_mode, mode)


def _exposed(path: Path, mode: int, wanted: str) -> ProfileExposed:
    do = "change" if mode & _OTHERS_WRITE else "read"
    return ProfileExposed(
        f"Other users of this machine can {do} {path}, so no token is kept there or used from there.",
        why=f"Its permissions are {stat.S_IMODE(mode):o}, which is for others, too.",
        fix=f"If nobody else was there: chmod {wanted} {path}. Otherwise revoke the token and log in again.",
    )


def _of_another(path: Path) -> ProfileExposed:
    return ProfileExposed(
        f"{path} belongs to another user, so no token is kept there or used from there.",
        why="Its owner can read and change it.",
        fix="Run as its owner, or name a folder of your own in INTERCOM_CONFIG_DIR.",
    )
