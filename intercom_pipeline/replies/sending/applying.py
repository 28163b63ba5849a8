"""Applying a plan: what is due is sent, each once, and what became of it noted.

    only_apply ─▶ what dead runs left intended is UNKNOWN ─▶ what is due
    ─▶ one alone, until one is sent and can be read back ─▶ the others at the pace, many in flight
    ─▶ complete, stopped (switch, Ctrl-C), broken (breaker, ledger, token), capped or expired

However it ends, what may have left goes on until its outcome is noted, for as long as a request may take.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from intercom_pipeline.auth.identity import identify_by
from intercom_pipeline.intercom.client import Client
from intercom_pipeline.replies.ledger.values import SURELY_NOT_APPLIED, Outcome
from intercom_pipeline.replies.sending.applicable import check_applicable
from intercom_pipeline.replies.sending.due import Due, due_again, due_of
from intercom_pipeline.replies.sending.events import Begun, Ending, Event
from intercom_pipeline.replies.sending.feeding import feed
from intercom_pipeline.replies.sending.ledger_thread import in_thread
from intercom_pipeline.replies.sending.order import Order
from intercom_pipeline.replies.sending.run import STOPPED, Run

if TYPE_CHECKING:
    from intercom_pipeline.replies.ledger.ledger import Ledger

_DAY: Final = timedelta(hours=24)


def apply(
    client: Client, ledger: "Ledger", order: Order, *, stop: asyncio.Event | None = None
) -> AsyncGenerator[Event]:
    """Send what is due of a plan.

    Close the generator, or cancel who iterates it, to stop at once; it returns when the outcome of what had
    left is noted. `stop`, once set, does the same and is followed by what is still to be told.

    Args:
        client: Who asks Intercom.
        ledger: The ledger the plan was registered in; nobody else uses it meanwhile.
        order: The plan, and how it is sent.
        stop: Stops it.

    Raises:
        PlanRefused: It may not be applied (`check_applicable`); nothing was sent.
        LedgerBusy: Another process applies a plan.
        LedgerError: The ledger cannot be used; nothing was sent.
        IntercomError: Intercom does not say whose token it is; nothing was sent.
    """

    def find(ledger: "Ledger") -> list[Due]:
        return due_of(order.plan, ledger)

    return _sent(client, ledger, order, find, again=SURELY_NOT_APPLIED, stop=stop)


def retry(
    client: Client,
    ledger: "Ledger",
    order: Order,
    outcome: Outcome,
    *,
    among: Collection[str] | None = None,
    stop: asyncio.Event | None = None,
) -> AsyncGenerator[Event]:
    """Send again what a plan surely did not send (FAILED), or what a person decides about (HELD).

    What is HELD was looked for in its conversation in vain. It is looked for once more, and sent only where
    nothing is newer than before the first try. All else is as for `apply`; but what is HELD may be tried
    after the plan expired, too, since no other plan of the campaign may send it. `among` are the ids of the
    conversations that a person was shown: of others that have the outcome since, none is tried.

    Raises:
        ValueError: The outcome is another.
        PlanRefused: As `apply`; so are the other errors.
    """
    if outcome not in {Outcome.FAILED, Outcome.HELD}:
        raise ValueError(f"what is {outcome} is not tried again")

    def find(ledger: "Ledger") -> list[Due]:
        dues = due_again(order.plan, ledger, outcome)
        return dues if among is None else [due for due in dues if due.planned.conversation_id in among]

    return _sent(client, ledger, order, find, again=frozenset({outcome}), stop=stop)


async def _sent(
    client: Client,
    ledger: "Ledger",
    order: Order,
    find: "Callable[[Ledger], list[Due]]",
    *,
    again: frozenset[Outcome],
    stop: asyncio.Event | None,
) -> AsyncGenerator[Event]:
    """Send what is found, as the one process that does."""
    async with in_thread(ledger) as thread:
        run = Run(client=client, ledger=thread, order=order, run_id=_only(order.run_id), again=again)
        await _check(run)
        async with _alone(run):
            dues = await thread.do(find)
            yield await _begun(run, dues)
            run.begin(feed(run, dues))
            async with aclosing(run.events()) as events:
                with _stopped_by(run, stop):
                    async for event in events:
                        yield event


async def _check(run: Run) -> None:
    identity, now = await identify_by(run.client), datetime.now(UTC)
    base_url, any_age = run.client.connection.base_url, Outcome.HELD in run.again
    await run.ledger.do(
        lambda ledger: check_applicable(
            run.plan, ledger, identity, base_url, now, stopped_too=run.order.resume, whatever_age=any_age
        )
    )


@asynccontextmanager
async def _alone(run: Run) -> AsyncGenerator[None]:
    """Be the one process that sends, and know what the others left; who only looks need not."""
    if run.order.dry_run:
        yield
        return
    plan_id = run.plan.plan_id
    async with run.ledger.only_apply(plan_id):
        await run.ledger.do(lambda ledger: ledger.recover(run.run_id))
        await run.ledger.do(lambda ledger: ledger.confirm(plan_id, by=run.order.by))
        if run.order.resume:
            # No other process is left that has yet to see that it was stopped.
            await run.ledger.do(lambda ledger: ledger.resume(plan_id))
        yield


async def _begun(run: Run, dues: Sequence[Due]) -> Begun:
    """How much there is to do, and how much of it the caps allow."""
    since, workspace, pace = datetime.now(UTC) - _DAY, run.plan.workspace_id, run.order.pace
    today = await run.ledger.do(lambda ledger: ledger.applied_since(workspace, since))
    replies = sum(due.replies for due in dues)
    allowed = max(0, min(pace.most_per_run, pace.most_per_day - today))
    run.allowance = replies if run.order.dry_run else allowed
    return Begun(
        pending=replies,
        done=len(run.plan.replies) - replies,
        at_most=min(replies, allowed),
        following=len(dues) - replies,
    )


@contextmanager
def _stopped_by(run: Run, stop: asyncio.Event | None) -> Iterator[None]:
    """End the run once `stop` is set."""
    if stop is None:
        yield
        return

    async def watch() -> None:
        await stop.wait()
        run.end(Ending.STOPPED, STOPPED)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()


def _only(run_id: str) -> str:
    """An id that no other run has, so that what an earlier one of this name left intended is not its own."""
    return f"{run_id}.{secrets.token_hex(4)}"
