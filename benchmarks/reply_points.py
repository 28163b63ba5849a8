"""Where a process that sends replies can end: before and after each thing it asks of the ledger or Intercom.

Nothing in the product knows of these points: its ledger and its transport are wrapped, and pass a tripwire.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, cast

import httpx

from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.values import Intent, Key

_LOOKED_AT: Final = frozenset(
    {
        "known",
        "is_stopped",
        "applied_since",
        "recover",
        "intend",
        "settle",
        "take_back",
        "skip",
        "resolve",
        "register",
    }
)
"""What of the ledger is a point of its own."""
_ON_THE_WIRE = 0.01
"""Seconds until what was written to a socket has left it."""


class Crash(BaseException):
    """The process has ended, as far as it can tell: whatever it asks from now on does nothing."""


@dataclass(kw_only=True, slots=True)
class Tripwire:
    """Ends the process when it passes a point for the n-th time.

    Attributes:
        act: Ends it; None for a Crash.
        point: The point; None for all of them.
        nth: At which passing; 0 for never.
        passed: The points that were passed, in order.
        dead: Whether it has ended.
    """

    act: Callable[[], object] | None = None
    point: str | None = None
    nth: int = 0
    passed: list[str] = field(default_factory=list)
    dead: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, point: str) -> None:
        """Pass a point.

        Raises:
            Crash: It ends here, or has.
        """
        with self._lock:
            if self.dead:
                raise Crash(point)
            self.passed.append(point)
            met = self.passed.count(point) if self.point else len(self.passed)
            self.dead = bool(self.nth) and self.point in {None, point} and met == self.nth
        if self.dead and self.act:
            self.act()
        if self.dead:
            raise Crash(point)


def watched(ledger: Ledger, wire: Tripwire) -> Ledger:
    """The same ledger, whose calls pass a tripwire."""
    return cast("Ledger", _Watched(ledger, wire))


@dataclass(frozen=True, slots=True)
class _Watched:
    _ledger: Ledger
    _wire: Tripwire

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._ledger, name)
        return partial(self._pass, name, value) if name in _LOOKED_AT else value

    def _pass(self, name: str, act: Callable[..., Any], *given: Any, **named: Any) -> Any:
        what = " ".join([name, *(_step(each) for each in given[:1])]).strip()
        self._wire.at(f"before {what}")
        result = act(*given, **named)
        self._wire.at(f"after {what}")
        return result

    @contextmanager
    def only_apply(self, plan_id: str) -> Iterator[None]:
        """The system lets go for a process that ended, so that alone is no point."""
        self._wire.at("before only_apply")
        with self._ledger.only_apply(plan_id):
            yield


def _step(given: object) -> str:
    if isinstance(given, Intent):
        return str(given.key.step)
    return str(given.step) if isinstance(given, Key) else ""


@dataclass(frozen=True, slots=True)
class WatchedTransport(httpx.AsyncBaseTransport):
    """A transport whose requests pass a tripwire: before, half sent, answered, half read, read."""

    inner: httpx.AsyncBaseTransport
    wire: Tripwire

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        what = _name(request)
        self.wire.at(f"before {what}")
        response = await self.inner.handle_async_request(_sent_in_halves(request, what, self.wire))
        self.wire.at(f"{what} answered")
        assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - narrows the type
        response.stream = _Read(response.stream, what, self.wire)
        return response

    async def aclose(self) -> None:
        """Close it."""
        await self.inner.aclose()


def _name(request: httpx.Request) -> str:
    if request.method == "GET":
        return "look"
    return "reply" if request.url.path.endswith("/reply") else "then"


def _sent_in_halves(request: httpx.Request, what: str, wire: Tripwire) -> httpx.Request:
    if request.method == "GET":
        return request
    stream = _Halves(request.content, what, wire)
    kept = [(name, value) for name, value in request.headers.raw if name.lower() != b"transfer-encoding"]
    extensions = request.extensions
    return httpx.Request(request.method, request.url, headers=kept, stream=stream, extensions=extensions)


@dataclass(frozen=True, slots=True)
class _Halves(httpx.AsyncByteStream):
    content: bytes
    what: str
    wire: Tripwire

    async def __aiter__(self) -> AsyncIterator[bytes]:
        half = len(self.content) // 2
        yield self.content[:half]
        if self.wire.point == f"{self.what} half sent":
            await asyncio.sleep(_ON_THE_WIRE)
        self.wire.at(f"{self.what} half sent")
        yield self.content[half:]


@dataclass(frozen=True, slots=True)
class _Read(httpx.AsyncByteStream):
    stream: httpx.AsyncByteStream
    what: str
    wire: Tripwire

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self.stream:
            half = len(chunk) // 2
            yield chunk[:half]
            self.wire.at(f"{self.what} half read")
            yield chunk[half:]
        self.wire.at(f"{self.what} read")

    async def aclose(self) -> None:
        await self.stream.aclose()
