"""The sandbox as an ASGI application: each request is let in, counted, answered."""

import asyncio
import uuid
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from intercom_pipeline.sandbox.conditions import Conditions
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint
from intercom_pipeline.sandbox.errors import ApiError, ErrorEntry, envelope, invalid, not_found, unauthorized
from intercom_pipeline.sandbox.limits import Allowance, RateLimit
from intercom_pipeline.sandbox.options import VERSIONS, Options
from intercom_pipeline.sandbox.request_log import Request, RequestLog
from intercom_pipeline.sandbox.routes import ENDPOINTS
from intercom_pipeline.sandbox.versions import at_least
from intercom_pipeline.sandbox.workspace import Workspace

_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


class Service:
    """What all requests share: the workspace, the conditions, the limit and the log."""

    def __init__(self, workspace: Workspace, options: Options) -> None:
        """Serve `workspace` as `options` say."""
        self.workspace = workspace
        self.options = options
        self.conditions = Conditions(token=options.token, latency_ms=options.latency_ms)
        self.limit = RateLimit(options.limit_per_minute, workspace.clock)
        self.requests = RequestLog()

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
            response = self._answer(endpoint, http, seen.body)
            seen.status, seen.sent_bytes = response.status_code, len(response.body)
            return response

    def _answer(self, endpoint: Endpoint, http: HttpRequest, body: bytes) -> Response:
        version = http.headers.get("intercom-version", self.options.pinned_version)
        headers = {"X-Request-Id": _request_id(), "Intercom-Version": version, "Date": self._date()}
        try:
            self._authorize(http)
            allowance = self.limit.take()
            headers |= allowance.headers()
            answer = self._admitted(endpoint, http, body, version, allowance)
        except ApiError as error:
            answer = _refusal(error, headers["X-Request-Id"])
        return _response(answer, headers)

    def _authorize(self, http: HttpRequest) -> None:
        scheme, _, token = http.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token != self.conditions.token:
            raise unauthorized()

    def _admitted(
        self, endpoint: Endpoint, http: HttpRequest, body: bytes, version: str, allowance: Allowance
    ) -> Answer:
        if not allowance.granted:
            raise allowance.exceeded()
        _check_version(endpoint, version)
        self.conditions.check(endpoint.family)
        call = Call(
            workspace=self.workspace,
            version=version,
            params=http.path_params,
            query=http.query_params,
            raw=body,
        )
        with self.workspace.lock:
            return endpoint.answer(call)

    def _date(self) -> str:
        return formatdate(self.workspace.clock.now(), usegmt=True)


def create_app(workspace: Workspace, options: Options | None = None) -> Starlette:
    """The sandbox for mounting in-process (`httpx.ASGITransport`); its `state.service` holds the `Service`."""
    return application(Service(workspace, options or workspace.options))


def application(service: Service) -> Starlette:
    """The ASGI application of a service."""
    unknown = Endpoint(method="", route="*", family="", answer=_nothing_here)
    routes = [*(_route(service, endpoint) for endpoint in ENDPOINTS), _route(service, unknown)]
    app = Starlette(routes=routes)
    app.state.service = service
    return app


def _route(service: Service, endpoint: Endpoint) -> Route:
    async def respond(http: HttpRequest) -> Response:
        return await service.respond(endpoint, http)

    if endpoint.route == "*":
        return Route("/{path:path}", respond, methods=_METHODS)
    return Route(endpoint.route, respond, methods=[endpoint.method])


def _nothing_here(_: Call) -> Answer:
    raise not_found("The requested path was not found")


def _check_version(endpoint: Endpoint, version: str) -> None:
    message = "Requested resource is not available in current API version."
    if version not in VERSIONS:
        message = f"The requested version {version} could not be found"
    elif at_least(version, endpoint.since):
        return
    raise invalid(message, code="intercom_version_invalid")


def _refusal(error: ApiError, request_id: str) -> Answer:
    entry = ErrorEntry(code=error.code, message=error.message, field=error.field)
    return Answer(body=envelope(request_id, entry), status=error.status, headers=error.headers)


def _response(answer: Answer, headers: Mapping[str, str]) -> Response:
    return Response(
        answer.body, answer.status, headers={**headers, **answer.headers}, media_type="application/json"
    )


def _request_id() -> str:
    return str(uuid.uuid4())


def describe(service: Service) -> dict[str, Any]:
    """The counters of a service, as `/_sandbox/counters` gives them."""
    return service.requests.counters()
