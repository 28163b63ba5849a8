"""A server that speaks raw bytes over a real socket, to answer as no well-behaved server would."""

import asyncio
import gzip
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET

GOOD = b'{"type":"list","data":[{"id":"1"}],"total_count":1,"pages":null}'
JSON_ERROR = b'{"type":"error.list","request_id":"r1","errors":[{"code":"c","message":"m"}]}'
HTML = b"<html><body>Bad gateway</body></html>"

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


def http(
    status: int,
    body: bytes = JSON_ERROR,
    *headers: str,
    kind: str = "application/json",
    length: int | None = None,
) -> bytes:
    """One HTTP/1.1 response."""
    lines = [
        f"HTTP/1.1 {status} X",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def says(*parts: bytes) -> Behaviour:
    """Sends these bytes and keeps the connection."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(parts))
        await writer.drain()

    return behave


def breaks_off(*parts: bytes) -> Behaviour:
    """Sends these bytes and ends the connection."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        await says(*parts)(writer)
        writer.close()

    return behave


async def resets(writer: asyncio.StreamWriter) -> None:
    """Resets the connection."""
    writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


async def hangs(_: asyncio.StreamWriter) -> None:
    """Says nothing, ever."""
    await asyncio.sleep(3600)


async def drips(writer: asyncio.StreamWriter) -> None:
    """Sends a good answer, but a byte at a time, so that no read ever times out."""
    for byte in http(200, b" " * 10_000 + GOOD):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.01)


def zipped(body: bytes) -> bytes:
    """A compressed good answer."""
    return http(200, gzip.compress(body), "Content-Encoding: gzip")


GOOD_ANSWER = says(http(200, GOOD))


@dataclass(kw_only=True)
class FaultyServer:
    """Behaves as `script` says, one entry a request, then well."""

    script: list[Behaviour]
    then: Behaviour = GOOD_ANSWER
    url: str = ""
    heads: list[str] = field(default_factory=list)
    """The request line and headers of each request."""
    bodies: list[bytes] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a request has come."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while not writer.is_closing():
                await self._request(reader)
                behave = self.script.pop(0) if self.script else self.then
                await behave(writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _request(self, reader: asyncio.StreamReader) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = [
            line.split(":")[1] for line in head.lower().split("\r\n") if line.startswith("content-length:")
        ]
        self.heads.append(head)
        self.asked.set()
        self.bodies.append(await reader.readexactly(int(length[0]) if length else 0))


@asynccontextmanager
async def faulty(*script: Behaviour, then: Behaviour = GOOD_ANSWER) -> AsyncIterator[FaultyServer]:
    """A server on a loopback port that behaves as the script says."""
    state = FaultyServer(script=list(script), then=then)
    connections: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        await state.serve(reader, writer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    state.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield state
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
