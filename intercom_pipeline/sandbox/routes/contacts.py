"""Contacts: list, search, read, and what can be done to one."""

from intercom_pipeline.sandbox import shapes
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint
from intercom_pipeline.sandbox.listing import encoded, list_page, page_answer, search_page
from intercom_pipeline.sandbox.paging import Order

_DEFAULT_PER_PAGE, _MOST_PER_PAGE = 50, 150
# Intercom does not say how the list is sorted; newest first is what workspaces show.
_ORDER = Order(field="created_at")


def _list(call: Call) -> Answer:
    page = list_page(call, "contacts", _ORDER, default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE)
    return page_answer(call, "contacts", page, shape=shapes.contact)


def _search(call: Call) -> Answer:
    page = search_page(call, "contacts", _ORDER, default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE)
    return page_answer(call, "contacts", page, shape=shapes.contact)


def _get(call: Call) -> Answer:
    contacts = call.workspace.collections["contacts"]
    contacts.get(call.id)
    return Answer(body=encoded(call, "contacts", [contacts.position(call.id)], shapes.contact)[0])


ENDPOINTS = (
    Endpoint(method="GET", route="/contacts", family="contacts", answer=_list),
    Endpoint(method="POST", route="/contacts/search", family="contacts", answer=_search),
    Endpoint(method="GET", route="/contacts/{id}", family="contacts", answer=_get),
)
