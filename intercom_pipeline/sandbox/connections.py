"""Ending a connection: at once, or after part of an answer."""

import asyncio
import socket
import struct
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from intercom_pipeline.sandbox.faults import CutAt

TRANSPORT = "sandbox.transport"
_RESET = struct.pack("ii", 1, 0)
"""A linger of 0 seconds: closing the socket sends RST instead of FIN."""


class CutShort(Response):
    """A good answer of which only the bytes before a place are sent; then the connection is closed."""

    def __init__(self, good: Response, place: CutAt) -> None:
        super().__init__(status_code=0 if place is CutAt.BEFORE_ANSWER else good.status_code)
        self._sent = first_bytes(good, place)

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        transport = _transport(scope)
        transport.write(self._sent)
        transport.close()
        # Before the connection is gone, uvicorn would answer in place of what does not.
        while (await receive())["type"] != "http.disconnect":
            pass


def first_bytes(answer: Response, place: CutAt) -> bytes:
    """What of an answer is sent before a place."""
    status = f"HTTP/1.1 {answer.status_code} {HTTPStatus(answer.status_code).phrase}\r\n".encode()
    headers = b"".join(name + b": " + value + b"\r\n" for name, value in answer.raw_headers)
    head, body = status + headers + b"\r\n", bytes(answer.body)
    lengths = {
        CutAt.BEFORE_ANSWER: 0,
        CutAt.STATUS_LINE: len(status) // 2,
        CutAt.HEADERS: len(status) + len(headers) // 2,
        CutAt.BEFORE_BODY: len(head),
        CutAt.BODY: len(head) + len(body) // 2,
        CutAt.LAST_BYTE: len(head + body) - 1,
    }
    return (head + body)[: lengths[place]]


def break_off(scope: Scope) -> None:
    """Reset the connection that a request came on."""
    reset(_transport(scope))


def reset(transport: asyncio.Transport) -> None:
    """End a connection with RST instead of FIN, whatever is still to be sent."""
    if transport.is_closing():
        return
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()


def is_live(scope: Scope) -> bool:
    """Whether a request came on a connection that can be broken."""
    return TRANSPORT in (scope.get("extensions") or {})


def _transport(scope: Scope) -> asyncio.Transport:
    if not is_live(scope):
        raise ConnectionResetError("the sandbox broke the connection off")
    transport: asyncio.Transport = scope["extensions"][TRANSPORT]["live"]
    return transport
