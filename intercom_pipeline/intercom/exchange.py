"""One request, one answer, no second try."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from intercom_pipeline.intercom import errors
from intercom_pipeline.intercom.broken import what_broke
from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.intercom.diagnosis import Request
from intercom_pipeline.intercom.errors import Applied

_KEEP_ALIVE_SECONDS = 30
_NOT_CONNECTED = (httpx.ConnectError, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer, whatever its status."""

    status: int
    headers: httpx.Headers
    body: bytes = field(repr=False)


def open_http(
    connection: Connection, transport: httpx.AsyncBaseTransport | None, agent: str
) -> httpx.AsyncClient:
    """The connections of a run: HTTP/1.1, kept alive; no redirects, cookies or environment."""
    return httpx.AsyncClient(
        base_url=connection.base_url,
        headers={
            "Authorization": f"Bearer {connection.token.reveal()}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": agent,
        },
        # The total deadline is the caller's: httpx's own read timeout starts anew with each byte.
        timeout=httpx.Timeout(None, connect=connection.connect_seconds),
        transport=transport or AiohttpTransport(verify=_trusted(), client=partial(_session, connection)),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    )


def _session(connection: Connection) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=connection.max_in_flight, keepalive_timeout=_KEEP_ALIVE_SECONDS, ssl=_trusted()
    )
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), middlewares=[_sent_once]
    )


async def _sent_once(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Let no request be sent again behind our back.

    aiohttp does so with a GET whose connection broke. It may have been carried out: of a scroll that would
    skip a page in silence; and nobody would count it against the rate limit.
    """
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(str(error)) from error


@cache
def _trusted() -> ssl.SSLContext:
    """The certificate authorities; reading them takes longer than many a request."""
    return httpx.create_ssl_context(trust_env=False)


async def exchange(
    http: httpx.AsyncClient,
    request: httpx.Request,
    *,
    max_bytes: int,
    on_headers: Callable[[int, httpx.Headers], Any],
) -> Answer:
    """Send a request and read its answer to the end; `on_headers` hears of the status and headers first.

    Raises NetworkUnreachable, ResponseInvalid or ResponseTooLarge.
    """
    about = Request(method=request.method, path=request.url.path)
    try:
        response = await http.send(request, stream=True)
        try:
            on_headers(response.status_code, response.headers)
            body = await _read(response, about, max_bytes)
        finally:
            await response.aclose()
    except httpx.DecodingError as error:
        # `from None` here and below: the causes' representations hold the request's headers.
        raise errors.ResponseInvalid(about.failure(f"the compression is broken: {error}")) from None
    except (httpx.HTTPError, aiohttp.ClientError, OSError, ValueError) as error:
        said = what_broke(error, connect_seconds=http.timeout.connect or 0)
        raise errors.NetworkUnreachable(about.failure(said, applied=_applied(error))) from None
    return Answer(status=response.status_code, headers=response.headers, body=body)


async def _read(response: httpx.Response, about: Request, max_bytes: int) -> bytes:
    chunks, size = [], 0
    async for chunk in response.aiter_bytes():
        chunks.append(chunk)
        size += len(chunk)
        if size > max_bytes:
            raise errors.ResponseTooLarge(about.failure(f"more than {max_bytes:,} bytes"))
    return b"".join(chunks)


def _applied(error: Exception) -> Applied:
    """Whether the request may have reached Intercom: surely not while there was no connection."""
    cause = error.__cause__
    # The aiohttp transport calls a connection that broke in mid-answer a ConnectTimeout: ask its own error.
    if isinstance(cause, aiohttp.ClientError):
        early = isinstance(cause, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError))
        return Applied.NO if early else Applied.MAYBE
    return Applied.NO if isinstance(error, _NOT_CONNECTED) else Applied.MAYBE
