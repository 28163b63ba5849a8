"""A run of a plan as plain code sees it: an iterator of events; the work happens in a thread.

Closing the iterator, an exception or an interrupt in the caller (Ctrl-C, Dagster's termination) stops sending
at once; what had left is waited for, as long as a request may take, and its outcome noted.
"""

from collections.abc import AsyncGenerator, Callable, Collection, Generator
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from intercom_pipeline import threaded
from intercom_pipeline.intercom.client import Client, connect
from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.replies.ledger.values import Outcome
from intercom_pipeline.replies.plan import Plan
from intercom_pipeline.replies.sending.applying import apply, retry
from intercom_pipeline.replies.sending.events import Event, Settled
from intercom_pipeline.replies.sending.order import Order
from intercom_pipeline.replies.sending.resolving import SETTLE_AFTER, resolve

if TYPE_CHECKING:
    from intercom_pipeline.replies.ledger.ledger import Ledger

E = TypeVar("E")


def run_apply(order: Order, *, connection: Connection, ledger: "Ledger") -> Generator[Event]:
    """Send what is due of a plan; see `applying.apply`, whose errors it raises."""
    return _events(connection, lambda client: apply(client, ledger, order))


def run_retry(
    order: Order,
    outcome: Outcome,
    *,
    connection: Connection,
    ledger: "Ledger",
    among: Collection[str] | None = None,
) -> Generator[Event]:
    """Send again what is FAILED or HELD; see `applying.retry`, whose errors it raises."""
    return _events(connection, lambda client: retry(client, ledger, order, outcome, among=among))


def run_resolve(
    plan: Plan,
    *,
    connection: Connection,
    ledger: "Ledger",
    settle_after: timedelta = SETTLE_AFTER,
    dry_run: bool = False,
) -> Generator[Settled]:
    """Look for what is not known; see `resolving.resolve`, whose errors it raises."""
    return _events(
        connection,
        lambda client: resolve(client, ledger, plan, settle_after=settle_after, dry_run=dry_run),
    )


def _events(connection: Connection, begin: Callable[[Client], AsyncGenerator[E]]) -> Generator[E]:
    async def connected() -> AsyncGenerator[E]:
        async with connect(connection) as client, aclosing(begin(client)) as events:
            async for event in events:
                yield event

    yield from threaded.events(connected, name="replies")
