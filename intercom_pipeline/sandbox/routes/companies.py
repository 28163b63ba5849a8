"""Companies: list, scroll, read, create, change, delete, and their notes."""

from collections.abc import Callable
from typing import Any

import msgspec

from intercom_pipeline.sandbox import shapes
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.errors import invalid, not_found
from intercom_pipeline.sandbox.listing import encoded, page_answer, records_page
from intercom_pipeline.sandbox.paging import number, numbered_page
from intercom_pipeline.sandbox.routes.contact_lists import named

_DEFAULT_PER_PAGE, _MOST_PER_PAGE = 15, 60
_MOST_COMPANIES = 10_000
# What a request may set (create_or_update_company_request).
_WRITABLE = frozenset(
    {
        "name",
        "company_id",
        "size",
        "website",
        "industry",
        "custom_attributes",
        "remote_created_at",
        "monthly_spend",
    }
)


def _list(call: Call) -> Answer:
    asked, per_page = (
        number(call.query, "page", default=1),
        number(call.query, "per_page", default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE),
    )
    if asked * per_page > _MOST_COMPANIES:
        raise invalid("page limit reached, please use scroll API", code="page_limit_reached")
    positions = call.workspace.companies_by_last_request()
    if call.query.get("order") == "asc":
        positions = positions[::-1]
    page = numbered_page(positions, page=asked, per_page=per_page, path="/companies/list")
    return page_answer(call, "companies", page, shape=shapes.company)


def _scroll(call: Call) -> Answer:
    workspace = call.workspace
    param, positions = workspace.scroll.page(
        call.query.get("scroll_param") or None, taken_status=workspace.options.scroll_taken_status
    )
    data = [msgspec.Raw(body) for body in encoded(call, "companies", positions, shapes.company)]
    return json_answer(
        {"type": "list", "data": data, "pages": None, "total_count": None, "scroll_param": param}
    )


def _get(call: Call) -> Answer:
    return json_answer(shapes.company(call.workspace.collections["companies"].get(call.id), call.version))


def _create(call: Call) -> Answer:
    """A `company_id` that is known changes that company."""
    fields, companies = _fields(call), call.workspace.collections["companies"]
    given = fields.get("company_id")
    known = next((each for each in companies if given is not None and each["company_id"] == given), None)
    made = (
        call.workspace.create_company(**fields)
        if known is None
        else call.workspace.update_company(known["id"], **fields)
    )
    return json_answer(shapes.company(made, call.version))


def _update(call: Call) -> Answer:
    changed = call.workspace.update_company(call.id, **_fields(call))
    return json_answer(shapes.company(changed, call.version))


def _delete(call: Call) -> Answer:
    call.workspace.delete_company(call.id)
    return json_answer({"id": call.id, "object": "company", "deleted": True})


def _segments(call: Call) -> Answer:
    held = call.workspace.collections["companies"].get(call.id)["segments"]["segments"]
    return json_answer({"type": "list", "data": [shapes.segment(each, call.version) for each in held]})


def _notes(call: Call) -> Answer:
    held = call.workspace.collections["companies"].get(call.id)["notes"]["notes"]
    shown = [shapes.note(note, call.version) for note in held]
    return json_answer(records_page(call, shown, path=f"/companies/{call.id}/notes"))


def _add_note(call: Call) -> Answer:
    admin_id = call.body.get("admin_id")
    if admin_id is not None and str(admin_id) not in call.workspace.collections["admins"]:
        raise not_found()
    body = shapes.html_of(named(call, "body"))
    note = call.workspace.add_company_note(call.id, body, admin_id=admin_id and str(admin_id))
    return json_answer(shapes.note(note, call.version))


def _fields(call: Call) -> dict[str, Any]:
    return {name: value for name, value in call.body.items() if name in _WRITABLE}


def _endpoint(method: str, route: str, answer: Callable[[Call], Answer], since: str = "2.11") -> Endpoint:
    return Endpoint(method=method, route=route, family="companies", answer=answer, since=since)


ENDPOINTS = (
    _endpoint("POST", "/companies/list", _list),
    _endpoint("GET", "/companies", _list),
    _endpoint("POST", "/companies", _create),
    # Intercom on a scroll that met a 500: it cannot go on from where it was.
    Endpoint(
        method="GET",
        route="/companies/scroll",
        family="companies",
        answer=_scroll,
        after_500=lambda workspace: workspace.lose_scroll(),
    ),
    _endpoint("GET", "/companies/{id}", _get),
    _endpoint("PUT", "/companies/{id}", _update),
    _endpoint("DELETE", "/companies/{id}", _delete),
    _endpoint("GET", "/companies/{id}/segments", _segments),
    _endpoint("GET", "/companies/{id}/notes", _notes, since="2.15"),
    _endpoint("POST", "/companies/{id}/notes", _add_note, since="2.16"),
)
