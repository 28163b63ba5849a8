"""What the ledger was told to do is done, whoever is cancelled meanwhile."""

import asyncio
import threading
from pathlib import Path

from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.sending.ledger_thread import in_thread


def test_a_cancellation_waits_until_the_ledger_is_done_and_then_comes_through(tmp_path: Path) -> None:
    """At the next wait, once; so nothing is half noted, and nobody goes on as if nothing had been."""
    begun, may_end = threading.Event(), threading.Event()
    noted: list[str] = []

    def write(_: Ledger) -> str:
        begun.set()
        may_end.wait(60)
        return "written"

    async def ask() -> None:
        with open_ledger(None, tmp_path) as ledger:
            async with in_thread(ledger) as thread:

                async def work() -> None:
                    noted.append(await thread.do(write))
                    await asyncio.sleep(0)
                    noted.append("went on")

                task = asyncio.create_task(work())
                await asyncio.to_thread(begun.wait, 60)
                for _ in range(2):
                    task.cancel()
                    await asyncio.sleep(0)
                may_end.set()
                await asyncio.wait([task])
                assert task.cancelled()

    asyncio.run(ask())
    assert noted == ["written"]
