"""Answers as a failing network, gateway or server gives them."""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from intercom_pipeline.sandbox.connections import CutShort, break_off
from intercom_pipeline.sandbox.errors import ErrorEntry, envelope
from intercom_pipeline.sandbox.faults import Fault, FaultKind

_HTML = b"<html><head><title>%b</title></head><body><center><h1>%b</h1></center></body></html>"
_SPACES = b" " * 65_536
_DRIP_SECONDS = 0.05
_LIMIT_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_ERROR_CODES = {
    FaultKind.UNAUTHORIZED: (401, "unauthorized", "Access Token Invalid"),
    FaultKind.FORBIDDEN: (403, "token_unauthorized", "Not authorized to access resource"),
    FaultKind.NOT_FOUND: (404, "not_found", "Resource Not Found"),
    FaultKind.UNPROCESSABLE: (422, "parameter_invalid", "The request cannot be processed"),
}

Headers = Mapping[str, str]


class Silent(Response):
    """Answers nothing, then breaks the connection off."""

    def __init__(self, seconds: float) -> None:
        super().__init__(status_code=0)
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        if self._seconds:
            await _gone_within(receive, self._seconds)
        break_off(scope)


class Cut(Response):
    """Promises the whole body, sends half of it and breaks the connection off."""

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})
        # What was sent has to leave before the connection goes.
        await asyncio.sleep(_DRIP_SECONDS)
        break_off(scope)


class Drip(Response):
    """Sends a byte every 50 ms, so that no single read ever waits long."""

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for place in range(len(self.body)):
            await send(
                {"type": "http.response.body", "body": bytes(self.body[place : place + 1]), "more_body": True}
            )
            if await _gone_within(receive, _DRIP_SECONDS):
                return
        await send({"type": "http.response.body", "body": b""})


class Oversize(Response):
    """A good answer followed by more spaces than anyone should read, without saying how many."""

    def __init__(self, good: Response, size_bytes: int) -> None:
        super().__init__(good.body, good.status_code)
        self.raw_headers = [(name, value) for name, value in good.raw_headers if name != b"content-length"]
        self._size_bytes = size_bytes

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": bytes(self.body), "more_body": True})
        for _ in range(self._size_bytes // len(_SPACES)):
            await send({"type": "http.response.body", "body": _SPACES, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def broken(fault: Fault, headers: Headers, good: Callable[[], Response], now: int) -> Response:
    """The answer of a request that `fault` strikes; `good` answers it properly, and applies it."""
    kind = fault.kind
    if kind.startswith("429"):
        return _too_many(fault, headers, now)
    if kind.startswith("5"):
        return _server_error(int(kind[:3]), headers, html=kind.endswith("html"))
    if kind in _ERROR_CODES:
        return _client_error(kind, headers)
    if kind.startswith("200"):
        return _spoiled(fault, good())
    return _network(fault, headers, good)


def looping(good: Response, asked: str | None) -> Response:
    """A page whose next page is itself: its page token is the one it was `asked` for by.

    The first page, asked for without one, and an answer that names no next page stay as they are.
    """
    body = msgspec.json.decode(good.body)
    following = (body.get("pages") or {}).get("next")
    if asked is None or not isinstance(following, dict):
        return good
    following["starting_after"] = asked
    return _with_body(good, msgspec.json.encode(body), "application/json")


def _network(fault: Fault, headers: Headers, good: Callable[[], Response]) -> Response:
    match fault.kind:
        case FaultKind.REDIRECT:
            return Response(status_code=302, headers={**headers, "Location": "/redirected"})
        case FaultKind.CUT:
            return _as(Cut, good())
        case FaultKind.DRIP:
            return _as(Drip, good())
        case FaultKind.CLOSED:
            assert fault.cut_at is not None  # noqa: S101 - as every closed connection has one
            return Silent(0) if fault.cuts_request else CutShort(good(), fault.cut_at)
        case FaultKind.APPLIED_500:
            good()
            return _server_error(500, headers, html=False)
        case FaultKind.APPLIED_RESET | FaultKind.APPLIED_HANG:
            good()
    hangs = fault.kind in {FaultKind.HANG, FaultKind.APPLIED_HANG}
    return Silent(fault.hang_seconds if hangs else 0)


def _as(kind: type[Cut] | type[Drip], good: Response) -> Response:
    spoiled = kind(good.body, good.status_code)
    spoiled.raw_headers = good.raw_headers
    return spoiled


def _spoiled(fault: Fault, good: Response) -> Response:
    body = bytes(good.body)
    match fault.kind:
        case FaultKind.OVERSIZE:
            return Oversize(good, fault.size_bytes)
        case FaultKind.CLOSING:
            good.headers["Connection"] = "close"
            return good
        case FaultKind.HTML:
            return _with_body(good, _page(b"Just a moment"), "text/html")
        case FaultKind.BAD_GZIP:
            spoiled = _with_body(good, b"\x1f\x8b\x08\x00" + body[:200], "application/json")
            spoiled.headers["Content-Encoding"] = "gzip"
            return spoiled
    bodies = {
        FaultKind.EMPTY: b"",
        FaultKind.GARBLED: b"\x00{]" + body[::-1],
        FaultKind.TRUNCATED: body[: len(body) // 2],
        FaultKind.BAD_UTF8: body[:-1] + b',"note":"\xff\xfe"}',
    }
    return _with_body(good, bodies[fault.kind], "application/json")


def _with_body(good: Response, body: bytes, media_type: str) -> Response:
    kept = {
        name: value for name, value in good.headers.items() if name not in {"content-length", "content-type"}
    }
    return Response(body, good.status_code, headers=kept, media_type=media_type)


def _too_many(fault: Fault, headers: Headers, now: int) -> Response:
    limit = headers.get("X-RateLimit-Limit", "1")
    reset = now - 60 if fault.kind is FaultKind.TOO_MANY_PAST_RESET else now + round(fault.wait_seconds)
    told: dict[str, str] = {}
    if fault.kind in {FaultKind.TOO_MANY_RESET, FaultKind.TOO_MANY_PAST_RESET}:
        told = dict(zip(_LIMIT_HEADERS, (limit, "0", str(reset)), strict=True))
    elif fault.kind is FaultKind.TOO_MANY_RETRY_AFTER:
        told = {"Retry-After": str(round(fault.wait_seconds))}
    message = f"Exceeded rate limit of {limit} in 10_seconds"
    return _envelope(429, "rate_limit_exceeded", message, _without_limits(headers) | told)


def _client_error(kind: FaultKind, headers: Headers) -> Response:
    status, code, message = _ERROR_CODES[kind]
    kept = _without_limits(headers) if kind is FaultKind.UNAUTHORIZED else headers
    return _envelope(status, code, message, kept)


def _server_error(status: int, headers: Headers, *, html: bool) -> Response:
    phrase = HTTPStatus(status).phrase
    if html:
        # A gateway in front of Intercom knows nothing of its headers.
        return Response(_page(f"{status} {phrase}".encode()), status, media_type="text/html")
    return _envelope(status, "server_error", phrase, headers)


def _envelope(status: int, code: str, message: str, headers: Headers) -> Response:
    body = envelope(headers["X-Request-Id"], ErrorEntry(code=code, message=message))
    return Response(body, status, headers=dict(headers), media_type="application/json")


def _without_limits(headers: Headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in _LIMIT_HEADERS}


def _page(title: bytes) -> bytes:
    return _HTML % (title, title)


async def _gone_within(receive: Receive, seconds: float) -> bool:
    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        return False
    return True
