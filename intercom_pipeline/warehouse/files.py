"""The files of a data folder: who may read them, who holds them, and how readers get theirs."""

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from intercom_pipeline.warehouse.errors import WarehouseBusy, WarehouseUnwritable

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_READ_ONLY = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The folder that holds everything the pipeline stores.

    Attributes:
        path: The folder.
    """

    path: Path

    @property
    def warehouse(self) -> Path:
        """The writer's own database."""
        return self.path / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The copy that everybody reads."""
        return self.path / "intercom.duckdb"

    @property
    def lock(self) -> Path:
        """Held by the one process that syncs."""
        return self.path / "sync.lock"

    @property
    def holder(self) -> Path:
        """Names the process that holds the lock."""
        return self.path / "sync.json"

    @property
    def key(self) -> Path:
        """What values are hashed with; never published."""
        return self.path / "privacy.key"

    @property
    def scratch(self) -> Path:
        """Batches on their way into the database, and what DuckDB spills."""
        return self.path / "scratch"


@contextmanager
def private_files() -> Iterator[None]:
    """Whatever is created meanwhile, by DuckDB too, is for this user alone."""
    before = os.umask(0o777 - _PRIVATE_FOLDER)
    try:
        yield
    finally:
        os.umask(before)


def prepare(folder: DataFolder) -> None:
    """Make the folder, for this user alone.

    Raises:
        WarehouseUnwritable: It cannot be made or written.
    """
    try:
        with private_files():  # those above it, too
            folder.path.mkdir(parents=True, exist_ok=True)
        folder.scratch.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        folder.path.chmod(_PRIVATE_FOLDER)
        folder.lock.touch(mode=_PRIVATE_FILE)
    except OSError as error:
        raise unwritable(error, folder.path) from error


@contextmanager
def only_sync(folder: DataFolder) -> Iterator[None]:
    """Be the only process that syncs into the folder. A killed process lets go by itself.

    Raises:
        WarehouseBusy: Another process syncs into it.
        WarehouseUnwritable: The folder cannot be written.
    """
    lock = FileLock(folder.lock, timeout=0, mode=_PRIVATE_FILE)
    try:
        lock.acquire()
    except Timeout:
        raise _busy(folder) from None
    except OSError as error:
        raise unwritable(error, folder.path) from error
    try:
        _move_in(folder)
        yield
    finally:
        folder.holder.unlink(missing_ok=True)
        lock.release()


def _move_in(folder: DataFolder) -> None:
    try:
        _clear(folder.scratch)
        folder.holder.write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")
    except OSError as error:
        raise unwritable(error, folder.path) from error


def _clear(scratch: Path) -> None:
    """Remove what a killed sync left behind."""
    for left_over in scratch.iterdir():
        if left_over.is_dir():
            shutil.rmtree(left_over)
        else:
            left_over.unlink()


def _busy(folder: DataFolder) -> WarehouseBusy:
    try:
        holder = int(json.loads(folder.holder.read_text(encoding="utf-8"))["pid"])
    except (OSError, ValueError, KeyError):
        holder = None
    who = f"process {holder}" if holder else "another process"
    return WarehouseBusy(
        f"Another sync into {folder.path} is running ({who}).",
        why="Two syncs at once would do the same work twice.",
        fix="Wait until it ends, or stop it; it resumes where it was.",
        holder=holder,
    )


def publish(folder: DataFolder) -> None:
    """Put a copy of the (closed) warehouse where readers look, in one step.

    Readers that have the old copy open keep it. A stale write-ahead log beside the published file would be
    replayed into the new one, so it goes first.

    Raises:
        WarehouseUnwritable: There is no room for the copy; the old one stays.
    """
    _copy(folder, folder.published)


def back_up(folder: DataFolder, release: str) -> Path:
    """Keep a copy of the (closed) warehouse as it was before a release changed it.

    Raises:
        WarehouseUnwritable: There is no room for the copy; the warehouse stays as it is.
    """
    kept = folder.path / f"warehouse.before-{release}.duckdb"
    _copy(folder, kept)
    return kept


def kept_copies(folder: DataFolder) -> list[Path]:
    """The copies that `back_up` made."""
    return sorted(folder.path.glob("warehouse.before-*.duckdb"))


def clear_fresh(folder: DataFolder) -> None:
    """Remove copies that were not finished when a process was killed."""
    for left_over in folder.path.glob("*.duckdb.new*"):
        left_over.unlink()


def _copy(folder: DataFolder, target: Path) -> None:
    fresh = target.with_suffix(".duckdb.new")
    try:
        shutil.copyfile(folder.warehouse, fresh)
        put_in_place(fresh, target)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise unwritable(error, target) from error
    except WarehouseUnwritable:
        fresh.unlink(missing_ok=True)
        raise


def put_in_place(fresh: Path, target: Path) -> None:
    """Let a (closed) database of the same disk take another's place, in one step.

    Raises:
        WarehouseUnwritable: It cannot; the other stays.
    """
    try:
        fresh.chmod(_PRIVATE_FILE)
        _flush(fresh)
        Path(f"{target}.wal").unlink(missing_ok=True)
        fresh.replace(target)
        _flush(target.parent)
    except OSError as error:
        raise unwritable(error, target) from error


def _flush(path: Path) -> None:
    """Have the operating system write it to disk now."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unwritable(error: OSError, path: Path) -> WarehouseUnwritable:
    """The error for a path that cannot be written, with the cause the operating system gave."""
    if error.errno == errno.ENOSPC:
        return WarehouseUnwritable(
            f"The disk that holds {path} is full.",
            why="Nothing of the last batch was stored; everything before it is safe.",
            fix="Free some space and run the same command again: it resumes where it was.",
        )
    reason = "it is read-only for this user" if error.errno in _READ_ONLY else (error.strerror or str(error))
    return WarehouseUnwritable(
        f"{path} cannot be written: {reason}.",
        why="The warehouse and the published file are kept in this folder.",
        fix="Change its permissions, or name another folder in INTERCOM_DATA_DIR.",
    )
