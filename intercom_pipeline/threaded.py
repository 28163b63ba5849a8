"""An asynchronous iterator as plain code sees it: what goes on has a thread, and an event loop, of its own.

So the caller (Dagster, the command line) may take its time with each event. Closing the iterator, an
exception or an interrupt in the caller cancels what goes on in the thread, and waits until that has ended.
"""

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

E = TypeVar("E")

_TICK_SECONDS = 0.25


def events(
    begin: Callable[[], AsyncGenerator[E]],
    *,
    name: str,
    meanwhile: Callable[[], E | None] = lambda: None,
) -> Generator[E]:
    """What an asynchronous iterator gives, whose errors it raises; nothing begins before it is asked.

    Args:
        begin: Makes the iterator, in the thread.
        name: What the thread is called.
        meanwhile: Asked some four times a second while nothing comes; what it gives is told, too.
    """
    yield from _Work(begin, meanwhile).events(name)


@dataclass(slots=True)
class _Work(Generic[E]):
    """What goes on in the thread."""

    begin: Callable[[], AsyncGenerator[E]]
    meanwhile: Callable[[], E | None]
    _told: "queue.SimpleQueue[E | BaseException | None]" = field(default_factory=queue.SimpleQueue)
    _stopped: bool = False
    _loop: asyncio.AbstractEventLoop | None = None
    _task: "asyncio.Task[None] | None" = None

    def events(self, name: str) -> Iterator[E]:
        thread = threading.Thread(target=self._run, name=name)
        try:
            # An interrupt may come through while it waits for the thread, which begins all the same.
            thread.start()
            yield from self._until_done()
        finally:
            self._stop()
            # One that is not alive yet finds, when it is, that it was stopped.
            if thread.is_alive():
                thread.join()

    def _until_done(self) -> Iterator[E]:
        while True:
            try:
                # A wait without an end would not let an interrupt through on every system.
                told = self._told.get(timeout=_TICK_SECONDS)
            except queue.Empty:
                event = self.meanwhile()
                if event is not None:
                    yield event
                continue
            if told is None:
                return
            if isinstance(told, BaseException):
                raise told
            yield told

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._told.put(error)
        else:
            self._told.put(None)

    async def _work(self) -> None:
        self._task = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        if self._stopped:
            return
        async with aclosing(self.begin()) as given:
            async for event in given:
                self._told.put(event)

    def _stop(self) -> None:
        """Cancel what is still running, or keep it from beginning."""
        self._stopped = True
        if self._loop and self._task:
            with suppress(RuntimeError):  # the loop is closed: the run has ended by itself
                self._loop.call_soon_threadsafe(self._task.cancel)
