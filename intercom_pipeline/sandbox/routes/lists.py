"""Answers that need nothing but the kind: a whole list, a numbered page of one, a single record."""

from collections.abc import Callable
from functools import cache, partial

from msgspec import Raw

from intercom_pipeline.sandbox.collection import position_in
from intercom_pipeline.sandbox.endpoint import Answer, Call, json_answer
from intercom_pipeline.sandbox.listing import all_records, encoded, page_answer
from intercom_pipeline.sandbox.paging import Page, number, numbered_page
from intercom_pipeline.sandbox.shapes import Shape
from intercom_pipeline.sandbox.versions import shaped

_MOST_COUNTED = 50

Respond = Callable[[Call], Answer]


@cache
def shape_of(kind: str) -> Shape:
    """A record of a kind as each version shows it."""
    return partial(shaped, kind)


def one(kind: str) -> Respond:
    """The record whose id is in the path, or the kind's 404."""

    def answer(call: Call) -> Answer:
        return json_answer(shape_of(kind)(call.workspace.collections[kind].get(call.id), call.version))

    return answer


def whole(kind: str, *, type_: str = "list") -> Respond:
    """Every record in one answer, oldest first: `{"type", "data"}`."""

    def answer(call: Call) -> Answer:
        return json_answer({"type": type_, "data": all_records(call, kind, shape_of(kind))})

    return answer


def numbered(kind: str, path: str, *, default: int, most: int | None = None) -> Respond:
    """A page by number, the last changed first: `{"type", "data", "total_count", "pages"}`."""

    def answer(call: Call) -> Answer:
        page = newest_page(call, kind, path, default=default, most=most)
        return page_answer(call, kind, page, shape=shape_of(kind))

    return answer


def counted(kind: str) -> Respond:
    """A page of at most 50: `{"type", "data", "total_count", "page", "per_page", "total_pages"}`."""

    def answer(call: Call) -> Answer:
        most = _MOST_COUNTED
        page = newest_page(call, kind, "", default=most, most=most)
        shown = [Raw(body) for body in encoded(call, kind, page.positions, shape_of(kind))]
        told = {name: page.pages[name] for name in ("page", "per_page", "total_pages")}
        return json_answer({"type": "list", "data": shown, "total_count": page.total_count, **told})

    return answer


def newest_page(call: Call, kind: str, path: str, *, default: int, most: int | None = None) -> Page:
    """The page that the query's `page` and `per_page` ask for, the last changed record first."""
    newest_last = call.workspace.collections[kind].orders["updated_at"]
    positions = [position_in(key) for key in reversed(newest_last)]
    return page_of_positions(call, positions, path, default=default, most=most)


def page_of_positions(
    call: Call, positions: list[int], path: str, *, default: int, most: int | None = None
) -> Page:
    """The page of these positions that the query's `page` and `per_page` ask for."""
    return numbered_page(
        positions,
        page=number(call.query, "page", default=1),
        per_page=number(call.query, "per_page", default=default, most=most),
        path=path,
    )
