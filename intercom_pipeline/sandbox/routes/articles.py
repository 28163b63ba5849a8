"""Articles of the help centre."""

from intercom_pipeline.sandbox import shapes
from intercom_pipeline.sandbox.collection import position_in
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.listing import page_answer
from intercom_pipeline.sandbox.paging import number, numbered_page

_DEFAULT_PER_PAGE = 25


def _list(call: Call) -> Answer:
    newest_last = call.workspace.collections["articles"].orders["updated_at"]
    page = numbered_page(
        [position_in(key) for key in reversed(newest_last)],
        page=number(call.query, "page", default=1),
        per_page=number(call.query, "per_page", default=_DEFAULT_PER_PAGE),
        path="/articles",
    )
    return page_answer(call, "articles", page, shape=shapes.listed_article)


def _get(call: Call) -> Answer:
    return json_answer(shapes.article(call.workspace.collections["articles"].get(call.id), call.version))


ENDPOINTS = (
    Endpoint(method="GET", route="/articles", family="articles", answer=_list),
    Endpoint(method="GET", route="/articles/{id}", family="articles", answer=_get),
)
