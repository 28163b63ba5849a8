"""An event loop whose clock jumps to the next thing due as soon as nobody is at work.

So a simulation waits for no timeout and keeps the order that the real times would give.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Sleeps only while a thread works for it."""

    def __init__(self) -> None:
        self._selector_of_time = _Jumping()
        super().__init__(self._selector_of_time)

    def time(self) -> float:
        """The seconds it takes to have gone by, jumps included."""
        return super().time() + self._selector_of_time.jumped

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> "asyncio.Future[T]":
        """As ever; while it works, time goes as ever, too."""
        self._selector_of_time.at_work += 1
        future: asyncio.Future[T] = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._is_done)
        return future

    def _is_done(self, _: "asyncio.Future[Any]") -> None:
        self._selector_of_time.at_work -= 1


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in such a loop."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)


class _Jumping(selectors.DefaultSelector):
    """Where nothing is ready and nobody at work, the time it would wait for has gone by."""

    def __init__(self) -> None:
        super().__init__()
        self.jumped = 0.0
        self.at_work = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready, at once where it can be."""
        if timeout is None or timeout <= 0 or self.at_work:
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            self.jumped += timeout
        return ready
