"""How well the chosen rate is kept: 500 replies at 100 ms latency, at 10 and at 20 a second.

uv run python -m benchmarks.replying [COUNT [RATE]...]
The sandbox runs in a process of its own; the ledger is a file, synced to the disk at each intent and outcome.
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import msgspec

from benchmarks.measuring import Served, row, sandbox
from intercom_pipeline.auth.identity import identify_by
from intercom_pipeline.intercom.client import Client, connect
from intercom_pipeline.intercom.connection import Connection, Secret
from intercom_pipeline.replies.audience.recipient import Draft
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.values import Outcome
from intercom_pipeline.replies.plan import Plan
from intercom_pipeline.replies.planning.making import Request, make_plan
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.replies.sending.events import Settled
from intercom_pipeline.replies.sending.order import Order
from intercom_pipeline.replies.sending.pace import Pace
from intercom_pipeline.replies.sending.running import run_apply

LATENCY_MS = 100
DEFAULTS = (500, 10.0, 20.0)


async def ids(client: Client, count: int) -> list[str]:
    """The ids of conversations."""
    found: list[str] = []
    params: dict[str, str | int] = {"per_page": 150}
    while len(found) < count:
        page = (await client.get("/conversations", params=params, decode=msgspec.json.decode)).content
        found += [each["id"] for each in page["conversations"]]
        params["starting_after"] = (page["pages"].get("next") or {}).get("starting_after", "")
    return found[:count]


async def planned(connection: Connection, ledger: Ledger, campaign: str, count: int) -> Plan:
    async with connect(connection) as client:
        identity = await identify_by(client)
        drafts = [
            Draft(row=f"row {row}", conversation_id=each, body="<p>It is fixed.</p>")
            for row, each in enumerate(await ids(client, count))
        ]
        request = Request(campaign=campaign, message_type=MessageType.NOTE, admin_id=identity.admin_id or "")
        return await make_plan(client, identity, ledger, request, drafts)


def apply_at(rate: float, connection: Connection, ledger: Ledger, count: int) -> tuple[float, int]:
    """Seconds from the first request to the end, and how many were sent."""
    plan = asyncio.run(planned(connection, ledger, f"rate {rate:g}", count))
    ledger.register(plan)
    began = time.monotonic()
    order = Order(plan=plan, pace=Pace(per_second=rate), by="benchmark", run_id="1")
    events = run_apply(order, connection=connection, ledger=ledger)
    outcomes = Counter(event.outcome for event in events if isinstance(event, Settled))
    return time.monotonic() - began, outcomes[Outcome.SENT]


def measure(served: Served, count: int, rates: list[float]) -> None:
    connection = Connection(token=Secret(served.token), base_url=served.url)
    row("replies a second", "sent", "seconds", "by the rate alone", "of the rate")
    row(*["---"] * 5)
    with tempfile.TemporaryDirectory() as folder, open_ledger(None, Path(folder)) as ledger:
        for rate in rates:
            seconds, sent = apply_at(rate, connection, ledger, count)
            row(f"{rate:g}", sent, seconds, count / rate, f"{count / rate / seconds:.0%}")


if __name__ == "__main__":
    given = [float(each) for each in sys.argv[1:]]
    replies = int(given[0]) if given else int(DEFAULTS[0])
    with sandbox(conversations=replies + 50, long_conversations=0, latency_ms=LATENCY_MS, seed=5) as at:
        measure(at, replies, given[1:] or list(DEFAULTS[1:]))
