"""A client of Intercom's API: one a run, shared by everything that runs at once."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version as package_version
from typing import Any, Generic, TypeVar

import httpx
import msgspec

from intercom_pipeline.intercom import errors, versions
from intercom_pipeline.intercom.allowance import Allowance
from intercom_pipeline.intercom.bodies import whole_json
from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.intercom.diagnosis import Request, error_for
from intercom_pipeline.intercom.errors import Applied
from intercom_pipeline.intercom.exchange import Answer, exchange, open_http
from intercom_pipeline.intercom.meter import Meter
from intercom_pipeline.intercom.rate_limit import RateLimit
from intercom_pipeline.intercom.retries import attempts, log_quietly

T = TypeVar("T")
Params = Mapping[str, str | int]

_PATH = re.compile(r"(?:/[A-Za-z0-9_\-~.%:@!$&'()*+,;=]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Generic[T]):
    """A successful answer (2xx)."""

    status: int
    body: bytes = field(repr=False)
    content: T = field(repr=False)
    """What `decode` made of the body; the body itself where none was given."""
    headers: Mapping[str, str] = field(repr=False)
    request_id: str | None
    version: str | None
    """The API version Intercom says it answered in, where it says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A request before it is sent."""

    method: str
    path: str
    params: Params | None = None
    content: bytes | None = None
    version: str | None = None
    deadline: float | None = None
    accept: str | None = None
    leaving: Callable[[], Awaitable[None]] | None = None

    @property
    def about(self) -> Request:
        return Request(method=self.method, path=self.path)


@asynccontextmanager
async def connect(
    connection: Connection, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator["Client"]:
    """The client of one run; tests may hand in the transport."""
    log_quietly()
    agent = f"intercom-pipeline/{package_version('intercom-pipeline')}"
    async with open_http(connection, transport, agent) as http:
        allowance = Allowance(share=connection.rate_share, wait_unsaid=connection.patience.wait_unsaid)
        yield Client(
            connection=connection,
            meter=Meter(),
            _http=http,
            _rate_limit=RateLimit(allowance),
            _slots=asyncio.Semaphore(connection.max_in_flight),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Sends requests within the allowance and tries again where that helps; made by `connect`.

    Every error is a member of the family in `errors`.
    """

    connection: Connection
    meter: Meter
    _http: httpx.AsyncClient = field(repr=False)
    _rate_limit: RateLimit = field(repr=False)
    _slots: asyncio.Semaphore = field(repr=False)

    def metered(self, meter: Meter) -> "Client":
        """The same client, connections and allowance, counting into `meter`."""
        return replace(self, meter=meter)

    def trying(self, attempts: int) -> "Client":
        """The same client, giving up after so many attempts, or fewer where its patience is shorter."""
        patience = self.connection.patience
        shorter = replace(patience, attempts=min(attempts, patience.attempts))
        return replace(self, connection=replace(self.connection, patience=shorter))

    def speaking(self, version: str) -> "Client":
        """The same client, asking in this API version unless a request names another."""
        return replace(self, connection=replace(self.connection, version=version))

    async def get(
        self,
        path: str,
        *,
        params: Params | None = None,
        version: str | None = None,
        deadline: float | None = None,
        decode: Callable[[bytes], Any] = whole_json,
        accept: str | None = None,
        give_up_when_slow: bool = False,
    ) -> Response[Any]:
        """GET `path`, tried again as the connection's patience allows.

        `version` and `deadline` (seconds for each try) replace the connection's. `decode` runs within
        the try: a garbled body (ValueError, msgspec's errors) is asked for again, a good one parsed once.
        `accept` is the media type to ask for, where it is not JSON.
        With `give_up_when_slow` an answer that is too slow raises at once, for callers who can ask for less.
        """
        call = _Call(
            method="GET", path=path, params=params, version=version, deadline=deadline, accept=accept
        )
        return await self._read(call, decode, give_up_when_slow=give_up_when_slow)

    async def post(
        self,
        path: str,
        *,
        json: Any,
        params: Params | None = None,
        version: str | None = None,
        deadline: float | None = None,
        decode: Callable[[bytes], Any] = whole_json,
        give_up_when_slow: bool = False,
    ) -> Response[Any]:
        """POST a question, such as a search, tried again like a GET: never a write (see `send_once`)."""
        body = msgspec.json.encode(json)
        call = _Call(
            method="POST", path=path, params=params, content=body, version=version, deadline=deadline
        )
        return await self._read(call, decode, give_up_when_slow=give_up_when_slow)

    async def send_once(
        self,
        path: str,
        *,
        json: Any,
        version: str | None = None,
        deadline: float | None = None,
        leaving: Callable[[], Awaitable[None]] | None = None,
    ) -> Response[bytes]:
        """POST a write once. On an error `failure.applied` tells whether Intercom may have applied it.

        `leaving` is awaited when all waiting for a turn is over, right before the request leaves; what it
        raises is let through, and nothing was sent.
        """
        body = msgspec.json.encode(json)
        call = _Call(
            method="POST", path=path, content=body, version=version, deadline=deadline, leaving=leaving
        )
        return await self._attempt(call, whole_json)

    async def _read(
        self, call: _Call, decode: Callable[[bytes], T], *, give_up_when_slow: bool
    ) -> Response[T]:
        patience = self.connection.patience
        async for attempt in attempts(patience, give_up_when_slow=give_up_when_slow):
            with attempt:
                self.meter.retries += attempt.num > 1
                return await self._attempt(call, decode)
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(self, call: _Call, decode: Callable[[bytes], T]) -> Response[T]:
        request = self._request(call)
        answer = await self._answer(call, request)
        self.meter.bytes += len(answer.body)
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - the class of successes
            raise error_for(call.about, answer.status, answer.headers, answer.body)
        return _response(call, answer, decode)

    def _request(self, call: _Call) -> httpx.Request:
        if not _PATH.fullmatch(call.path) or {".", ".."} & set(call.path.split("/")):
            failure = call.about.failure("the path is not one of the API's", applied=Applied.NO)
            raise errors.InvalidRequest(failure)
        headers = versions.header_for(call.version or self.connection.version)
        if call.content is not None:
            headers["Content-Type"] = "application/json"
        if call.accept is not None:
            headers["Accept"] = call.accept
        return self._http.build_request(
            call.method, call.path, params=call.params, content=call.content, headers=headers
        )

    async def _answer(self, call: _Call, request: httpx.Request) -> Answer:
        async with self._slots:
            turn = await self._rate_limit.turn(self.meter)
            self.meter.requests += 1
            sent_at, settled = time.monotonic(), False

            def settle(status: int, headers: httpx.Headers) -> None:
                nonlocal settled
                settled = True
                self.meter.refused += status == 429  # noqa: PLR2004 - too many requests
                self._rate_limit.settle(turn, status=status, headers=headers)

            try:
                if call.leaving is not None:
                    await call.leaving()
                return await self._in_time(call, request, settle)
            finally:
                self.meter.in_flight_seconds += time.monotonic() - sent_at
                if not settled:
                    self._rate_limit.settle_unanswered(turn)

    async def _in_time(
        self, call: _Call, request: httpx.Request, on_headers: Callable[[int, httpx.Headers], None]
    ) -> Answer:
        deadline = call.deadline or self.connection.timeout_seconds
        limit = self.connection.max_response_bytes
        try:
            async with asyncio.timeout(deadline):
                return await exchange(self._http, request, max_bytes=limit, on_headers=on_headers)
        except TimeoutError:
            raise errors.DeadlineExceeded(call.about.failure(f"over {deadline:g} seconds")) from None


def _response(call: _Call, answer: Answer, decode: Callable[[bytes], T]) -> Response[T]:
    request_id = answer.headers.get("x-request-id")
    try:
        content = decode(answer.body)
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        failure = replace(
            call.about.failure(f"{error} ({len(answer.body)} bytes)"),
            status=answer.status,
            request_id=request_id,
        )
        raise errors.ResponseInvalid(failure) from None
    return Response(
        status=answer.status,
        body=answer.body,
        content=content,
        headers=answer.headers,
        request_id=request_id,
        version=answer.headers.get("intercom-version"),
    )
