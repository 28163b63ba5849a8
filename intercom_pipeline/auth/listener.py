"""The listener for the browser that comes back from the consent page: on this machine only, for one answer.

It speaks just enough HTTP for a browser's GET. Every page it shows is fixed and repeats nothing of a request.
"""

import asyncio
import errno
import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from intercom_pipeline.auth import loopback
from intercom_pipeline.auth.answers import AnswerRefused, Redirect, code_in
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.oauth import REDIRECT_PATH, ConsentDenied

PORT: Final = 8976
"""The port that is listened on unless another is named; 3000 is Dagster's."""

_LOG = logging.getLogger(__name__)
_MOST_OPEN = 32
_MAX_HEAD_BYTES = 16 * 1024
_PATIENCE_SECONDS = 10.0
"""How long a connection may take to say what it wants."""
_NOTHING_ALLOWED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_HEADERS = (
    "Content-Type: text/html; charset=utf-8",
    f"Content-Security-Policy: {_NOTHING_ALLOWED}",
    "Cache-Control: no-store",
    "X-Content-Type-Options: nosniff",
    "Referrer-Policy: no-referrer",
    "Cross-Origin-Opener-Policy: same-origin",
    "Cross-Origin-Resource-Policy: same-origin",
    "Connection: close",
)


class PortTaken(PipelineError):
    """The port of the redirect URL cannot be listened on."""


@dataclass(frozen=True, slots=True)
class _Page:
    status: HTTPStatus
    title: str
    text: str


_RECEIVED = _Page(HTTPStatus.OK, "Consent received", "Close this page and go back to the terminal.")
_DENIED = _Page(HTTPStatus.OK, "No consent", "Nothing was connected. Go back to the terminal.")
_OVER = _Page(HTTPStatus.GONE, "This login is over", "It takes one answer. Go back to the terminal.")
_NOT_OURS = _Page(
    HTTPStatus.BAD_REQUEST, "Not the answer to this login", "Open the address that the terminal shows."
)
_BAD = _Page(HTTPStatus.BAD_REQUEST, "Bad request", "This is no request of a browser that was sent here.")
_ELSEWHERE = _Page(HTTPStatus.NOT_FOUND, "Not found", "There is nothing here.")
_NOT_A_GET = _Page(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed", "Only GET is.")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A login that waits for its answer, from the browser or pasted; the first good one is taken.

    Attributes:
        state: What the answer has to hold.
        code: Done with the code, or with ConsentDenied.
    """

    state: str = field(repr=False)
    code: "asyncio.Future[str]" = field(repr=False)

    def take(self, query: str) -> None:
        """Take the query of the address that the browser was led to as the answer.

        Raises:
            AnswerRefused: It does not belong to this login, or the login has its answer.
            ConsentDenied: Nobody consented; `code` ends with the same.
        """
        if self.code.done():
            raise AnswerRefused("This login has had its answer.")
        try:
            self.code.set_result(code_in(query, self.state))
        except ConsentDenied as denied:
            self.code.set_exception(denied)
            raise


@asynccontextmanager
async def listening(redirect: Redirect, waiting: Waiting) -> AsyncIterator[None]:
    """Listen for the browser where the redirect URL leads to this machine, until the block ends.

    Raises:
        PortTaken: Another program has the port.
    """
    if redirect.port is None:
        yield
        return
    listener = _Listener(waiting=waiting, port=redirect.port)
    try:
        sockets = loopback.listen(redirect.port)
    except OSError as error:
        raise _taken(redirect, error) from None
    # For as long as the loop runs: asyncio may have something to say of a listener that is closed.
    asyncio.get_running_loop().set_exception_handler(_Remark())
    async with AsyncExitStack() as servers:
        for each in sockets:
            server = await asyncio.start_server(listener.begin, sock=each, limit=_MAX_HEAD_BYTES)
            await servers.enter_async_context(server)
        try:
            yield
        finally:
            await listener.finish()


@dataclass(slots=True)
class _Remark:
    """Tells what goes wrong beside the login in one line in all: asyncio would give each a traceback."""

    told: bool = False

    def __call__(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not self.told:
            self.told = True
            error = context.get("exception")
            _LOG.warning("While waiting for the browser: %s (%s)", context["message"], type(error).__name__)


@dataclass(slots=True)
class _Listener:
    waiting: Waiting
    port: int
    open: dict["asyncio.Task[None]", asyncio.StreamWriter] = field(default_factory=dict)
    over: bool = False

    async def finish(self) -> None:
        """Let the page reach the browser whose answer was taken; nobody else is waited for."""
        self.over = True
        if self.open:
            await asyncio.wait(self.open, timeout=0.5)
        for task in self.open:
            task.cancel()
        await asyncio.gather(*self.open, return_exceptions=True)

    def begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.over:
            # It came while the login ended: nobody would end a task for it.
            writer.close()
            return
        if len(self.open) >= _MOST_OPEN:
            self._drop_oldest()
        # In a task of ours: of one of its own that is cancelled, asyncio before 3.12 tells with a traceback.
        task = asyncio.create_task(self._serve(reader, writer))
        self.open[task] = writer
        task.add_done_callback(lambda done: self.open.pop(done, None))

    def _drop_oldest(self) -> None:
        """Make room: a browser has its page before as many others have come, and who says nothing loses."""
        task = next(iter(self.open))
        self.open.pop(task).close()
        task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, TimeoutError, EOFError, asyncio.LimitOverrunError):
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(_rendered(self._answer(head)))
                    writer.close()
                    await writer.wait_closed()
        finally:
            writer.close()

    def _answer(self, head: bytes) -> _Page:
        line, *headers = head.decode("latin-1").split("\r\n")
        method, _, rest = line.partition(" ")
        target, _, version = rest.rpartition(" ")
        if not version.startswith("HTTP/1.") or not self._is_for_us(headers):
            return _BAD
        path, _, query = target.partition("?")
        if path != REDIRECT_PATH:
            return _ELSEWHERE
        return self._taken(query) if method == "GET" else _NOT_A_GET

    def _is_for_us(self, headers: list[str]) -> bool:
        """Whether the Host header is ours: a page of another site could lead its own name to this machine."""
        fields = [line.partition(":") for line in headers]
        hosts = [value.strip().lower() for name, _, value in fields if name.lower() == "host"]
        return hosts in ([f"localhost:{self.port}"], [f"127.0.0.1:{self.port}"])

    def _taken(self, query: str) -> _Page:
        if self.waiting.code.done():
            return _OVER
        try:
            self.waiting.take(query)
        except AnswerRefused:
            return _NOT_OURS
        except ConsentDenied:
            return _DENIED
        return _RECEIVED


def _rendered(page: _Page) -> bytes:
    body = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{page.title}</title>'
        f"<h1>{page.title}</h1><p>{page.text}</p></html>\n"
    ).encode()
    allow = ("Allow: GET",) if page.status is HTTPStatus.METHOD_NOT_ALLOWED else ()
    head = (
        f"HTTP/1.1 {page.status.value} {page.status.phrase}",
        *_HEADERS,
        *allow,
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*head, "", "")).encode("ascii") + body


def _taken(redirect: Redirect, error: OSError) -> PortTaken:
    taken = error.errno == errno.EADDRINUSE
    return PortTaken(
        f"Port {redirect.port} of this machine cannot be listened on for the browser's return.",
        why="Another program has it." if taken else f"{os.strerror(error.errno) if error.errno else error}.",
        fix="End that program, or name another with --port and add its redirect URL in the Developer Hub.",
    )
