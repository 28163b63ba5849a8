"""Processes that send replies, killed with kill -9 at random moments: is any reply sent twice, or lost?

    uv run python -m benchmarks.reply_kills [KILLS [SEED]]

Each round plans 20 replies, lets faults strike some of the requests, and kills one process after the other
that applies the plan: after so many requests and a random part of a second. Then nothing goes wrong any
more: it is applied, resolved and tried again until nothing is left, and the ledger is compared with what the
workspace was really told.
"""

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from typing import Final

from benchmarks.measuring import row
from benchmarks.reply_faults import any_fault
from benchmarks.reply_world import World
from benchmarks.reply_yard import HANG_SECONDS, Task, Yard, killable, opened
from intercom_pipeline.replies.plan import Action, Then
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.sandbox import Request

DEFAULTS: Final = (500, 1)
REPLIES: Final = 20
_MOST_KILLS: Final = 3
_MOST_REQUESTS: Final = 50


@dataclass(kw_only=True, slots=True)
class Killed:
    """What came of a round.

    Attributes:
        kills: How many processes were killed while they were at work.
        left: What the ledger said after the last kill, by outcome.
        applied: How many steps the workspace was told in the end.
        struck: How many requests met a fault.
        wrong: What must not be.
    """

    kills: int = 0
    left: Counter[str] = field(default_factory=Counter)
    applied: int = 0
    struck: int = 0
    wrong: list[str] = field(default_factory=list)


def kill_some(yard: Yard, chance: random.Random) -> Killed:
    """Plan, kill some processes that apply the plan, then bring it to its end."""
    done, world = Killed(), yard.begin(REPLIES)
    then = chance.choice([None, Then(action=Action.CLOSE)])
    plan = world.plan(chance.choice([MessageType.NOTE, MessageType.COMMENT]), then, "Sorry, no.")
    faults = yard.sandbox.faults
    faults.add(*(any_fault(chance, hang_seconds=HANG_SECONDS) for _ in range(chance.randint(0, 2))))
    for _ in range(chance.randint(1, _MOST_KILLS)):
        done.kills += killed(yard, world, plan.plan_id, chance)
        world.check()
    done.left = Counter({str(outcome): number for outcome, number in world.outcomes().items()})
    done.struck = sum(faults.struck())
    yard.finish(world)
    done.applied, done.wrong = sum(world.applied().values()), world.wrong
    return done


def killed(yard: Yard, world: World, plan_id: str, chance: random.Random) -> bool:
    """Start a process that applies the plan and kill it; whether it was still at work."""
    process = yard.start(killable, world, Task(verb="apply", plan_id=plan_id))
    after, seconds = chance.randint(1, _MOST_REQUESTS), chance.random() / 20
    acts = yard.sandbox.after_each_request
    acts.append(killing(process, after, seconds))
    process.join()
    acts.clear()
    yard.until_calm()
    return process.exitcode == -9


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


def main() -> int:
    """Exit code 1 where anything was wrong."""
    numbers = [int(argument) for argument in sys.argv[1:]]
    kills, seed = (*numbers, *DEFAULTS[len(numbers) :])
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    rounds: list[Killed] = []
    begun = time.monotonic()
    with opened() as yard:
        while sum(done.kills for done in rounds) < kills:
            done = kill_some(yard, chance)
            rounds.append(done)
            for wrong in done.wrong:
                print(f"round {len(rounds)}: {wrong}", flush=True)
            if len(rounds) % 20 == 0:
                _show(rounds, begun)
    _show(rounds, begun)
    return int(any(done.wrong for done in rounds))


def _show(rounds: list[Killed], begun: float) -> None:
    row("rounds", "kills", "requests struck", "steps applied", "left unknown or intended", "wrong", "s")
    left = Counter[str]()
    for done in rounds:
        left += done.left
    row(
        len(rounds),
        sum(done.kills for done in rounds),
        sum(done.struck for done in rounds),
        sum(done.applied for done in rounds),
        left["unknown"] + left["intended"],
        sum(bool(done.wrong) for done in rounds),
        round(time.monotonic() - begun),
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
