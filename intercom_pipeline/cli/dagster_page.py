"""Dagster's page in processes of its own, what it remembers in the data folder, no secret in arguments."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import intercom_pipeline
from intercom_pipeline.defs.home import prepare_home
from intercom_pipeline.settings import Settings

_WORKSPACE = "workspace.yaml"
_PATIENCE_SECONDS = 10.0


def home_of(settings: Settings) -> Path:
    """Where Dagster keeps its runs and schedules, unless `DAGSTER_HOME` says otherwise."""
    return settings.data_dir.absolute() / "dagster"


def environment(settings: Settings, given: Mapping[str, str]) -> dict[str, str]:
    """The environment of Dagster's processes: what is given, the data folder, and a home that lasts."""
    home = given.get("DAGSTER_HOME") or str(prepare_home(home_of(settings)))
    return {**given, "INTERCOM_DATA_DIR": str(settings.data_dir.absolute()), "DAGSTER_HOME": home}


def command(port: int | None) -> list[str]:
    """The arguments that start Dagster on this project's code location."""
    port_given = [] if port is None else ["--port", str(port)]
    return [sys.executable, "-m", "dagster", "dev", *_location(), *port_given]


def _location() -> list[str]:
    """`workspace.yaml` of this folder or of the project; the module itself where it was installed without."""
    folders = (Path.cwd(), Path(intercom_pipeline.__file__).parents[1])
    for folder in folders:
        if (folder / _WORKSPACE).is_file():
            return ["-w", str(folder / _WORKSPACE)]
    return ["-m", "intercom_pipeline.definitions"]


@contextmanager
def serving(
    settings: Settings, given: Mapping[str, str], port: int | None, log: Path | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Dagster's processes while the block runs; they end with it. They write to the terminal, or to `log`."""
    with ExitStack() as stack:
        output = None if log is None else stack.enter_context(log.open("wb"))
        # A session of its own: a Ctrl-C comes to it once, from here, and not from the terminal as well.
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, arguments made here
            command(port),
            env=environment(settings, given),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        stack.callback(_end, process)
        yield process


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
