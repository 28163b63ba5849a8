"""The ledger as coroutines use it: its calls wait for the disk, so they are made in a thread of their own."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from intercom_pipeline.replies.ledger.ledger import Ledger

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LedgerThread:
    """One thread in which one ledger is used, one call after the other; made by `in_thread`."""

    ledger: "Ledger"
    _thread: ThreadPoolExecutor

    async def do(self, act: "Callable[[Ledger], T]") -> T:
        """Let the ledger do something, all the way: a cancellation comes through when it is done."""
        future = asyncio.get_running_loop().run_in_executor(self._thread, act, self.ledger)
        await until_done([future])
        return future.result()

    @asynccontextmanager
    async def only_apply(self, plan_id: str) -> AsyncGenerator[None]:
        """Be the one process that sends, by this plan.

        Raises:
            LedgerBusy: Another is.
        """
        held = await self.do(lambda ledger: ledger.only_apply(plan_id))
        await self.do(lambda _: held.__enter__())
        try:
            yield
        finally:
            await self.do(lambda _: held.__exit__(None, None, None))


@asynccontextmanager
async def in_thread(ledger: "Ledger") -> AsyncGenerator[LedgerThread]:
    """A thread for a ledger, until the block ends and all it was told to do is done."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger") as thread:
        yield LedgerThread(ledger, thread)


async def until_done(futures: Collection[asyncio.Future[Any]]) -> None:
    """Wait for all of them; who is cancelled meanwhile is once this has returned, at the next wait."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - for the type checker: every coroutine here runs in one
    put_off = False
    while any(not future.done() for future in futures):
        try:
            await asyncio.wait(futures)
        except asyncio.CancelledError:
            task.uncancel()
            put_off = True
    if put_off:
        task.cancel()
