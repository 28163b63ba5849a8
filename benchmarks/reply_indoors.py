"""Worlds of replies within one process: requests go to the sandbox without a socket."""

import asyncio
import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

from benchmarks.reply_world import World
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.sandbox import Options, Sizes, Workspace, create_app
from intercom_pipeline.sandbox.service import Service

FEW: Final = Sizes(
    contacts=4,
    conversations=0,
    articles=0,
    companies=0,
    tickets=0,
    calls=0,
    activity_logs=0,
    long_conversations=0,
)
"""Whoever needs conversations makes them."""
_MOST_REQUESTS: Final = 2_000
"""So many are asked of a workspace before the next one is made."""


@dataclass(slots=True)
class SandboxTransport(httpx.AsyncBaseTransport):
    """Requests to a sandbox in the same process; it answers them to the end, whoever stops waiting.

    Attributes:
        app: The sandbox.
        chance: Draws how long a request is on its way.
        refusing: The share of writes that find nobody listening.
    """

    app: Any
    chance: random.Random
    refusing: float = 0.0
    _answering: "set[asyncio.Task[httpx.Response]]" = field(default_factory=set)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Hand a request over once it was sent whole."""
        assert isinstance(request.stream, httpx.AsyncByteStream)  # noqa: S101 - narrows the type
        if request.method == "POST" and self.chance.random() < self.refusing:
            raise httpx.ConnectError("nobody listens")
        body = b"".join([chunk async for chunk in request.stream])
        await asyncio.sleep(self.chance.random() / 100)
        whole = httpx.Request(request.method, request.url, headers=request.headers, content=body)
        task = asyncio.create_task(httpx.ASGITransport(self.app).handle_async_request(whole))
        self._answering.add(task)
        task.add_done_callback(self._answered)
        return await asyncio.shield(task)

    def _answered(self, task: "asyncio.Task[httpx.Response]") -> None:
        self._answering.discard(task)
        # Of an answer that nobody waits for any more nobody hears.
        _ = task.cancelled() or task.exception()

    async def aclose(self) -> None:
        """Wait until every request that arrived is dealt with."""
        while self._answering:
            await asyncio.wait(self._answering)


@dataclass(kw_only=True, slots=True)
class Indoors:
    """Makes worlds: conversations of their own in the same workspace, and copies of an empty ledger.

    Attributes:
        scratch: Where ledgers are.
        now: When each begins, in unix seconds.
    """

    scratch: Path
    now: float
    _app: Any = None

    def begin(self, chance: random.Random, conversations: int) -> tuple[World, SandboxTransport]:
        """A world with so many conversations, and the way into its workspace."""
        service = self._service(chance.randrange(1000))
        # Chances of its own: how long requests take decides in which order they draw.
        on_the_way = random.Random(chance.random())  # noqa: S311 - chances, not secrets
        workspace, transport = service.workspace, SandboxTransport(self._app, on_the_way)
        workspace.clock.set(self.now)
        made = [workspace.create_conversation(body=f"<p>Question {n}</p>") for n in range(conversations)]
        world = World(
            workspace=workspace,
            service=service,
            transport=lambda _: transport,
            folder=self.scratch / uuid4().hex,
            conversation_ids=[str(each["id"]) for each in made],
        )
        shutil.copytree(self._empty(), world.folder)
        return world, transport

    def _service(self, seed: int) -> Service:
        if self._app is None or len(self._app.state.service.requests) > _MOST_REQUESTS:
            options = Options(now=self.now, limit_per_minute=60_000_000)
            self._app = create_app(Workspace(FEW, options, seed))
        service: Service = self._app.state.service
        return service

    def _empty(self) -> Path:
        empty = self.scratch / "empty"
        if not empty.exists():
            open_ledger(None, empty).close()
        return empty
