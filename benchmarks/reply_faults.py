"""What goes wrong while replies are sent, drawn at random."""

import random
from functools import partial
from typing import Final

from benchmarks.reply_world import LATE_SECONDS
from intercom_pipeline.sandbox import CutAt, Fault, FaultKind

_KINDS: Final = (
    FaultKind.TOO_MANY_BARE,
    FaultKind.TOO_MANY_RETRY_AFTER,
    FaultKind.ERROR_500,
    FaultKind.ERROR_502_HTML,
    FaultKind.ERROR_504,
    FaultKind.HTML,
    FaultKind.EMPTY,
    FaultKind.TRUNCATED,
    FaultKind.CLOSING,
    FaultKind.RESET,
    FaultKind.HANG,
    FaultKind.UNAUTHORIZED,
    FaultKind.FORBIDDEN,
    FaultKind.NOT_FOUND,
    FaultKind.UNPROCESSABLE,
    FaultKind.REDIRECT,
)
_APPLIED: Final = (FaultKind.APPLIED_RESET, FaultKind.APPLIED_HANG, FaultKind.APPLIED_500)
_LATE: Final = tuple(partial(Fault, kind=kind, late_seconds=LATE_SECONDS) for kind in _APPLIED)
_KINDS_OF_FAULT: Final = (
    tuple(partial(Fault, kind=kind) for kind in _KINDS),
    tuple(partial(Fault, kind=kind) for kind in _APPLIED),
    _LATE,
    _LATE,
    tuple(partial(Fault, kind=FaultKind.CLOSED, cut_at=place) for place in CutAt),
)
_WRITES: Final = (
    "POST /conversations/{id}/reply",
    "POST /conversations/{id}/reply",
    "POST /conversations/{id}/parts",
    "POST *",
)
_READS: Final = ("GET /conversations/{id}", "*")


def any_fault(chance: random.Random, *, hang_seconds: float) -> Fault:
    """A fault that strikes some requests: mostly writes, and mostly once the first went well."""
    return chance.choice(chance.choice(_KINDS_OF_FAULT))(
        match=chance.choice(chance.choice([_WRITES, _WRITES, _WRITES, _READS])),
        after=chance.choice([0, 1, 1, 2, 3]),
        times=chance.choice([1, 1, 2, None]),
        rate=chance.choice([0.5, 1.0, 1.0]),
        wait_seconds=0,
        hang_seconds=hang_seconds,
    )
