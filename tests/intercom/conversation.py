"""A client and a scripted router: exact requests and responses, without a socket."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
import respx

from intercom_pipeline.intercom.client import Client, connect
from intercom_pipeline.intercom.connection import Connection, Patience, Secret

T = TypeVar("T")
CANARY = "canary-token-0123456789"
URL = "https://api.intercom.io"
QUICK = Patience(attempts=3, wait_initial=0.001, wait_max=0.002, wait_jitter=0.001, wait_unsaid=0.001)


def talk(router: respx.MockRouter, act: Callable[[Client], Awaitable[T]], **settings: Any) -> T:
    """What `act` gives with a client whose requests the router answers."""

    async def run() -> T:
        given = Connection(**{"token": Secret(CANARY), "patience": QUICK, **settings})
        async with connect(given, transport=httpx.MockTransport(router.async_handler)) as client:
            return await act(client)

    return asyncio.run(run())


def answers(*responses: httpx.Response) -> respx.MockRouter:
    """A router that answers any request with these, in turn; the last one again and again."""
    queue = list(responses)
    router = respx.MockRouter(assert_all_called=False)
    router.route().mock(side_effect=lambda _: queue.pop(0) if len(queue) > 1 else queue[0])
    return router


def asked(router: respx.MockRouter) -> list[httpx.Request]:
    """The requests made, in order."""
    return [call.request for call in router.calls]
