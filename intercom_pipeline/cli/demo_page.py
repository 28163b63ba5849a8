"""`demo --ui`: Dagster's page on the demo's data, with the pretend workspace still there to sync from."""

import os
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

from rich.text import Text

from intercom_pipeline.cli.dagster_page import home_of, serving
from intercom_pipeline.cli.demo_workspace import Workspace
from intercom_pipeline.cli.output import results
from intercom_pipeline.errors import PipelineError

_HOST = "127.0.0.1"
_USUAL_PORT = 3000
_PATIENCE_SECONDS = 120.0
_LOOK_EVERY_SECONDS = 0.25


def open_page(workspace: Workspace, data_dir: Path) -> None:
    """Serve Dagster's page, open it in a browser where there is one, and wait until it is stopped.

    Raises:
        PipelineError: Dagster ended by itself, or its page did not come.
    """
    settings = workspace.settings(data_dir)
    given = {key: value for key, value in os.environ.items() if key != "DAGSTER_HOME"}
    given |= {
        "INTERCOM_ACCESS_TOKEN": workspace.token,
        "INTERCOM_BASE_URL": workspace.url,
        "INTERCOM_API_VERSION": settings.api_version,
    }
    port, log = _free_port(), home_of(settings) / "dagster.log"
    console = results()
    console.print(f"\nStarting Dagster; its log is {log}", soft_wrap=True)
    with serving(settings, given, port, log) as process:
        _wait_for_page(process, port, log)
        url = f"http://{_HOST}:{port}/assets"
        page = Text.assemble("Dagster's page: ", (url, "bold"), "\nCtrl-C ends it and the demo.")
        console.print(page, soft_wrap=True)
        _open_browser(url)
        process.wait()
        raise _ended(log)


def _free_port() -> int:
    """Dagster's usual port, or any where that one is taken."""
    for port in (_USUAL_PORT, 0):
        try:
            with socket.create_server((_HOST, port)) as listener:
                return int(listener.getsockname()[1])
        except OSError:
            continue
    raise PipelineError("No port is free on this machine.", why="Other programs hold them all.")


def _wait_for_page(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((_HOST, port), timeout=1).close()
        except OSError:
            time.sleep(_LOOK_EVERY_SECONDS)
        else:
            return
    raise _ended(log)


def _ended(log: Path) -> PipelineError:
    return PipelineError(
        "Dagster's page could not be served.",
        why=f"Its log {log} says why.",
        fix="Run intercom-pipeline demo --ui again, or intercom-pipeline demo without it.",
    )


def _open_browser(url: str) -> None:
    """Open the page where there is a screen; a browser inside the terminal would take it over."""
    has_screen = sys.platform in {"darwin", "win32"} or {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
    if has_screen:
        webbrowser.open(url)
