"""Answers that hold many records: their encoded bytes joined, without decoding or encoding anything twice."""

from collections.abc import Iterable, Sequence

import msgspec

from intercom_pipeline.sandbox import shapes
from intercom_pipeline.sandbox.collection import Collection, Record
from intercom_pipeline.sandbox.endpoint import Answer, Call
from intercom_pipeline.sandbox.matching import Searched
from intercom_pipeline.sandbox.paging import (
    Order,
    Page,
    PageRequest,
    number,
    numbered_page,
    page_of,
    page_request,
)
from intercom_pipeline.sandbox.search import Rules, read_order, read_query
from intercom_pipeline.sandbox.shapes import Shape
from intercom_pipeline.sandbox.workspace import Workspace

_OF_A_RECORD, _MOST_OF_A_RECORD = 50, 150


def list_page(call: Call, kind: str, order: Order, *, default: int, most: int) -> Page:
    """The page of all records of a kind that the query string asks for."""
    keys = call.workspace.collections[kind].orders[order.field]
    asked = page_request(call.query, default=default, most=most)
    return page_of(keys, order, asked, first=0, last=len(keys))


def search_page(call: Call, kind: str, order: Order, *, default: int, most: int) -> Page:
    """The page of the records found that the body asks for; raises 400 for a query Intercom would refuse."""
    body = call.body
    query = read_query(body.get("query"), Rules(kind=kind, version=call.version))
    asked: PageRequest = page_request(body.get("pagination") or {}, default=default, most=most)
    searched = Searched(
        kind=kind,
        collection=call.workspace.collections[kind],
        query=query,
        order=read_order(body.get("sort"), default=order),
        zone=call.workspace.zone,
        unseen=call.workspace.unseen(kind),
    )
    return call.workspace.searcher.page(searched, asked)


def page_answer(
    call: Call, kind: str, page: Page, *, shape: Shape, name: str = "data", type_: str = "list"
) -> Answer:
    """The answer for a page: `{"type", <name>: [...], "total_count", "pages"}`."""
    tail = msgspec.json.encode({"type": type_, "total_count": page.total_count, "pages": page.pages})
    records = b",".join(encoded(call, kind, page.positions, shape))
    return Answer(body=b'{"%b":[%b],%b' % (name.encode(), records, tail[1:]))


def records_page(call: Call, records: Sequence[Record], *, path: str) -> Record:
    """The answer for the page of a record's own list that `page` and `per_page` ask for; 50 on a page.

    The descriptions speak of 15 and, in every example, show 50.
    """
    page = numbered_page(
        range(len(records)),
        page=number(call.query, "page", default=1),
        per_page=number(call.query, "per_page", default=_OF_A_RECORD, most=_MOST_OF_A_RECORD),
        path=path,
    )
    data = [records[place] for place in page.positions]
    return {"type": "list", "data": data, "total_count": page.total_count, "pages": page.pages}


def encoded(call: Call, kind: str, positions: Iterable[int], shape: Shape) -> list[bytes]:
    """Each record as JSON in the call's version."""
    return _encoded(call.workspace.collections[kind], call.version, positions, shape)


def warm(workspace: Workspace, version: str) -> None:
    """Encode every record that the long lists of a version show, so that reading them only joins bytes."""
    with workspace.lock:
        for kind, shape in _LONG_LISTS.items():
            collection = workspace.collections[kind]
            _encoded(collection, version, collection.positions(), shape)


def all_records(call: Call, kind: str, shape: Shape) -> list[msgspec.Raw]:
    """Every listed record of a kind, ready to be put into an answer."""
    positions = call.workspace.collections[kind].positions()
    return [msgspec.Raw(body) for body in encoded(call, kind, positions, shape)]


def _encoded(collection: Collection, version: str, positions: Iterable[int], shape: Shape) -> list[bytes]:
    def encode(record: Record) -> bytes:
        return msgspec.json.encode(shape(record, version))

    return [collection.encoded((shape, version), position, encode) for position in positions]


_LONG_LISTS: dict[str, Shape] = {
    "contacts": shapes.contact,
    "conversations": shapes.listed_conversation,
    "articles": shapes.listed_article,
}
