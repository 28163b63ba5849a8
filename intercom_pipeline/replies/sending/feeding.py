"""Which conversation of a run is next, and when: one alone until it is seen to work, then at a pace."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, Final

from intercom_pipeline.replies.reply import conversation_now
from intercom_pipeline.replies.sending import shown
from intercom_pipeline.replies.sending.answering import Answered, Went, answer
from intercom_pipeline.replies.sending.due import Due
from intercom_pipeline.replies.sending.events import Ending
from intercom_pipeline.replies.sending.pace import Metronome
from intercom_pipeline.replies.sending.run import Run

_LOOKS_AFTER: Final = (0.0, 0.5, 2.0)
"""Seconds before each look whether the first reply can be read back."""
FIRST_WENT_WRONG: Final = "The first one went wrong, so no other was tried."
FIRST_NOT_SHOWN: Final = "The first reply was sent, and its conversation does not show it."


async def feed(run: Run, dues: Sequence[Due]) -> None:
    """See to one conversation after the other until the run ends.

    Raises:
        IntercomError: The first reply could not be read back.
    """
    metronome = Metronome(per_second=run.order.pace.per_second)
    rest = iter(dues)
    if not run.order.dry_run:
        await _first(run, rest, metronome)
    flying: set[asyncio.Task[Any]] = set()
    for due in rest:
        await _room(run, due, flying)
        if not _may_begin(run, due):
            return
        await metronome.turn()
        task = run.begin(answer(run, due))
        flying.add(task)
        task.add_done_callback(flying.discard)


async def _first(run: Run, rest: Iterator[Due], metronome: Metronome) -> None:
    """Take one after the other until a reply went well: a mistake that all share is made once."""
    for due in rest:
        await metronome.turn()
        if not _may_begin(run, due):
            return
        task = run.begin(answer(run, due))
        await asyncio.wait([task])
        answered = None if task.cancelled() else task.result()
        if answered is None or answered.went is Went.WRONG:
            run.end(Ending.BROKEN, FIRST_WENT_WRONG)
        elif answered.went is Went.WELL and due.replies:
            await _read_back(run, due, answered)
            return


async def _read_back(run: Run, due: Due, answered: Answered) -> None:
    """See that the first reply is where it can be found again, should another's outcome not be known."""
    reply = run.plan.reply_to(due.planned)
    for pause in _LOOKS_AFTER:
        await asyncio.sleep(pause)
        conversation = await conversation_now(run.client, reply.conversation_id)
        if conversation and shown.part_of(reply, conversation, after=answered.newest_before):
            return
    run.end(Ending.BROKEN, FIRST_NOT_SHOWN)


async def _room(run: Run, due: Due, flying: set[asyncio.Task[Any]]) -> None:
    """Wait until another may begin: of those in flight each may yet use up one of the cap."""
    while flying and (
        len(flying) >= run.order.pace.in_flight or (due.replies and run.allowance <= len(flying))
    ):
        await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)


def _may_begin(run: Run, due: Due) -> bool:
    if due.replies and run.allowance <= 0:
        caps = f"{run.order.pace.most_per_run:,} replies, and within a day {run.order.pace.most_per_day:,}"
        run.end(Ending.CAPPED, f"A run sends at most {caps}.")
    return run.ending is None
