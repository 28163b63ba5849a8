"""The demo's pretend workspace: served by a process of its own, stored in a folder of its own."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from intercom_pipeline.cli.tethered import tethered
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.settings import Settings
from intercom_pipeline.warehouse.errors import WarehouseBusy, WrongWorkspace
from intercom_pipeline.warehouse.files import DataFolder, prepare
from intercom_pipeline.warehouse.reading import running_sync, workspace_of

_FOLDER = "demo"

VERSION = "2.17"
"""The API version that a demo asks for: the newest, which has every stream."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """A served pretend workspace.

    Attributes:
        url: Where it answers.
        token: The token it lets in; it opens nothing else.
    """

    url: str
    token: str = field(repr=False)

    def settings(self, data_dir: Path) -> Settings:
        """The settings that sync it; nothing of a real workspace's is among them."""
        return Settings(access_token=self.token, base_url=self.url, data_dir=data_dir, api_version=VERSION)


@contextmanager
def served(sizes: Mapping[str, int], seed: int) -> Iterator[Workspace]:
    """Serve a workspace of those sizes from another process while the block runs.

    Raises:
        PipelineError: It did not start.
    """
    arguments = [f"--{name}={size}" for name, size in {**sizes, "seed": seed, "port": 0}.items()]
    with tethered(
        "intercom_pipeline.sandbox", arguments, environment=os.environ, stdout=subprocess.PIPE, stderr=None
    ) as process:
        yield _workspace(process)


def _workspace(process: "subprocess.Popen[bytes]") -> Workspace:
    """What the process says when it is ready: one line of JSON."""
    said = process.stdout.readline() if process.stdout else b""
    try:
        told = json.loads(said)
    except ValueError:
        raise PipelineError(
            "The pretend workspace did not start.",
            why="Its process ended; what it printed stands above.",
            fix="Run python -m intercom_pipeline.sandbox to see why.",
        ) from None
    return Workspace(url=told["url"], token=told["token"])


@contextmanager
def only_demo(data_dir: Path) -> Iterator[Path]:
    """The demo's folder, emptied of an earlier demo's data; no other demo may have it while the block runs.

    Raises:
        WarehouseBusy: Another demo is running.
        WarehouseUnwritable: The folder cannot be written.
        WrongWorkspace: It holds the records of a real workspace.
    """
    folder = DataFolder(data_dir.absolute() / _FOLDER)
    prepare(folder)
    lock, holder = FileLock(folder.path / "demo.lock", timeout=0), folder.path / "demo.pid"
    try:
        lock.acquire()
    except Timeout:
        raise _busy(folder, holder.read_text(encoding="utf-8") if holder.exists() else "") from None
    try:
        _make_room(folder)
        holder.write_text(str(os.getpid()), encoding="utf-8")
        yield folder.path
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _make_room(folder: DataFolder) -> None:
    syncing = running_sync(folder)
    if syncing is not None:
        raise _busy(folder, str(syncing))
    databases = [path for path in (folder.warehouse, folder.published) if path.exists()]
    for path in databases:
        _check_ours(path)
    for path in databases:
        path.unlink()
        Path(f"{path}.wal").unlink(missing_ok=True)


def _busy(folder: DataFolder, process: str) -> WarehouseBusy:
    return WarehouseBusy(
        f"Another demo is running ({f'process {process}' if process else 'in another process'}).",
        why=f"Both would write into {folder.path}.",
        fix="Wait until it ends, or name another folder with --data-dir.",
        holder=int(process) if process.isdigit() else None,
    )


def _check_ours(path: Path) -> None:
    from intercom_pipeline.sandbox.content import WORKSPACE_ID  # noqa: PLC0415 - late

    workspace = workspace_of(path)
    if workspace is not None and workspace.partition("-")[0] != WORKSPACE_ID:
        raise WrongWorkspace(
            f"{path} holds the records of the real workspace {workspace}.",
            why="The demo begins anew each time and would delete them.",
            fix="Name another folder with --data-dir, or move the file away.",
        )
