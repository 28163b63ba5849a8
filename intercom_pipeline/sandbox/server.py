"""The sandbox on a loopback port: in a thread beside a test, or in the foreground."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from intercom_pipeline.sandbox.app import application
from intercom_pipeline.sandbox.conditions import Conditions
from intercom_pipeline.sandbox.faults import Faults
from intercom_pipeline.sandbox.limits import RateLimit
from intercom_pipeline.sandbox.listing import warm
from intercom_pipeline.sandbox.oauth import OAuth
from intercom_pipeline.sandbox.options import Options, Sizes
from intercom_pipeline.sandbox.protocol import BreakableProtocol
from intercom_pipeline.sandbox.request_log import Request, RequestLog
from intercom_pipeline.sandbox.service import Service
from intercom_pipeline.sandbox.workspace import Workspace

_LOOPBACK = "127.0.0.1"
_BACKLOG = 2048
_STOP_CHECK_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class Sandbox:
    """A running sandbox."""

    url: str
    service: Service

    @property
    def token(self) -> str:
        """The access token the server was started with."""
        return self.service.options.token

    @property
    def oauth(self) -> OAuth:
        """The app that may obtain tokens by consent."""
        return self.service.oauth

    @property
    def workspace(self) -> Workspace:
        """The living state."""
        return self.service.workspace

    @property
    def conditions(self) -> Conditions:
        """Latency, token and permissions, to be changed while it runs."""
        return self.service.conditions

    @property
    def faults(self) -> Faults:
        """What goes wrong."""
        return self.service.faults

    @property
    def limit(self) -> RateLimit:
        """The rate limit, where other apps can take their share."""
        return self.service.limit

    @property
    def after_each_request(self) -> list[Callable[[Request], object]]:
        """What happens in the workspace after each request; add to it to let records move between pages."""
        return self.service.after_each_request

    @property
    def requests(self) -> RequestLog:
        """What was asked of it."""
        return self.service.requests


class PromptServer(uvicorn.Server):
    """uvicorn, stopping within hundredths of a second: requests in flight are dropped, not waited for."""

    async def main_loop(self) -> None:
        """Serve until told to stop."""
        await self.on_tick(0)
        while not self.should_exit:  # noqa: ASYNC110 (uvicorn's signal handler only sets the flag)
            await asyncio.sleep(_STOP_CHECK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the listener, the idle connections and the requests in flight."""
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def serve(
    *,
    sizes: Sizes | None = None,
    options: Options | None = None,
    seed: int = 0,
    workspace: Workspace | None = None,
    port: int = 0,
) -> Iterator[Sandbox]:
    """Serve a workspace from a thread on a loopback port, a free one unless named, until the block ends."""
    service = _service(sizes, options, seed, workspace)
    listener = _listener(port)
    server = PromptServer(_config(service))
    thread = threading.Thread(target=_run, args=(server, listener), name="sandbox", daemon=True)
    thread.start()
    try:
        # The listener accepts connections from the start, so there is nothing to wait for.
        yield Sandbox(url=_url(listener), service=service)
    finally:
        server.should_exit = True
        thread.join()


def serve_forever(
    *,
    ready: Callable[[Sandbox], None],
    sizes: Sizes | None = None,
    options: Options | None = None,
    seed: int = 0,
    port: int = 0,
) -> None:
    """Serve in the foreground until interrupted; `ready` is called once with the running sandbox."""
    service = _service(sizes, options, seed, None)
    listener = _listener(port)
    ready(Sandbox(url=_url(listener), service=service))
    PromptServer(_config(service)).run(sockets=[listener])


def _service(sizes: Sizes | None, options: Options | None, seed: int, workspace: Workspace | None) -> Service:
    living = workspace or Workspace(sizes, options, seed)
    given = options or living.options
    if given.warm:
        warm(living, given.pinned_version)
    return Service(living, given)


def _listener(port: int) -> socket.socket:
    listener = socket.create_server((_LOOPBACK, port), backlog=_BACKLOG)
    listener.set_inheritable(False)
    return listener


def _url(listener: socket.socket) -> str:
    return f"http://{_LOOPBACK}:{listener.getsockname()[1]}"


def _config(service: Service) -> uvicorn.Config:
    return uvicorn.Config(
        application(service),
        http=BreakableProtocol,
        # The process's own logging stays as it is; broken connections are meant.
        log_config=None,
        log_level="critical",
        access_log=False,
        date_header=False,
        server_header=False,
        lifespan="off",
        ws="none",
        # Idle connections stay open, so that no client meets one that is just being closed.
        timeout_keep_alive=600,
    )


def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    server.run(sockets=[listener])
