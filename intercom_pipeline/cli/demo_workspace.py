"""The demo's pretend workspace: served by a process of its own, stored in a folder of its own."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from intercom_pipeline.cli.tethered import tethered
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.settings import Settings
from intercom_pipeline.warehouse.errors import WarehouseBusy, WrongWorkspace
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.reading import running_sync, workspace_of

_FOLDER = "demo"


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """A served pretend workspace.

    Attributes:
        url: Where it answers.
        token: The token it lets in; it opens nothing else.
    """

    url: str
    token: str

    def settings(self, data_dir: Path) -> Settings:
        """The settings that sync it; nothing of a real workspace's is among them."""
        return Settings(access_token=self.token, base_url=self.url, data_dir=data_dir)


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


def make_room(data_dir: Path) -> Path:
    """The demo's folder, emptied of an earlier demo's data.

    Raises:
        WarehouseBusy: Another demo is running.
        WrongWorkspace: It holds the records of a real workspace.
    """
    folder = DataFolder(data_dir.absolute() / _FOLDER)
    holder = running_sync(folder)
    if holder is not None:
        raise WarehouseBusy(
            f"Another demo is running (process {holder}).",
            why=f"Both would write into {folder.path}.",
            fix="Wait until it ends, or name another folder with --data-dir.",
            holder=holder,
        )
    databases = [path for path in (folder.warehouse, folder.published) if path.exists()]
    for path in databases:
        _check_ours(path)
    for path in databases:
        path.unlink()
        Path(f"{path}.wal").unlink(missing_ok=True)
    return folder.path


def _check_ours(path: Path) -> None:
    from intercom_pipeline.sandbox.content import WORKSPACE_ID  # noqa: PLC0415 - late

    workspace = workspace_of(path)
    if workspace not in (None, WORKSPACE_ID):
        raise WrongWorkspace(
            f"{path} holds the records of the real workspace {workspace}.",
            why="The demo begins anew each time and would delete them.",
            fix="Name another folder with --data-dir, or move the file away.",
        )
