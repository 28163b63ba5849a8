"""What processes do with a plan of replies, as quickly as it may be done."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Final
from uuid import uuid4

from benchmarks.reply_points import Tripwire
from benchmarks.reply_world import Work, World
from intercom_pipeline.intercom.client import Client
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.values import Outcome
from intercom_pipeline.replies.plan import Plan
from intercom_pipeline.replies.sending.applying import apply, retry
from intercom_pipeline.replies.sending.events import Event
from intercom_pipeline.replies.sending.order import Order
from intercom_pipeline.replies.sending.pace import FASTEST, Pace
from intercom_pipeline.replies.sending.resolving import resolve

QUICKLY: Final = Pace(per_second=FASTEST, most_per_day=1_000_000)
BY: Final = "ada@simulation"


def quickly(plan: Plan) -> Order:
    """That a plan is sent as quickly as it may be."""
    return Order(plan=plan, pace=QUICKLY, by=BY, run_id=uuid4().hex)


def applying(plan: Plan) -> Work:
    """Send what is due of a plan."""

    async def work(client: Client, ledger: Ledger) -> AsyncGenerator[Event]:
        run = apply(client, ledger, quickly(plan))
        try:
            async for event in run:
                yield event
        finally:
            await run.aclose()

    return work


def retrying(plan: Plan, outcome: Outcome) -> Work:
    """Try again what has this outcome, as a person asks for who looked."""

    async def work(client: Client, ledger: Ledger) -> AsyncGenerator[Event]:
        run = retry(client, ledger, quickly(plan), outcome)
        try:
            async for event in run:
                yield event
        finally:
            await run.aclose()

    return work


def resolving(plan: Plan) -> Work:
    """Look what became of what is not known."""

    async def work(client: Client, ledger: Ledger) -> AsyncGenerator[Event]:
        found = resolve(client, ledger, plan, settle_after=timedelta())
        try:
            async for event in found:
                yield event
        finally:
            await found.aclose()

    return work


async def see_to(world: World) -> bool:
    """A person sees to what is not known, held or failed; gives whether that changed anything."""
    before = world.outcomes()
    for plan in world.plans:
        if before[Outcome.UNKNOWN] or before[Outcome.INTENDED]:
            await world.do(resolving(plan), Tripwire())
        for outcome in (Outcome.HELD, Outcome.FAILED):
            if world.outcomes()[outcome]:
                await world.do(retrying(plan, outcome), Tripwire())
    return before != world.outcomes()
