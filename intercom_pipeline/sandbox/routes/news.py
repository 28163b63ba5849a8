"""News items and newsfeeds."""

from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint
from intercom_pipeline.sandbox.listing import page_answer
from intercom_pipeline.sandbox.routes.lists import Respond, numbered, one, page_of_positions, shape_of

_ITEMS, _FEEDS = "/news/news_items", "/news/newsfeeds"
_A_PAGE, _ITEMS_OF_A_FEED_A_PAGE = 10, 20


def _items_of_feed(call: Call) -> Answer:
    call.workspace.collections["newsfeeds"].get(call.id)
    items = call.workspace.collections["news_items"]
    inside = [at for at in items.positions() if _published_in(items.at(at), call.id)]
    page = page_of_positions(call, inside, f"{_FEEDS}/{call.id}/items", default=_ITEMS_OF_A_FEED_A_PAGE)
    return page_answer(call, "news_items", page, shape=shape_of("news_items"))


def _published_in(item: Record, newsfeed_id: str) -> bool:
    return any(str(each["newsfeed_id"]) == newsfeed_id for each in item["newsfeed_assignments"])


def _get(route: str, answer: Respond) -> Endpoint:
    return Endpoint(method="GET", route=route, family="news", answer=answer)


ENDPOINTS = (
    _get(_ITEMS, numbered("news_items", _ITEMS, default=_A_PAGE)),
    _get(f"{_ITEMS}/{{id}}", one("news_items")),
    _get(_FEEDS, numbered("newsfeeds", _FEEDS, default=_A_PAGE)),
    _get(f"{_FEEDS}/{{id}}", one("newsfeeds")),
    _get(f"{_FEEDS}/{{id}}/items", _items_of_feed),
)
