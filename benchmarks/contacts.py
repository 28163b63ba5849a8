"""Contacts without latency: this project beside the floor and beside the script a user would write.

uv run python -m benchmarks.contacts [COUNT] [--no-plain]
All in one run on one machine, each contender in a process of its own; what counts is the ratio.
"""

import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks.measuring import Measured, Served, measured, row, sandbox

UNLIMITED = 60_000_000
SEED = 20


def ours(served: Served, folder: Path) -> Measured:
    command = [str(Path(sys.executable).with_name("intercom-pipeline")), "sync", "contacts"]
    environment = {
        **served.environment,
        "INTERCOM_DATA_DIR": str(folder / "ours"),
        "INTERCOM_RATE_SHARE": "1",
    }
    return measured(*command, **environment)


def floor(served: Served, folder: Path, bodies: list[str]) -> Measured:
    (folder / "pages").mkdir()
    asked = folder / "asked"
    asked.write_text("\n".join(bodies), encoding="utf-8")
    script = f"{sys.executable} -m benchmarks.floor {folder / 'pages'} < {asked}"
    return measured("/bin/sh", "-c", f"exec {script}", **served.environment)


def plain(served: Served, folder: Path) -> Measured:
    return measured(sys.executable, "-m", "benchmarks.plain", str(folder), **served.environment)


def stored(folder: Path) -> int:
    with duckdb.connect(str(folder / "ours" / "intercom.duckdb"), read_only=True) as connection:
        return int(connection.execute("SELECT count(*) FROM contacts").fetchall()[0][0])


def show(name: str, result: Measured, sandbox_seconds: float, compared: float) -> None:
    row(
        name,
        result.seconds,
        result.seconds / compared,
        result.cpu_seconds,
        sandbox_seconds,
        f"{result.peak_mb:.0f}",
    )


def main() -> None:
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    count = numbers[0] if numbers else 100_000
    with (
        sandbox(contacts=count, conversations=0, articles=0, limit_per_minute=UNLIMITED, seed=SEED) as served,
        tempfile.TemporaryDirectory() as temporary,
    ):
        folder = Path(temporary)
        results, before = {}, served.cpu_seconds
        results["intercom-pipeline"] = (ours(served, folder), served.cpu_seconds - before)
        asked = served.control("GET", "requests")
        bodies = [request["body"] for request in asked if request["path"] == "/contacts/search"]
        before = served.cpu_seconds
        results["floor"] = (floor(served, folder, bodies), served.cpu_seconds - before)
        if "--no-plain" not in sys.argv:
            before = served.cpu_seconds
            results["plain script"] = (plain(served, folder), served.cpu_seconds - before)
        assert stored(folder) == count  # noqa: S101 - a figure for less would be worth nothing
    print(f"{count} contacts, {len(bodies)} pages, DuckDB {duckdb.__version__}\n")
    row("contender", "seconds", "x floor", "its CPU s", "sandbox CPU s", "peak MB")
    row(*["---"] * 6)
    for name, (result, sandbox_seconds) in results.items():
        show(name, result, sandbox_seconds, results["floor"][0].seconds)


if __name__ == "__main__":
    main()
