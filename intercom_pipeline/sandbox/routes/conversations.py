"""Conversations: list, search, read, and what can be done to one."""

from intercom_pipeline.sandbox import shapes
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.listing import list_page, page_answer, search_page
from intercom_pipeline.sandbox.paging import Order

_DEFAULT_PER_PAGE, _MOST_PER_PAGE = 20, 150
_ORDER = Order(field="updated_at")


def _list(call: Call) -> Answer:
    page = list_page(call, "conversations", _ORDER, default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE)
    return page_answer(
        call,
        "conversations",
        page,
        shape=shapes.conversation_item,
        name="conversations",
        type_="conversation.list",
    )


def _search(call: Call) -> Answer:
    page = search_page(call, "conversations", _ORDER, default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE)
    return page_answer(
        call,
        "conversations",
        page,
        shape=shapes.conversation_item,
        name="conversations",
        type_="conversation.list",
    )


def _get(call: Call) -> Answer:
    plain = call.query.get("display_as") == "plaintext"
    shape = shapes.plain_conversation if plain else shapes.conversation
    return json_answer(shape(call.workspace.collections["conversations"].get(call.id), call.version))


ENDPOINTS = (
    Endpoint(method="GET", route="/conversations", family="conversations", answer=_list),
    Endpoint(method="POST", route="/conversations/search", family="conversations", answer=_search),
    Endpoint(method="GET", route="/conversations/{id}", family="conversations", answer=_get),
)
