"""This machine: Python, the packages, the ports, and the folder where Dagster remembers."""

import os
import platform
import socket
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path

from intercom_pipeline.auth import loopback
from intercom_pipeline.doctor.check import Finding, failed, ok, warning

DISTRIBUTION = "intercom-pipeline"
DAGSTER_PORT = 3000
"""Where `intercom-pipeline dev` serves Dagster's page unless another port is named."""

_LOOPBACK = "127.0.0.1"
_WORTH_NAMING = ("duckdb", "dagster", "httpx")


def python(distribution: str = DISTRIBUTION) -> Finding:
    """Whether this Python is one that the package is made for."""
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 - late

    needed = metadata(distribution)["Requires-Python"]
    found = f"{platform.python_version()} ({sys.executable})"
    if SpecifierSet(needed).contains(platform.python_version(), prereleases=True):
        return ok(found)
    return failed(
        f"{found}; {needed} is needed", "Install a later Python, such as by uv python install 3.13."
    )


def packages(distribution: str = DISTRIBUTION) -> Finding:
    """Whether the packages that are needed are there, in the versions that the package's metadata names."""
    wrong = [line for line in map(_unsatisfied, requires(distribution) or ()) if line]
    if wrong:
        return failed(
            "; ".join(wrong), "Install them again: uv sync, or pip install --upgrade intercom-pipeline."
        )
    named = ", ".join(f"{name} {version(name)}" for name in _WORTH_NAMING)
    return ok(f"{distribution} {version(distribution)}, {named}; all others as needed")


def _unsatisfied(line: str) -> str:
    """What is wrong with a package that is needed; empty where nothing is, or an extra only needs it."""
    from packaging.requirements import Requirement  # noqa: PLC0415 - late

    needed = Requirement(line)
    if needed.marker and not needed.marker.evaluate({"extra": ""}):
        return ""
    try:
        there = version(needed.name)
    except PackageNotFoundError:
        return f"{needed.name} is missing"
    if needed.specifier.contains(there, prereleases=True):
        return ""
    return f"{needed.name} is {there}, {needed.specifier} is needed"


def dagster_port(number: int, fix: str) -> Finding:
    """Whether Dagster's page can be served on a port of this machine."""
    return _free(number, fix, lambda: [socket.create_server((_LOOPBACK, number))])


def login_port(number: int, fix: str) -> Finding:
    """Whether a login can listen on a port of this machine for the browser's return."""
    return _free(number, fix, lambda: loopback.listen(number))


def _free(number: int, fix: str, listen: Callable[[], list[socket.socket]]) -> Finding:
    try:
        for each in listen():
            each.close()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        return warning(f"{number} cannot be listened on: {reason}", fix)
    return ok(f"{number} is free")


def dagster_home(environment: Mapping[str, str], data_folder: Path) -> Finding:
    """Whether Dagster can remember its runs and schedules."""
    named = environment.get("DAGSTER_HOME")
    if not named:
        return ok(f"DAGSTER_HOME is not set: intercom-pipeline dev keeps runs in {data_folder / 'dagster'}")
    home = Path(named)
    if not home.is_absolute():
        return failed(f"DAGSTER_HOME is {named}, which is no absolute path", "Set it to an absolute path.")
    if not home.is_dir():
        return failed(f"DAGSTER_HOME is {named}, which is no folder", f"mkdir -p {named}, or unset it.")
    if not os.access(home, os.W_OK | os.X_OK):
        return failed(
            f"DAGSTER_HOME is {named}, which cannot be written", "Change its permissions, or unset it."
        )
    return ok(named)
