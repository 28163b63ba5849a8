"""Which transport fetches pages fastest, and what our client costs on top of it.

    uv run python benchmarks/transports.py [--pages 600] [--kilobytes 270]

A server in a process of its own hands out one ready-made page, so that the time measured is the client's.
Ratios are against httpx's own asynchronous transport at the same concurrency. On a busy machine the processor
time tells more than the rate.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection as Pipe

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from intercom_pipeline.intercom.client import connect
from intercom_pipeline.intercom.connection import Connection, Secret
from intercom_pipeline.intercom.paging import single_page

ROUNDS = 3
AT_ONCE = (8, 32)
# So high a limit that the pace it sets is no brake.
HEADERS = "X-RateLimit-Limit: 100000000\r\nX-RateLimit-Remaining: 99999999\r\nX-RateLimit-Reset: 1700000010"


class PageServer(asyncio.Protocol):
    """Answers every request with the same bytes."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (narrows the type)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._asked += data
        while b"\r\n\r\n" in self._asked:
            _, self._asked = self._asked.split(b"\r\n\r\n", 1)
            self._transport.write(self._answer)


def page(kilobytes: int) -> bytes:
    """A page of 150 records."""
    text = "x" * (kilobytes * 1024 // 150 - 40)
    records = [{"id": f"{number:024}", "text": text} for number in range(150)]
    return json.dumps({"type": "list", "data": records, "total_count": 150, "pages": None}).encode()


def serve(pipe: Pipe, kilobytes: int) -> None:
    """Serve until the process is ended; the port goes through the pipe."""
    body = page(kilobytes)
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{HEADERS}\r\n"
    )
    answer = f"{head}Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n\r\n".encode() + body

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: PageServer(answer), "127.0.0.1", 0, backlog=512)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def at_once(fetch: Callable[[], Awaitable[object]], *, pages: int, workers: int) -> None:
    """Fetch so many pages with so many workers."""
    todo = iter(range(pages))

    async def work() -> None:
        for _ in todo:
            await fetch()

    await asyncio.gather(*(work() for _ in range(workers)))


async def with_httpx(
    url: str, pages: int, workers: int, *, transport: httpx.AsyncBaseTransport | None
) -> None:
    limits = httpx.Limits(max_connections=workers, max_keepalive_connections=workers)
    async with httpx.AsyncClient(transport=transport, limits=limits, trust_env=False) as http:
        await at_once(lambda: http.get(url), pages=pages, workers=workers)


async def with_aiohttp(url: str, pages: int, workers: int) -> None:
    async with aiohttp.ClientSession() as session:

        async def fetch() -> None:
            async with session.get(url) as response:
                await response.read()

        await at_once(fetch, pages=pages, workers=workers)


async def with_our_client(url: str, pages: int, workers: int) -> None:
    connection = Connection(token=Secret("benchmark"), base_url=url, max_in_flight=workers)
    async with connect(connection) as client:

        async def fetch() -> None:
            async for one in single_page(client, "/contacts"):
                assert len(one.records) == 150  # noqa: S101 (the work was done)

        await at_once(fetch, pages=pages, workers=workers)


def in_threads(url: str, pages: int, workers: int) -> None:
    limits = httpx.Limits(max_connections=workers, max_keepalive_connections=workers)
    with httpx.Client(limits=limits, trust_env=False) as http, ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda _: http.get(url).content, range(pages)))


def own(url: str, pages: int, workers: int) -> None:
    asyncio.run(with_httpx(url, pages, workers, transport=None))


def over_aiohttp(url: str, pages: int, workers: int) -> None:
    limits = httpx.Limits(max_connections=workers, max_keepalive_connections=workers)
    asyncio.run(with_httpx(url, pages, workers, transport=AiohttpTransport(limits=limits)))


CONTESTANTS: dict[str, Callable[[str, int, int], None]] = {
    "httpx.AsyncClient, its own transport": own,
    "httpx.AsyncClient over aiohttp": over_aiohttp,
    "httpx.Client in threads": in_threads,
    "our client, records split": lambda url, pages, workers: asyncio.run(
        with_our_client(url, pages, workers)
    ),
    "aiohttp alone": lambda url, pages, workers: asyncio.run(with_aiohttp(url, pages, workers)),
}


def measured(
    fetch: Callable[[str, int, int], None], url: str, pages: int, workers: int
) -> tuple[float, float]:
    """Pages a second, and milliseconds of processor time a page; medians of the rounds."""
    rates, costs = [], []
    for _ in range(ROUNDS):
        began, spent = time.perf_counter(), time.process_time()
        fetch(url, pages, workers)
        rates.append(pages / (time.perf_counter() - began))
        costs.append(1000 * (time.process_time() - spent) / pages)
    return statistics.median(rates), statistics.median(costs)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare HTTP transports.")
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--kilobytes", type=int, default=270, help="size of a page")
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(theirs, options.kilobytes), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}"
    print(f"{options.pages} pages of {options.kilobytes} KB, medians of {ROUNDS} rounds")
    print(f"{'':48} pages/s   ratio   CPU ms a page")
    for workers in AT_ONCE:
        figures = {name: measured(run, url, options.pages, workers) for name, run in CONTESTANTS.items()}
        first, _ = next(iter(figures.values()))
        for name, (rate, cost) in figures.items():
            print(f"{workers:3} at once  {name:36} {rate:7.0f} {rate / first:6.2f} x {cost:10.2f}")
    server.terminate()


if __name__ == "__main__":
    main()
