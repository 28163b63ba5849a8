"""A crash at every step of sending replies, with all that can become of one: is any sent twice, or lost?

    uv run python -m benchmarks.reply_crashes

For each pair of a point and a fault a process of its own sends four replies, each followed by closing the
conversation. The fault strikes the second reply and the second close; the process ends, without any tidying
up, when it passes the point for the second time. Then nothing goes wrong any more: it is applied, resolved
and tried again until nothing is left, and the ledger is compared with what the workspace was really told.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from benchmarks.measuring import row
from benchmarks.reply_world import LATE_SECONDS
from benchmarks.reply_yard import DIED, HANG_SECONDS, Task, Yard, opened
from intercom_pipeline.replies.plan import Action, Then
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.sandbox import CutAt, Fault, FaultKind

REPLIES: Final = 4
_NOT_MET: Final = "not met"
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
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """Where a process ends.

    Attributes:
        verb: What it does.
        point: The point.
        nth: At which passing.
    """

    verb: str
    point: str
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.verb}: {self.point}"


POINTS: Final[Sequence[Where]] = (
    Where(verb="register", point="before register"),
    Where(verb="register", point="after register"),
    Where(verb="apply", point="before recover"),
    Where(verb="apply", point="after recover"),
    *(
        Where(verb="apply", point=point.format(step), nth=2)
        for step in ("reply", "then")
        for point in _AROUND_A_WRITE
    ),
    Where(verb="resolve", point="after recover"),
    Where(verb="resolve", point="look read"),
    Where(verb="resolve", point="before resolve reply"),
    Where(verb="resolve", point="after resolve reply"),
    *(Where(verb="retry", point=point.format("reply")) for point in _AROUND_A_WRITE),
)


def _both(**fault: object) -> tuple[Fault, ...]:
    """A fault that strikes the second reply and the second close."""
    once = partial(Fault, after=1, times=1, wait_seconds=0, hang_seconds=HANG_SECONDS)
    matches = ("POST /conversations/{id}/reply", "POST /conversations/{id}/parts")
    return tuple(once(match=match, **fault) for match in matches)  # type: ignore[arg-type] # as Fault has them


FAULTS: Final[Mapping[str, tuple[Fault, ...]]] = {
    "applied, answered": (),
    "applied, reset": _both(kind=FaultKind.APPLIED_RESET),
    "applied, silence": _both(kind=FaultKind.APPLIED_HANG),
    "applied, 500": _both(kind=FaultKind.APPLIED_500),
    "applied 2 min later, reset": _both(kind=FaultKind.APPLIED_RESET, late_seconds=LATE_SECONDS),
    "applied 2 min later, silence": _both(kind=FaultKind.APPLIED_HANG, late_seconds=LATE_SECONDS),
    "not applied, reset": _both(kind=FaultKind.RESET),
    "not applied, silence": _both(kind=FaultKind.HANG),
    "not applied, 500": _both(kind=FaultKind.ERROR_500),
    "429": _both(kind=FaultKind.TOO_MANY_BARE),
    "401": _both(kind=FaultKind.UNAUTHORIZED),
    "403": _both(kind=FaultKind.FORBIDDEN),
    "404": _both(kind=FaultKind.NOT_FOUND),
    "422": _both(kind=FaultKind.UNPROCESSABLE),
    "refused": (Fault(kind=FaultKind.CLOSING),),
    **{f"closed: {place}": _both(kind=FaultKind.CLOSED, cut_at=place) for place in CutAt},
}
"""What becomes of a reply. Where each answer closes its connection, each third new one is refused."""


@dataclass(kw_only=True, slots=True)
class Ended:
    """What came of one pair.

    Attributes:
        met: Whether the process came to the point.
        wrong: What must not be.
    """

    met: bool = False
    wrong: list[str] = field(default_factory=list)


def crash(yard: Yard, where: Where, fault: str) -> Ended:
    """End a process at a point, let what is left come to its end, and look."""
    world = yard.begin(REPLIES)
    plan = world.draw_up(MessageType.NOTE, Then(action=Action.CLOSE), "Sorry, no.")
    yard.sandbox.faults.add(*FAULTS[fault])
    task = partial(Task, plan_id=plan.plan_id, plan=plan.content, refused=fault == "refused")
    if where.verb != "register":
        world.register(plan)
    for verb in _before(where.verb):
        yard.ended(world, task(verb=verb))
        # Nobody tries a reply again while it may yet arrive: only then is it known as held.
        world.workspace.clock.advance(LATE_SECONDS if where.verb == "retry" else 0)
    code = yard.ended(world, task(verb=where.verb, point=where.point, nth=where.nth))
    yard.until_calm()
    world.register(plan)
    world.check()
    yard.finish(world)
    return Ended(met=code == DIED, wrong=world.wrong + _codes(code))


def _before(verb: str) -> Sequence[str]:
    """What has to be done before it."""
    return {"resolve": ["apply"], "retry": ["apply", "resolve"]}.get(verb, [])


def _codes(code: int | None) -> list[str]:
    return [] if code in {0, DIED} else [f"a process ended with {code}"]


def _row(yard: Yard, where: Where) -> Iterator[str]:
    for fault in FAULTS:
        ended = crash(yard, where, fault)
        for wrong in ended.wrong:
            print(f"{where}, {fault}: {wrong}", flush=True)
        yield "WRONG" if ended.wrong else ("ok" if ended.met else _NOT_MET)


def main() -> int:
    """Exit code 1 where anything was wrong."""
    begun, cells = time.monotonic(), []
    row("ends at", *FAULTS)
    row("---", *["---"] * len(FAULTS))
    with opened() as yard:
        for where in POINTS:
            done = list(_row(yard, where))
            cells += done
            row(where, *done)
            sys.stdout.flush()
    print(
        f"{cells.count('ok')} crashes, {cells.count(_NOT_MET)} points not met, {cells.count('WRONG')} wrong"
    )
    print(f"{time.monotonic() - begun:.0f} s")
    return int("WRONG" in cells)


if __name__ == "__main__":
    sys.exit(main())
