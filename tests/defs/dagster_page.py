"""Dagster's own page on the code location, as the README's command serves it, and its GraphQL."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from intercom_pipeline.defs.home import prepare_home
from intercom_pipeline.sandbox import Sandbox

COMMAND = "intercom-pipeline dev"
"""What the README says; it runs `dagster dev -w workspace.yaml`."""
PROJECT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 240
_LOCATIONS = """
{ workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError { __typename } } } } }
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A served page."""

    url: str
    folder: Path

    def ask(self, query: str, **variables: Any) -> Any:
        """What the page itself would ask, and the data of the answer."""
        answer = httpx.post(f"{self.url}/graphql", json={"query": query, "variables": variables}, timeout=30)
        answer.raise_for_status()
        read = answer.json()
        assert "errors" not in read, read["errors"]
        return read["data"]


@contextmanager
def dagster_dev(sandbox: Sandbox, folder: Path) -> Iterator[Page]:
    """Serve the page from a process of its own, pointed at a sandbox, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    shutil.copy(PROJECT / "workspace.yaml", folder)
    program, verb = COMMAND.split()
    command = [str(Path(sys.executable).with_name(program)), verb, "--port", str(port)]
    with (folder / "dev.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(sandbox, folder),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        page = Page(url=f"http://127.0.0.1:{port}", folder=folder)
        _wait_until_loaded(page, process)
        yield page
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise


def _environment(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    ours = {
        "DAGSTER_HOME": str(prepare_home(folder / "home")),
        "INTERCOM_ACCESS_TOKEN": sandbox.token,
        "INTERCOM_BASE_URL": sandbox.url,
        "INTERCOM_DATA_DIR": str(folder / "data"),
        "INTERCOM_RATE_SHARE": "1.0",
        "NO_COLOR": "1",
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("INTERCOM_")} | ours


def _wait_until_loaded(page: Page, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, (page.folder / "dev.log").read_text()
        try:
            entries = page.ask(_LOCATIONS)["workspaceOrError"].get("locationEntries", [])
        except httpx.TransportError:
            entries = []
        if any(
            (entry["locationOrLoadError"] or {}).get("__typename") == "RepositoryLocation"
            for entry in entries
        ):
            return
        time.sleep(0.2)
    raise AssertionError((page.folder / "dev.log").read_text())
