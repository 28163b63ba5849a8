"""What a running sandbox is, and how it answers one request."""

import asyncio
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import partial

import msgspec
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from intercom_pipeline.sandbox.broken import broken, looping
from intercom_pipeline.sandbox.conditions import Conditions
from intercom_pipeline.sandbox.connections import is_live
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint
from intercom_pipeline.sandbox.errors import ApiError, ErrorEntry, envelope, invalid
from intercom_pipeline.sandbox.faults import CutAt, Fault, FaultKind, Faults
from intercom_pipeline.sandbox.limits import RateLimit
from intercom_pipeline.sandbox.oauth import OAuth
from intercom_pipeline.sandbox.options import VERSIONS, Options
from intercom_pipeline.sandbox.request_log import Request, RequestLog
from intercom_pipeline.sandbox.routing import route_of
from intercom_pipeline.sandbox.versions import at_least
from intercom_pipeline.sandbox.workspace import Workspace

CONTROL = "/_sandbox/"
"""Where the sandbox is seen into and changed; no part of Intercom's API."""

_SERVER_ERROR = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A request that has come, with what every answer to it carries."""

    endpoint: Endpoint
    http: HttpRequest
    body: bytes
    version: str
    headers: Mapping[str, str]
    token: str


class Service:
    """What all requests share: the workspace, the conditions, the faults, the limit and the log."""

    def __init__(self, workspace: Workspace, options: Options) -> None:
        """Serve `workspace` as `options` say."""
        self.workspace = workspace
        self.options = options
        self.conditions = Conditions(token=options.token, latency_ms=options.latency_ms)
        self.oauth = OAuth(options, workspace.clock, self.conditions)
        self.faults = Faults(workspace.seed)
        self.limit = RateLimit(options.limit_per_minute, workspace.clock)
        self.requests = RequestLog()
        self.after_each_request: list[Callable[[Request], object]] = []
        """What happens in the workspace once a request is answered, before the answer is sent."""

    async def respond(self, endpoint: Endpoint, http: HttpRequest) -> Response:
        """Answer a request and count it."""
        seen = Request(
            method=http.method,
            route=endpoint.route,
            path=http.url.path,
            query=http.url.query,
            headers=http.headers,
        )
        with self.requests.following(seen):
            seen.body = await http.body()
            if self.conditions.latency_ms:
                await asyncio.sleep(self.conditions.latency_ms / 1000)
            response = self._response(endpoint, http, seen)
            seen.status, seen.sent_bytes = response.status_code, len(response.body)
            for act in self.after_each_request:
                act(seen)
            return response

    def _response(self, endpoint: Endpoint, http: HttpRequest, seen: Request) -> Response:
        version = http.headers.get("intercom-version", self.options.pinned_version)
        headers = {"X-Request-Id": str(uuid.uuid4()), "Intercom-Version": version, "Date": self._date()}
        arrival = Arrival(
            endpoint=endpoint,
            http=http,
            body=seen.body,
            version=version,
            headers=headers,
            token="" if endpoint.open else _bearer(http),
        )
        try:
            if not endpoint.open:
                self.conditions.let_in(arrival.token)
        except ApiError as error:
            return _response(_refusal(error, arrival), headers)
        return self._limited(arrival, f"{seen.method} {seen.path}", seen.endpoint)

    def _limited(self, arrival: Arrival, *names: str) -> Response:
        allowance = self.limit.take()
        headers = {**arrival.headers, **allowance.headers()}
        if not allowance.granted:
            return _response(_refusal(allowance.exceeded(), arrival), headers)
        good = partial(self._good, arrival, headers)
        fault = self._fault(arrival, *names)
        if fault is None:
            return good()
        if fault.kind is FaultKind.LOOP:
            return looping(good(), _page_token(arrival))
        if fault.late_seconds:
            good = partial(self._good_later, fault.late_seconds, good)
        spoiled = broken(fault, headers, good, self.workspace.clock.seconds())
        if spoiled.status_code == _SERVER_ERROR and arrival.endpoint.after_500:
            arrival.endpoint.after_500(self.workspace)
        return spoiled

    def struck_unread(self, method: str, path: str) -> Fault | None:
        """The fault that cuts off a request of which only the first line was read; notes such a request.

        One that is cut off before anything is read is not noted, since nobody knows of it. What controls the
        sandbox is never cut off: nobody could end the fault.
        """
        if path.startswith(CONTROL):
            return None
        route = route_of(method, path)
        fault = self.faults.pick(f"{method} {path}", f"{method} {route}", unread=True)
        if fault is not None and fault.cut_at is not CutAt.BEFORE_REQUEST:
            with self.requests.following(
                Request(method=method, route=route, path=path, query="", headers={})
            ):
                pass
        return fault

    def _fault(self, arrival: Arrival, *names: str) -> Fault | None:
        if not is_live(arrival.http.scope):
            # Without a socket there is no protocol that could have asked before.
            cut = self.faults.pick(*names, unread=True)
            if cut is not None:
                return cut
        return self.faults.pick(*names)

    def _good_later(self, seconds: float, good: Callable[[], Response]) -> Response:
        """Have a request applied later; whoever asked hears nothing of it."""
        self.workspace.later(seconds, good)
        return Response()

    def _good(self, arrival: Arrival, headers: Mapping[str, str]) -> Response:
        try:
            return _response(self._answer(arrival), headers)
        except ApiError as error:
            return _response(_refusal(error, arrival), headers)

    def _answer(self, arrival: Arrival) -> Answer:
        _check_version(arrival.endpoint, arrival.version)
        self.conditions.check(arrival.endpoint.family, arrival.token)
        call = Call(
            workspace=self.workspace,
            version=arrival.version,
            params=arrival.http.path_params,
            query=arrival.http.query_params,
            raw=arrival.body,
            headers=arrival.http.headers,
            token=arrival.token,
        )
        with self.workspace.lock:
            self.workspace.catch_up()
            return arrival.endpoint.answer(call)

    def _date(self) -> str:
        return formatdate(self.workspace.clock.now(), usegmt=True)


def _bearer(http: HttpRequest) -> str:
    """The access token of a request; empty where it carries none."""
    scheme, _, token = http.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _page_token(arrival: Arrival) -> str | None:
    asked = msgspec.json.decode(arrival.body or b"{}").get("pagination", arrival.http.query_params)
    token: str | None = asked.get("starting_after")
    return token


def _check_version(endpoint: Endpoint, version: str) -> None:
    message = "Requested resource is not available in current API version."
    if version not in VERSIONS:
        message = f"The requested version {version} could not be found"
    elif at_least(version, endpoint.since):
        return
    raise invalid(message, code="intercom_version_invalid")


def _refusal(error: ApiError, arrival: Arrival) -> Answer:
    entry = ErrorEntry(code=error.code, message=error.message, field=error.field)
    body = envelope(arrival.headers["X-Request-Id"], entry)
    return Answer(body=body, status=error.status, headers=error.headers)


def _response(answer: Answer, headers: Mapping[str, str]) -> Response:
    every = {**headers, **answer.headers}
    return Response(answer.body, answer.status, headers=every, media_type="application/json")
