"""Where processes that send replies are ended: a workspace behind a real socket, processes of their own."""

import asyncio
import errno
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx
import msgspec

from benchmarks.reply_indoors import FEW
from benchmarks.reply_points import Tripwire, WatchedTransport, watched
from benchmarks.reply_work import applying, quickly, resolving, retrying, see_to
from benchmarks.reply_world import LATE_SECONDS, QUICK, Work, World
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.client import connect
from intercom_pipeline.intercom.connection import Connection, Secret
from intercom_pipeline.intercom.exchange import open_http
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.values import Outcome
from intercom_pipeline.replies.plan import Plan
from intercom_pipeline.replies.sending.running import run_apply
from intercom_pipeline.sandbox import Options, Sandbox, serve

DIED: Final = 9
"""The exit code of a process that ended at its point; one that was killed has -9."""
DEADLINE_SECONDS: Final = 0.4
HANG_SECONDS: Final = 1.0
_ROUNDS_AT_THE_END: Final = 8
_EACH_THIRD: Final = 3


@dataclass(slots=True)
class Through(httpx.AsyncBaseTransport):
    """The transport that the product makes for itself, made when it is first needed, in its loop."""

    connection: Connection
    _http: httpx.AsyncClient | None = field(default=None)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and give its answer unread."""
        self._http = self._http or open_http(self.connection, None, "benchmark")
        return await self._http.send(request, stream=True)

    async def aclose(self) -> None:
        """Close it."""
        if self._http is not None:
            await self._http.aclose()


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What a process does.

    Attributes:
        verb: register, apply, resolve or retry.
        plan_id: With which plan.
        plan: Its content, for who registers it.
        point: Where it ends; None for nowhere.
        nth: At which passing of the point.
        refused: Whether each third of its connections is refused.
    """

    verb: str
    plan_id: str
    plan: bytes = b""
    point: str | None = None
    nth: int = 1
    refused: bool = False


def work_of(task: Task, plan: Plan) -> Work:
    """What a task asks for."""
    match task.verb:
        case "apply":
            return applying(plan)
        case "retry":
            return retrying(plan, Outcome.HELD)
        case _:
            return resolving(plan)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What a process has to know of a world.

    Attributes:
        url: Where its server is.
        token: What lets in.
        folder: Where the ledger is.
    """

    url: str
    token: str
    folder: Path


def process(place: Place, task: Task) -> None:
    """The main function of a process; it ends by itself at its point, without any tidying up."""
    if task.refused:
        _refuse_connections()
    wire = Tripwire(act=partial(os._exit, DIED), point=task.point, nth=task.nth if task.point else 0)
    with suppress(PipelineError), open_ledger(None, place.folder) as ledger:
        if task.verb == "register":
            watched(ledger, wire).register(msgspec.json.decode(task.plan, type=Plan))
            return
        plan = ledger.plan(task.plan_id)
        asyncio.run(_work(place, ledger, work_of(task, plan), wire))


async def _work(place: Place, ledger: Ledger, work: Work, wire: Tripwire) -> None:
    connection = connection_to(place)
    async with connect(connection, WatchedTransport(Through(connection), wire)) as client:
        async for _ in work(client, watched(ledger, wire)):
            pass


def killable(place: Place, task: Task) -> None:
    """The main function of a process that is to be killed: as the command line runs a plan."""
    with suppress(PipelineError), open_ledger(None, place.folder) as ledger:
        plan, connection = ledger.plan(task.plan_id), connection_to(place)
        for _ in run_apply(quickly(plan), connection=connection, ledger=ledger):
            pass


def connection_to(place: Place) -> Connection:
    """How a process asks: with little patience, so that nobody waits for it."""
    return Connection(
        token=Secret(place.token),
        base_url=place.url,
        rate_share=1.0,
        timeout_seconds=DEADLINE_SECONDS,
        patience=QUICK,
    )


def _refuse_connections() -> None:
    """Let nobody listen at each third connection: asked before a socket connects."""
    made = 0

    def refuse(event: str, _: object) -> None:
        nonlocal made
        if event == "socket.connect":
            made += 1
            if made % _EACH_THIRD == 0:
                raise OSError(errno.ECONNREFUSED, "nobody listens")

    sys.addaudithook(refuse)


@dataclass(frozen=True, kw_only=True, slots=True)
class Yard:
    """Where processes are ended.

    Attributes:
        sandbox: The workspace's server.
        scratch: A folder for ledgers.
    """

    sandbox: Sandbox
    scratch: Path

    def begin(self, conversations: int) -> World:
        """A world with so many conversations, and nothing that goes wrong."""
        self.sandbox.faults.clear()
        workspace = self.sandbox.workspace
        workspace.clock.set(time.time())  # What came before may have let days go by.
        folder = self.scratch / uuid4().hex
        shutil.copytree(self._empty(), folder)
        made = [workspace.create_conversation(body=f"<p>Question {n}</p>") for n in range(conversations)]
        return World(
            workspace=workspace,
            service=self.sandbox.service,
            transport=Through,
            folder=folder,
            base_url=self.sandbox.url,
            deadline_seconds=DEADLINE_SECONDS,
            conversation_ids=[str(each["id"]) for each in made],
        )

    def start(self, main: Callable[[Place, Task], None], world: World, task: Task) -> ForkServerProcess:
        """A process of its own."""
        context = get_context("forkserver")
        context.set_forkserver_preload([__name__])
        place = Place(url=self.sandbox.url, token=self.sandbox.token, folder=world.folder)
        process = context.Process(target=main, args=(place, task))
        process.start()
        return process

    def ended(self, world: World, task: Task) -> int | None:
        """The exit code of a process that ends where the task says, or when it is done."""
        process = self.start(globals()["process"], world, task)
        process.join()
        return process.exitcode

    def until_calm(self) -> None:
        """Wait until what a process sent that is gone is dealt with: only then compare."""
        while self.sandbox.requests.in_flight:
            time.sleep(0.002)

    def finish(self, world: World) -> None:
        """Nothing goes wrong any more: apply, resolve, look and try again until nothing is left."""
        self.sandbox.faults.clear()
        asyncio.run(_finish(world))
        world.check_settled()
        world.close()
        shutil.rmtree(world.folder)

    def _empty(self) -> Path:
        empty = self.scratch / "empty"
        if not empty.exists():
            open_ledger(None, empty).close()
        return empty


async def _finish(world: World) -> None:
    world.workspace.clock.advance(LATE_SECONDS)
    for _ in range(_ROUNDS_AT_THE_END):
        for plan in world.plans:
            await world.do(applying(plan), Tripwire())
        if not await see_to(world):
            return


@contextmanager
def opened() -> Iterator[Yard]:
    """A workspace behind a socket, in a thread."""
    options = Options(limit_per_minute=60_000_000, latency_ms=2)
    with tempfile.TemporaryDirectory() as scratch, serve(sizes=FEW, options=options, seed=5) as sandbox:
        yield Yard(sandbox=sandbox, scratch=Path(scratch))
