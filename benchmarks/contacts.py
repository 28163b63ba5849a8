"""Contacts without latency: this project beside the floor and beside the script a user would write.

uv run python -m benchmarks.contacts [COUNT [ROUNDS]] [--no-plain]
All in one run on one machine, each contender in a process of its own; what counts is the ratio.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.measuring import Measured, Served, measured, row, sandbox

UNLIMITED = 60_000_000
DEFAULTS = (100_000, 3)
SEED = 20


def ours(served: Served, folder: Path, _: Sequence[str]) -> Measured:
    command = [str(Path(sys.executable).with_name("intercom-pipeline")), "sync", "contacts"]
    environment = {**served.environment, "INTERCOM_DATA_DIR": str(folder), "INTERCOM_RATE_SHARE": "1"}
    result = measured(*command, **environment)
    with duckdb.connect(str(folder / "intercom.duckdb"), read_only=True) as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM contacts").fetchall()
    assert count  # noqa: S101 - a figure for nothing would be worth nothing
    return result


def floor(served: Served, folder: Path, bodies: Sequence[str]) -> Measured:
    asked = folder / "asked.txt"
    asked.write_text("\n".join(bodies), encoding="utf-8")
    script = f"{sys.executable} -m benchmarks.floor {folder} < {asked}"
    return measured("/bin/sh", "-c", f"exec {script}", **served.environment)


def plain(served: Served, folder: Path, _: Sequence[str]) -> Measured:
    return measured(sys.executable, "-m", "benchmarks.plain", str(folder), **served.environment)


CONTENDERS = {"intercom-pipeline": ours, "floor": floor, "plain script": plain}


def bodies_of_a_sync(served: Served) -> list[str]:
    """The searches a sync asks, from a first one that is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        ours(served, Path(folder), [])
    asked = served.control("GET", "requests")
    return [request["body"] for request in asked if request["path"] == "/contacts/search"]


def compete(served: Served, rounds: int, names: Sequence[str]) -> dict[str, list[tuple[Measured, float]]]:
    """Let the contenders run in turn; each result with the processor time it cost the sandbox."""
    bodies = bodies_of_a_sync(served)
    results: dict[str, list[tuple[Measured, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                before = served.cpu_seconds
                result = CONTENDERS[name](served, Path(folder), bodies)
                results[name].append((result, served.cpu_seconds - before))
    print(f"{len(bodies)} pages, {rounds} rounds, medians; DuckDB {duckdb.__version__}\n")
    return results


def show(results: dict[str, list[tuple[Measured, float]]]) -> None:
    row("contender", "seconds", "x floor", "its CPU s", "sandbox CPU s", "peak MB")
    row(*["---"] * 6)
    for name, of_it in results.items():
        ratios = [
            each.seconds / least.seconds
            for (each, _), (least, _) in zip(of_it, results["floor"], strict=True)
        ]
        row(
            name,
            median(each.seconds for each, _ in of_it),
            median(ratios),
            median(each.cpu_seconds for each, _ in of_it),
            median(seconds for _, seconds in of_it),
            f"{max(each.peak_mb for each, _ in of_it):.0f}",
        )


def main() -> None:
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    count, rounds = (*numbers, *DEFAULTS[len(numbers) :])
    names = [name for name in CONTENDERS if name != "plain script" or "--no-plain" not in sys.argv]
    with sandbox(
        contacts=count, conversations=0, articles=0, limit_per_minute=UNLIMITED, seed=SEED
    ) as served:
        print(f"{count} contacts,", end=" ")
        show(compete(served, rounds, names))


if __name__ == "__main__":
    main()
