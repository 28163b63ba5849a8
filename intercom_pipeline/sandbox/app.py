"""The sandbox as an ASGI application."""

import logging

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from intercom_pipeline.sandbox import control
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint
from intercom_pipeline.sandbox.errors import not_found
from intercom_pipeline.sandbox.options import Options
from intercom_pipeline.sandbox.routes import ENDPOINTS, oauth
from intercom_pipeline.sandbox.routing import ELSEWHERE
from intercom_pipeline.sandbox.service import Service
from intercom_pipeline.sandbox.workspace import Workspace

_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
_log = logging.getLogger(__name__)


def create_app(workspace: Workspace, options: Options | None = None) -> Starlette:
    """The sandbox for mounting in-process (`httpx.ASGITransport`); its `state.service` holds the `Service`.

    There a broken connection is a `ConnectionResetError`, as there is no socket to break.
    """
    return application(Service(workspace, options or workspace.options))


def application(service: Service) -> Starlette:
    """The ASGI application of a service."""
    consent = oauth.endpoints(service.oauth, service.conditions, service.options.app_name)
    routes = [_route(service, endpoint) for endpoint in (*ENDPOINTS, *consent)]
    app = Starlette(routes=[*routes, *control.routes(service), _elsewhere(service)])
    app.state.service = service
    return app


def _route(service: Service, endpoint: Endpoint) -> Route:
    async def respond(http: Request) -> Response:
        try:
            return await service.respond(endpoint, http)
        except ClientDisconnect:
            raise  # Whoever asked is gone: that is no failure of the sandbox.
        except Exception:
            _log.exception("the sandbox failed to answer %s %s", http.method, http.url.path)
            raise

    return Route(endpoint.route, respond, methods=[endpoint.method])


def _elsewhere(service: Service) -> Route:
    nothing = Endpoint(method="", route=ELSEWHERE, family="", answer=_nothing_here)

    async def respond(http: Request) -> Response:
        return await service.respond(nothing, http)

    return Route("/{path:path}", respond, methods=list(_METHODS))


def _nothing_here(_: Call) -> Answer:
    raise not_found("The requested path was not found")
