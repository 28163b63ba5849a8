"""The rate limit at work: over real sockets, with many requests at once."""

import asyncio
import time
from collections import Counter

import pytest

from intercom_pipeline.intercom.allowance import Allowance
from intercom_pipeline.intercom.client import Client, connect
from intercom_pipeline.intercom.connection import Connection, Secret
from intercom_pipeline.intercom.meter import Meter
from intercom_pipeline.intercom.rate_limit import RateLimit
from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve

SMALL = Sizes(contacts=10, conversations=5, articles=3, companies=2)


async def ask_for(
    sandbox: Sandbox, *, seconds: float, share: float, at_once: int = 40
) -> tuple[Meter, Counter[int]]:
    """As many requests as may be made in `seconds`; the meter, and the requests by window of the sandbox."""
    windows: Counter[int] = Counter()
    connection = Connection(token=Secret(sandbox.token), base_url=sandbox.url, rate_share=share)
    until = time.monotonic() + seconds

    async def ask(client: Client) -> None:
        while time.monotonic() < until:
            response = await client.get("/admins")
            windows[int(response.headers["x-ratelimit-reset"])] += 1

    async with connect(connection) as client:
        await asyncio.gather(*(ask(client) for _ in range(at_once)))
        return client.meter, windows


def test_many_at_once_share_one_allowance() -> None:
    """Forty at once keep to the pace the headers allow, without a single 429, and the wait is counted."""
    with serve(sizes=SMALL, options=Options(limit_per_minute=1_200)) as sandbox:
        began = time.monotonic()
        meter, windows = asyncio.run(ask_for(sandbox, seconds=1.0, share=0.8))
        elapsed = time.monotonic() - began
    assert sandbox.requests.count(status=429) == meter.refused == 0
    assert 40 <= sum(windows.values()) <= 1.5 * 16 * elapsed + 2  # the pace is 160 in ten seconds
    assert meter.waited_seconds > 10


def test_a_429_caused_by_others_is_waited_out() -> None:
    """Other apps use up the whole window: everyone waits for the next one, and all requests succeed."""
    with serve(sizes=SMALL, options=Options(limit_per_minute=600)) as sandbox:
        clock = sandbox.workspace.clock
        clock.advance(18.9 - clock.now() % 10)  # the window has a second to go
        sandbox.service.limit.take(100)
        meter, windows = asyncio.run(ask_for(sandbox, seconds=0.5, share=1.0, at_once=3))
    assert sum(windows.values()) >= 3
    assert meter.refused <= 2


@pytest.mark.campaign
@pytest.mark.parametrize("latency_ms", [0, 50, 500])
@pytest.mark.parametrize("share", [0.8, 1.0])
def test_whole_windows_are_used_to_97_percent_over_real_sockets(latency_ms: int, share: float) -> None:
    """Three windows of 1,000 requests, at three latencies: at least 97 % of the share, and no 429."""
    options = Options(limit_per_minute=6_000, latency_ms=latency_ms)
    with serve(sizes=SMALL, options=options) as sandbox:
        _, windows = asyncio.run(ask_for(sandbox, seconds=45, share=share, at_once=90))
    whole = [windows[reset] for reset in sorted(windows)][1:-1]
    assert sandbox.requests.count(status=429) == 0
    assert len(whole) >= 3
    assert min(whole) >= 0.97 * share * 1_000
    assert max(whole) <= share * 1_000


def test_who_came_first_goes_first() -> None:
    """Requests leave in the order they came, and one that is cancelled holds nobody up."""

    async def queue() -> list[int]:
        now, order = 0.0, list[int]()
        limit = RateLimit(Allowance(share=1.0), clock=lambda: now)
        first = await limit.turn(Meter())

        async def wait(number: int) -> None:
            turn = await limit.turn(Meter())
            order.append(number)
            limit.settle(turn, status=500, headers={})

        tasks = [asyncio.create_task(wait(number)) for number in range(6)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        tasks[3].cancel()
        await asyncio.sleep(0)
        limit.settle(first, status=500, headers={})
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
        return order

    assert asyncio.run(queue()) == [1, 2, 4, 5]
