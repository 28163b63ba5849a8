"""Syncs killed with kill -9 at random moments: what is left, and what the next one asks for again.

uv run python -m benchmarks.kills [ROUNDS [SEED]]

Each round starts a sync in a process of its own, kills it after so many requests and a random part of a
second, looks into the file it left, lets another sync go on and compares the tables with the workspace.
"""

import random
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from benchmarks.killing_yard import SCENARIOS, Scenario, Yard, opened
from benchmarks.left_behind import Round, answered, compared, key_of, left_in, weigh
from benchmarks.measuring import row
from intercom_pipeline.sandbox import Request

DEFAULTS = (100, 1)


def kill_once(yard: Yard, name: str, chance: random.Random) -> Round:
    """Kill a sync of a scenario at some moment, and let another one go on."""
    scenario, done = SCENARIOS[name], Round()
    folder = yard.folder(scenario)
    done.killed = killed(yard, folder, scenario, chance)
    before = Counter(map(key_of, answered(yard.sandbox)))
    done.asked, left = before.total(), left_in(folder, yard.scratch / "copy")
    if yard.ended(folder, scenario) != 0:
        done.wrong.append("the next sync did not end complete")
    again = Counter(map(key_of, answered(yard.sandbox))) & before
    weigh(done, again, scenario, left, left.as_now(yard.sandbox))
    done.wrong += compared(yard.sandbox, folder, scenario, left)
    shutil.rmtree(folder)
    return done


def killed(yard: Yard, folder: Path, scenario: Scenario, chance: random.Random) -> bool:
    """Start a sync and kill it; whether it was still at work."""
    yard.sandbox.requests.reset()
    process = yard.start(folder, scenario)
    if scenario.publishing:
        fresh = folder / "intercom.duckdb.new"
        while process.is_alive() and not fresh.exists():
            time.sleep(0.0005)
        process.kill()
    else:
        after, seconds = chance.randint(1, scenario.requests), chance.random() / 10
        yard.sandbox.after_each_request.append(killing(process, after, seconds))
    process.join()
    yard.sandbox.after_each_request.clear()
    return process.exitcode != 0


def killing(process: ForkServerProcess, after: int, seconds: float) -> Callable[[Request], object]:
    """Kill a process so long after so many requests; at odd numbers before the last is answered."""
    numbers = iter(range(1, sys.maxsize))

    def kill(_: Request) -> None:
        if next(numbers) != after:
            return
        if after % 2:
            process.kill()
        else:
            threading.Timer(seconds, process.kill).start()

    return kill


def main() -> None:
    numbers = [int(argument) for argument in sys.argv[1:]]
    rounds, seed = (*numbers, *DEFAULTS[len(numbers) :])
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    with opened() as yard:
        results: dict[str, list[Round]] = {name: [] for name in SCENARIOS}
        while sum(map(len, results.values())) < rounds:
            name = min(results, key=lambda each: len(results[each]))
            done = kill_once(yard, name, chance)
            if done.killed or done.wrong:
                results[name].append(done)
    show(results)


def show(results: Mapping[str, Sequence[Round]]) -> None:
    row(
        "killed",
        "kills",
        "requests before",
        "pages again / slices open",
        "stored, again",
        "in flight",
        "wrong",
    )
    row(*["---"] * 7)
    for name, rounds in results.items():
        worst = max(rounds, key=lambda done: done.pages - done.slices)
        row(
            name,
            len(rounds),
            f"{min(done.asked for done in rounds)} to {max(done.asked for done in rounds)}",
            f"{worst.pages} / {worst.slices}",
            max(done.details for done in rounds),
            max(done.in_flight for done in rounds),
            "; ".join(sorted({each for done in rounds for each in done.wrong})) or "nothing",
        )


if __name__ == "__main__":
    main()
