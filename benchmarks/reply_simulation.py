"""Campaigns of replies with faults, crashes, stops, second processes and people: is any sent twice, or lost?

    uv run python -m benchmarks.reply_simulation 10000 --seed 1 [--processes 2]

Each run has a workspace, a ledger file and a plan of its own. Processes that apply it crash at any point,
meet any fault, are stopped, run two at once; customers write meanwhile; people resolve what is not known,
look, try again what was held, or say what they saw. Nothing goes through a socket, and nobody waits: time
jumps. A crash is an exception after which the ledger and the transport do nothing any more
(`benchmarks/reply_kills.py` kills processes). After each step and at the end the ledger is compared with what
the workspace was really told.
"""

import argparse
import asyncio
import logging
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from benchmarks import virtual_time
from benchmarks.measuring import row
from benchmarks.reply_faults import any_fault
from benchmarks.reply_indoors import Indoors, SandboxTransport
from benchmarks.reply_points import Crash, Tripwire
from benchmarks.reply_work import BY, applying, resolving, retrying, see_to
from benchmarks.reply_world import LATE_SECONDS, Work, World
from intercom_pipeline.replies.ledger.values import Outcome
from intercom_pipeline.replies.plan import Action, Plan, Then
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.replies.sending.resolving import settle_held

_MOST_CONVERSATIONS: Final = 6
_MOST_STEPS: Final = 8
_MOST_POINTS: Final = 90
"""About so many points a run of six replies passes."""
_AROUND_A_WRITE: Final = (
    "before intend {}",
    "after intend {}",
    "before {}",
    "{} half sent",
    "{} answered",
    "{} half read",
    "{} read",
    "before settle {}",
    "after settle {}",
    "before resolve {}",
    "after resolve {}",
    "after recover",
)
_HANG_SECONDS: Final = 20.0
_ROUNDS_AT_THE_END: Final = 12
_HOURS_AGO: Final = 12
"""When it begins: a campaign takes some hours of the workspace's clock, and a plan is good for a day."""
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it


@dataclass(kw_only=True, slots=True)
class Tally:
    """What was simulated.

    Attributes:
        runs: Campaigns.
        steps: What was done in them.
        crashes: How many processes crashed, by the point.
        faults: How many requests were struck.
        applied: Replies that reached the workspace.
        outcomes: What the ledger says in the end, by reply.
        wrong: What must not be, by seed.
    """

    runs: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    crashes: Counter[str] = field(default_factory=Counter)
    faults: int = 0
    applied: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Count another's, too."""
        self.runs, self.faults, self.applied = (
            self.runs + other.runs,
            self.faults + other.faults,
            self.applied + other.applied,
        )
        self.steps += other.steps
        self.crashes += other.crashes
        self.outcomes += other.outcomes
        self.wrong |= other.wrong


@dataclass(kw_only=True, slots=True)
class Simulation:
    """One campaign, from its plan to its end."""

    world: World
    transport: SandboxTransport
    chance: random.Random
    tally: Tally

    async def run(self) -> None:
        """Plan, let happen what happens, then bring it to its end and look."""
        asyncio.get_running_loop().set_exception_handler(_unless_crashed)
        self.world.plan(self._message_type(), self._then(), "Sorry for the outage,")
        for _ in range(self.chance.randint(2, _MOST_STEPS)):
            with self._faults():
                await self._step()
            self.world.check()
        await self._end()
        self.world.check_settled()

    async def _step(self) -> None:
        name = self._chosen()
        self.tally.steps[name] += 1
        plan = self.chance.choice(self.world.plans)
        match name:
            case "apply":
                await self._disturbed(applying(plan))
            case "twice":
                await self._twice(plan)
            case "stop":
                await self._stopped(plan)
            case "resolve":
                await self._disturbed(resolving(plan))
            case "held":
                await self._looked(plan)
                await self._disturbed(retrying(plan, Outcome.HELD))
            case "said":
                await self._looked(plan)
                self._say(plan)
            case "failed":
                await self._disturbed(retrying(plan, Outcome.FAILED))
            case "plan":
                self.world.plan(plan.message_type, plan.then, "Sorry again,")
            case "meanwhile":
                self._meanwhile()

    def _chosen(self) -> str:
        """What is done next: rather what there is something to do for."""
        outcomes = self.world.outcomes()
        weights = {
            "apply": 12,
            "twice": 2,
            "stop": 2,
            "resolve": 12 if outcomes[Outcome.UNKNOWN] or outcomes[Outcome.INTENDED] else 1,
            "held": 12 if outcomes[Outcome.HELD] else 1,
            "said": 4 if outcomes[Outcome.HELD] else 0,
            "failed": 4 if outcomes[Outcome.FAILED] else 1,
            "plan": 2,
            "meanwhile": 2,
        }
        return self.chance.choices(list(weights), list(weights.values()))[0]

    async def _disturbed(self, work: Work) -> None:
        """Do something that may crash at any point, or be interrupted after any event."""
        wire = self._wire()
        events = self.chance.choice([None, None, self.chance.randint(1, _MOST_CONVERSATIONS)])
        await self.world.do(work, wire, events=events)
        self._note(wire)

    def _wire(self) -> Tripwire:
        """Where it crashes: at any point, at one of those around a write, or nowhere."""
        match self.chance.randrange(4):
            case 0:
                return Tripwire(nth=self.chance.randint(1, _MOST_POINTS))
            case 1 | 2:
                step = self.chance.choice(["reply", "then"])
                point = self.chance.choice(_AROUND_A_WRITE).format(step)
                return Tripwire(point=point, nth=self.chance.choice([1, 1, 2, 3]))
        return Tripwire()

    async def _twice(self, plan: Plan) -> None:
        """Two processes at once; now and then without locks, or with a lock file that somebody removed."""
        how = self.chance.choice(["locked", "removed", "no locks", "no locks"])
        self.world.lockless = how == "no locks"
        both = [asyncio.create_task(self._disturbed(applying(plan))) for _ in range(2)]
        if how == "removed":
            await asyncio.sleep(self.chance.random() / 20)
            (self.world.folder / "apply.lock").unlink(missing_ok=True)
        await asyncio.gather(*both)
        self.world.lockless = False

    async def _stopped(self, plan: Plan) -> None:
        """Somebody stops the plan while it is applied, and lets it be applied again later."""

        async def stop() -> None:
            await asyncio.sleep(self.chance.random() / 10)
            with self.world.open() as ledger:
                ledger.stop(plan.plan_id, by="ada")

        await asyncio.gather(self._disturbed(applying(plan)), stop())
        with self.world.open() as ledger:
            ledger.resume(plan.plan_id)

    async def _looked(self, plan: Plan) -> None:
        """A person looks, who waits until nothing can arrive late any more, before anything is sent again."""
        self.world.workspace.clock.advance(LATE_SECONDS + 1)
        await self.world.do(resolving(plan), Tripwire())

    def _say(self, plan: Plan) -> None:
        """Who looked says what they saw of each that is held; what is not there another plan may send."""
        applied = self.world.applied()
        with self.world.open() as ledger:
            held = [each.intent.key for each in ledger.sendings(plan.plan_id) if each.outcome is Outcome.HELD]
            there = {key.conversation_id for key in held if applied[key.conversation_id, key.step]}
            missing = {key.conversation_id for key in held} - there
            settle_held(ledger, plan.plan_id, sent=there, not_sent=missing, by=BY)
        self.world.left |= {(plan.plan_id, each) for each in missing}

    def _meanwhile(self) -> None:
        """Time passes, a customer writes, a teammate closes or deletes a conversation."""
        workspace, one = self.world.workspace, self.chance.choice(self.world.conversation_ids)
        workspace.clock.advance(self.chance.choice([1, 400]))
        if one in workspace.collections["conversations"].gone:
            return
        match self.chance.randrange(4):
            case 0:
                workspace.reply(one, contact_id=workspace.records("contacts")[0]["id"])
            case 1:
                workspace.update_conversation(one, read=True)
            case 2 if len(self.world.conversation_ids) > 1 and self.chance.random() < 0.3:
                workspace.delete_conversation(one)

    async def _end(self) -> None:
        """Nothing goes wrong any more: apply, resolve, look and try again until nothing changes."""
        self.transport.refusing = 0.0
        self.world.workspace.clock.advance(LATE_SECONDS + 1)
        for _ in range(_ROUNDS_AT_THE_END):
            for plan in self.world.plans:
                await self.world.do(applying(plan), Tripwire())
            if not await see_to(self.world):
                break
            self.world.workspace.clock.advance(400)
        self.tally.applied += sum(self.world.applied().values())
        self.tally.outcomes += Counter({str(name): number for name, number in self.world.outcomes().items()})

    @contextmanager
    def _faults(self) -> Iterator[None]:
        faults = self.world.service.faults
        faults.add(
            *(any_fault(self.chance, hang_seconds=_HANG_SECONDS) for _ in range(self.chance.randint(0, 4)))
        )
        self.transport.refusing = self.chance.choice([0.0, 0.0, 0.3])
        self.world.service.conditions.latency_ms = self.chance.choice([0, 3, 40])
        yield
        self.tally.faults += sum(faults.struck())
        faults.clear()

    def _message_type(self) -> MessageType:
        return self.chance.choice([MessageType.NOTE, MessageType.COMMENT])

    def _then(self) -> Then | None:
        tag = str(next(iter(self.world.workspace.collections["tags"]))["id"])
        return self.chance.choice(
            [None, None, Then(action=Action.CLOSE), Then(action=Action.TAG, target=tag)]
        )

    def _note(self, wire: Tripwire) -> None:
        if wire.dead:
            self.tally.crashes[wire.passed[-1]] += 1


def _unless_crashed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Of tasks that nobody waited for, tell only what is no crash."""
    if not isinstance(context.get("exception"), Crash):
        loop.default_exception_handler(context)


def simulate(seeds: Sequence[str]) -> Tally:
    """Run a campaign for each seed."""
    tally = Tally()
    # Without a socket the sandbox takes a connection that breaks for a failure of its own.
    logging.getLogger("intercom_pipeline.sandbox").setLevel(logging.CRITICAL)
    folder = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        indoors = Indoors(scratch=Path(scratch), now=time.time() - _HOURS_AGO * 3600)
        for seed in seeds:
            chance = random.Random(seed)  # noqa: S311 - chances, not secrets
            world, transport = indoors.begin(chance, chance.randint(1, _MOST_CONVERSATIONS))
            simulation = Simulation(world=world, transport=transport, chance=chance, tally=tally)
            virtual_time.run(simulation.run())
            tally.runs += 1
            if world.wrong:
                tally.wrong[seed] = world.wrong
            world.close()
            shutil.rmtree(world.folder)
    return tally


def main() -> int:
    """Exit code 1 where anything was wrong."""
    asked = _arguments().parse_args()
    begun, tally = time.monotonic(), Tally()
    seeds = [f"{asked.seed}:{number}" for number in range(asked.first, asked.first + asked.runs)]
    batches = [seeds[start : start + 50] for start in range(0, len(seeds), 50)]
    with ProcessPoolExecutor(asked.processes, mp_context=get_context("forkserver")) as pool:
        for done in pool.map(simulate, batches):
            tally.add(done)
            for seed, wrong in done.wrong.items():
                print(f"seed {seed}: {'; '.join(wrong[:3])}", flush=True)
            print(
                f"{tally.runs} runs, {len(tally.wrong)} wrong, {time.monotonic() - begun:.0f} s", flush=True
            )
    show(tally)
    return int(bool(tally.wrong))


def show(tally: Tally) -> None:
    """Print what was simulated."""
    row("runs", "crashes", "requests struck", "steps applied", "wrong")
    row(*["---"] * 5)
    row(tally.runs, tally.crashes.total(), tally.faults, tally.applied, len(tally.wrong))
    for counted in (tally.steps, tally.crashes, tally.outcomes):
        print(", ".join(f"{name} {number}" for name, number in counted.most_common()))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the run to begin with")
    parser.add_argument("--processes", type=int, default=2)
    return parser


if __name__ == "__main__":
    sys.exit(main())
