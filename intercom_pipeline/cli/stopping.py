"""Being stopped: by Ctrl-C or a SIGTERM, at once and without loss."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from intercom_pipeline.cli.exits import Exit, Stopped

_CODES = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED, signal.SIGHUP: Exit.TERMINATED}
_SHOW_CURSOR = b"\x1b[?25h"


KEPT = "Everything stored so far is kept; readers still see the last published file."
RESUMES = "Run the same command again: it resumes where it was."


class _Signalled(KeyboardInterrupt):
    def __init__(self, code: Exit) -> None:
        super().__init__()
        self.code = code


@contextmanager
def stoppable(*, why: str = "", fix: str = "") -> Iterator[None]:
    """Let a first signal unwind the block, a second end the process on the spot.

    Ending on the spot is safe: what is stored is stored in transactions, and the lock dies with the process.
    `why` and `fix` are said to whoever stopped it.

    Raises:
        Stopped: A signal came.
    """
    try:
        with _handled_by(_unwind):
            yield
    except _Signalled as signalled:
        raise Stopped(signalled.code, why=why, fix=fix) from None


@contextmanager
def ended_at_once() -> Iterator[None]:
    """Let the first signal end the process on the spot: for what waits where no signal unwinds it."""
    with _handled_by(_end):
        yield


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], NoReturn]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in _CODES}
    try:
        yield
    finally:
        for number, known in before.items():
            signal.signal(number, known)


def _unwind(number: int, _frame: FrameType | None) -> NoReturn:
    for each in _CODES:
        signal.signal(each, _end)
    raise _Signalled(_CODES[signal.Signals(number)])


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    if os.isatty(sys.stderr.fileno()):
        os.write(sys.stderr.fileno(), _SHOW_CURSOR)
    os._exit(_CODES[signal.Signals(number)])
