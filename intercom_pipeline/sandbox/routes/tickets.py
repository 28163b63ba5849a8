"""Tickets: search, read, create, change, reply, delete; their types and states."""

from collections.abc import Callable

from intercom_pipeline.sandbox import shapes
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.listing import all_records, page_answer, search_page
from intercom_pipeline.sandbox.paging import Order

_DEFAULT_PER_PAGE, _MOST_PER_PAGE = 20, 150
_ORDER = Order(field="updated_at")


def _search(call: Call) -> Answer:
    # Intercom's example of this answer shows each ticket with its parts, unlike that for conversations.
    page = search_page(call, "tickets", _ORDER, default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE)
    return page_answer(call, "tickets", page, shape=shapes.ticket, name="tickets", type_="ticket.list")


def _get(call: Call) -> Answer:
    return json_answer(shapes.ticket(call.workspace.collections["tickets"].get(call.id), call.version))


def _types(call: Call) -> Answer:
    return json_answer({"type": "list", "data": all_records(call, "ticket_types", shapes.ticket_type)})


def _type(call: Call) -> Answer:
    kind = call.workspace.collections["ticket_types"].get(call.id)
    return json_answer(shapes.ticket_type(kind, call.version))


def _states(call: Call) -> Answer:
    return json_answer({"type": "list", "data": all_records(call, "ticket_states", shapes.ticket_state)})


def _endpoint(method: str, route: str, answer: Callable[[Call], Answer], since: str = "2.11") -> Endpoint:
    return Endpoint(method=method, route=route, family="tickets", answer=answer, since=since)


ENDPOINTS = (
    _endpoint("POST", "/tickets/search", _search),
    _endpoint("GET", "/tickets/{id}", _get),
    _endpoint("GET", "/ticket_types", _types),
    _endpoint("GET", "/ticket_types/{id}", _type),
    _endpoint("GET", "/ticket_states", _states, since="2.12"),
)
