"""Companies."""

from intercom_pipeline.sandbox import shapes
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.errors import invalid
from intercom_pipeline.sandbox.listing import page_answer
from intercom_pipeline.sandbox.paging import number, numbered_page

_DEFAULT_PER_PAGE, _MOST_PER_PAGE = 15, 60
_MOST_COMPANIES = 10_000


def _list(call: Call) -> Answer:
    companies = call.workspace.collections["companies"]
    asked, per_page = (
        number(call.query, "page", default=1),
        number(call.query, "per_page", default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE),
    )
    if asked * per_page > _MOST_COMPANIES:
        raise invalid("page limit reached, please use scroll API", code="page_limit_reached")
    positions = sorted(
        companies.positions(), key=lambda at: companies.at(at).get("last_request_at") or 0, reverse=True
    )
    page = numbered_page(positions, page=asked, per_page=per_page, path="/companies/list")
    return page_answer(call, "companies", page, shape=shapes.company)


def _get(call: Call) -> Answer:
    return json_answer(shapes.company(call.workspace.collections["companies"].get(call.id), call.version))


ENDPOINTS = (
    Endpoint(method="POST", route="/companies/list", family="companies", answer=_list),
    Endpoint(method="GET", route="/companies", family="companies", answer=_list),
    Endpoint(method="GET", route="/companies/{id}", family="companies", answer=_get),
)
