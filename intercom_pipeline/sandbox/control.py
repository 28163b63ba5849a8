"""`/_sandbox/…`: seeing into a sandbox that runs in another process, and changing what happens in it.

No token is asked for; only the machine itself is let in. Every body and answer is JSON:

    GET    /_sandbox/counters     requests in all and by endpoint and status, the most at once
    DELETE /_sandbox/counters     set them to 0
    GET    /_sandbox/requests     the requests kept, oldest first: method, path, query, body, status
    POST   /_sandbox/faults       {"kind": "500-json", "match": …, "times": …}, or a list: put in force
    DELETE /_sandbox/faults       let everything go well again
    POST   /_sandbox/conditions   {"latency_ms", "token", "missing_permissions", "others_per_second",
                                  "searchable_after_seconds"}: those named are changed
    POST   /_sandbox/consume      {"count": 100}: another app uses up that much of the rate limit's window
    POST   /_sandbox/clock        {"freeze": seconds or null}, {"advance": seconds}, {"set": seconds}
                                  or {"run": null}
    POST   /_sandbox/mutate       {"do": "reply", "with": {"conversation_id": …}}: a workspace's method
    GET    /_sandbox/records/KIND what the source holds now (`?version=2.14`)
"""

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from intercom_pipeline.sandbox.faults import Fault
from intercom_pipeline.sandbox.kinds import KINDS
from intercom_pipeline.sandbox.options import NEWEST_VERSION
from intercom_pipeline.sandbox.request_log import Request as Asked
from intercom_pipeline.sandbox.service import CONTROL, Service
from intercom_pipeline.sandbox.truth import TRUTHS

MUTATIONS = frozenset(
    {
        "create",
        "update",
        "delete",
        "create_contact",
        "update_contact",
        "archive_contact",
        "delete_contact",
        "merge_contacts",
        "restore_contact",
        "tag_contact",
        "untag_contact",
        "attach_company",
        "detach_company",
        "add_note",
        "delete_notes",
        "create_company",
        "update_company",
        "delete_company",
        "tag_company",
        "untag_company",
        "add_company_note",
        "hold_scroll",
        "release_scroll",
        "attach_subscription",
        "detach_subscription",
        "join_segment",
        "leave_segment",
        "create_conversation",
        "reply",
        "close",
        "open",
        "snooze",
        "assign",
        "tag_conversation",
        "add_parts",
        "update_conversation",
        "untag_conversation",
        "join_conversation",
        "leave_conversation",
        "merge_conversations",
        "delete_conversation",
        "restore_conversation",
        "create_ticket",
        "update_ticket",
        "set_ticket_state",
        "reply_to_ticket",
        "assign_ticket",
        "link_ticket",
        "add_ticket_parts",
        "delete_ticket",
        "restore_ticket",
        "create_call",
        "end_call",
        "log_activity",
        "set_away",
        "create_article",
        "update_article",
        "translate_article",
        "delete_article",
    }
)
_CLOCK = frozenset({"freeze", "advance", "set", "run"})
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_FAULTS = msgspec.json.Decoder(list[Fault] | Fault)

Act = Callable[[Service, bytes], Any]


def routes(service: Service) -> list[Route]:
    """The control endpoints of a service."""
    acts: dict[tuple[str, str], Act] = {
        ("GET", "counters"): lambda service, _: service.requests.counters(),
        ("DELETE", "counters"): lambda service, _: service.requests.reset(),
        ("GET", "requests"): lambda service, _: [_asked(request) for request in service.requests],
        ("POST", "faults"): _add_faults,
        ("DELETE", "faults"): lambda service, _: service.faults.clear(),
        ("POST", "conditions"): _set_conditions,
        ("POST", "consume"): lambda service, body: service.limit.consume(_object(body)["count"]),
        ("POST", "clock"): _set_clock,
        ("POST", "mutate"): _mutate,
    }
    return [_route(service, method, name, act) for (method, name), act in acts.items()] + [_records(service)]


def _route(service: Service, method: str, name: str, act: Act) -> Route:
    async def respond(http: Request) -> Response:
        _only_this_machine(http)
        body = await http.body()
        try:
            return _json(act(service, body))
        except (msgspec.MsgspecError, TypeError, KeyError, ValueError) as error:
            raise HTTPException(400, f"{type(error).__name__}: {error}") from error

    return Route(f"{CONTROL}{name}", respond, methods=[method])


def _records(service: Service) -> Route:
    async def respond(http: Request) -> Response:
        _only_this_machine(http)
        kind = http.path_params["kind"]
        if kind not in KINDS and kind not in TRUTHS:
            raise HTTPException(404, f"no such kind: {kind}")
        version = http.query_params.get("version", NEWEST_VERSION)
        return _json(service.workspace.records(kind, version=version))

    return Route(f"{CONTROL}records/{{kind}}", respond, methods=["GET"])


def _only_this_machine(http: Request) -> None:
    if http.client is not None and http.client.host not in _LOOPBACK:
        raise HTTPException(403, "the control endpoints serve this machine only")


def _asked(request: Asked) -> dict[str, Any]:
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "body": request.body.decode("utf-8", "replace"),
        "status": request.status,
    }


def _add_faults(service: Service, body: bytes) -> dict[str, int]:
    read = _FAULTS.decode(body)
    service.faults.add(*(read if isinstance(read, list) else [read]))
    return {"faults": len(service.faults)}


def _set_conditions(service: Service, body: bytes) -> None:
    for name, value in _object(body).items():
        match name:
            case "latency_ms" | "token":
                setattr(service.conditions, name, value)
            case "missing_permissions":
                service.conditions.missing_permissions = set(value)
            case "others_per_second":
                service.limit.others_per_second = float(value)
            case "searchable_after_seconds":
                service.workspace.searchable_after_seconds = float(value)
            case _:
                raise KeyError(name)


def _set_clock(service: Service, body: bytes) -> dict[str, float]:
    clock = service.workspace.clock
    for name, value in _object(body).items():
        if name not in _CLOCK:
            raise KeyError(name)
        act = getattr(clock, name)
        act() if value is None else act(value)
    return {"now": clock.now()}


def _mutate(service: Service, body: bytes) -> Any:
    asked = _object(body)
    if asked["do"] not in MUTATIONS:
        raise ValueError(f"{asked['do']!r} is none of {', '.join(sorted(MUTATIONS))}")
    return getattr(service.workspace, asked["do"])(**asked.get("with", {}))


def _object(body: bytes) -> dict[str, Any]:
    return msgspec.json.decode(body, type=dict[str, Any])


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
