"""Being stopped: by Ctrl-C or a SIGTERM, at once and without loss."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import Any, NoReturn, TypeVar

from intercom_pipeline.cli.exits import Exit, Stopped

T = TypeVar("T")

_CODES = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED, signal.SIGHUP: Exit.TERMINATED}
_SHOW_CURSOR = b"\x1b[?25h"
_ONE_SIGNAL_SECONDS = 0.5
"""Within so many, two signals are one: `timeout` and terminals signal a process and then its group."""

KEPT = "Everything stored so far is kept; readers still see the last published file."
RESUMES = "Run the same command again: it resumes where it was."


class _Signalled(KeyboardInterrupt):
    def __init__(self, code: Exit) -> None:
        super().__init__()
        self.code = code


@contextmanager
def stoppable(*, why: str = "", fix: str = "", last_words: str = "") -> Iterator[None]:
    """Let a first signal unwind the block, a second end the process on the spot.

    Ending on the spot is safe: what is stored is stored in transactions, and the lock dies with the process.
    A second one that comes at once is the first one's echo.

    Args:
        why: What is said to whoever stopped it.
        fix: What they are told to do.
        last_words: What is said to whoever ends it on the spot.

    Raises:
        Stopped: A signal came.
    """
    try:
        with _handled_by(partial(_unwind, last_words)):
            yield
    except _Signalled as signalled:
        raise Stopped(signalled.code, why=why, fix=fix) from None


def run(act: Coroutine[Any, Any, T]) -> T:
    """Run what is asynchronous, in a `stoppable` block: a first signal cancels it, a second ends the process.

    Raised wherever it strikes, as in other code, a signal could be lost in a task of somebody else's.
    """
    struck: list[tuple[int, float]] = []
    with asyncio.Runner() as runner:
        try:
            return runner.run(_cancelled_by_signals(act, struck))
        except asyncio.CancelledError:
            if not struck:
                raise
    [(number, _), *_] = struck
    raise _Signalled(_CODES[signal.Signals(number)])


async def _cancelled_by_signals(act: Coroutine[Any, Any, T], struck: list[tuple[int, float]]) -> T:
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(act)

    def strike(number: int) -> None:
        if struck:
            _end_if_meant(struck[0][1], "", number, None)
            return
        struck.append((number, time.monotonic()))
        task.cancel()

    before = {number: signal.getsignal(number) for number in _CODES}
    for number in before:
        loop.add_signal_handler(number, strike, number)
    try:
        return await task
    finally:
        for number, known in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, known)


@contextmanager
def ended_at_once(*, last_words: str = "") -> Iterator[None]:
    """Let the first signal end the process on the spot: for what waits where no signal unwinds it.

    Args:
        last_words: What is said to whoever ends it.
    """
    with _handled_by(partial(_end, last_words=last_words)):
        yield


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], NoReturn]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in _CODES}
    try:
        yield
    finally:
        for number, known in before.items():
            signal.signal(number, known)


def _unwind(last_words: str, number: int, _frame: FrameType | None) -> NoReturn:
    for each in _CODES:
        signal.signal(each, partial(_end_if_meant, time.monotonic(), last_words))
    raise _Signalled(_CODES[signal.Signals(number)])


def _end_if_meant(first: float, last_words: str, number: int, _frame: FrameType | None) -> None:
    if time.monotonic() - first >= _ONE_SIGNAL_SECONDS:
        _end(number, None, last_words=last_words)


def _end(number: int, _frame: FrameType | None, *, last_words: str = "") -> NoReturn:
    said = (_SHOW_CURSOR if os.isatty(sys.stderr.fileno()) else b"") + last_words.encode()
    # Whatever was printing when it struck is not entered again; where nobody reads it, it ends all the same.
    with suppress(OSError):
        os.write(sys.stderr.fileno(), said)
    os._exit(_CODES[signal.Signals(number)])
