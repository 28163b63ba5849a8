"""Dagster's page in processes of its own, what it remembers in the data folder, no secret in arguments."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import intercom_pipeline
from intercom_pipeline.cli.tethered import tethered
from intercom_pipeline.defs.home import prepare_home
from intercom_pipeline.settings import Settings

_WORKSPACE = "workspace.yaml"
_KNOWN = "ignore:Function `dev_command` is superseded"
"""Dagster greets with a warning that names a command of another package."""


def home_of(settings: Settings) -> Path:
    """Where Dagster keeps its runs and schedules, unless `DAGSTER_HOME` says otherwise."""
    return settings.data_dir.absolute() / "dagster"


def environment(settings: Settings, given: Mapping[str, str]) -> dict[str, str]:
    """The environment of Dagster's processes: what is given, the data folder, and a home that lasts."""
    home = given.get("DAGSTER_HOME") or str(prepare_home(home_of(settings)))
    folder = str(settings.data_dir.absolute())
    return {"PYTHONWARNINGS": _KNOWN, **given, "INTERCOM_DATA_DIR": folder, "DAGSTER_HOME": home}


def arguments(port: int | None) -> list[str]:
    """What starts Dagster on this project's code location."""
    return ["dev", *_location(), *([] if port is None else ["--port", str(port)])]


def _location() -> list[str]:
    """`workspace.yaml` of this folder or of the project; the module itself where it was installed without."""
    for folder in (Path.cwd(), Path(intercom_pipeline.__file__).parents[1]):
        if (folder / _WORKSPACE).is_file():
            return ["-w", str(folder / _WORKSPACE)]
    return ["-m", "intercom_pipeline.definitions"]


@contextmanager
def serving(
    settings: Settings, given: Mapping[str, str], port: int | None, log: Path | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Dagster's processes while the block runs. They write to the terminal, or to `log`."""
    with ExitStack() as stack:
        around = environment(settings, given)
        output = None if log is None else stack.enter_context(log.open("wb"))
        yield stack.enter_context(
            tethered("dagster", arguments(port), environment=around, stdout=output, stderr=output)
        )
