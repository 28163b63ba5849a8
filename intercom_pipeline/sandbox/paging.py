"""The ways Intercom hands out pages: an opaque page token, or a page number."""

import base64
import binascii
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from intercom_pipeline.sandbox.collection import OrderField, position_in, sort_key, time_in
from intercom_pipeline.sandbox.errors import ApiError, invalid

_NEVER_HANDED_OUT = (
    "Invalid starting_after param. Please try again using a starting_after value from a paginated response"
)
# Intercom's own host, whatever host was asked: a client that followed it as a URL would leave the sandbox.
_API = "https://api.intercom.io"
_CURSOR = msgspec.json.Decoder(dict[str, str])
_PAGE_TOKEN = msgspec.json.Decoder(tuple[int, int, int])


@dataclass(frozen=True, kw_only=True, slots=True)
class PageToken:
    """Where a page starts: after this sort key; `page` only counts."""

    after: int | None = None
    page: int = 1

    def text(self) -> str:
        """The token as `starting_after` carries it: base64 of a time, a position and a page number."""
        after = self.after or 0
        return base64.urlsafe_b64encode(
            msgspec.json.encode((time_in(after), position_in(after), self.page))
        ).decode()


@dataclass(frozen=True, kw_only=True, slots=True)
class PageRequest:
    """How much is asked for, and from where on."""

    per_page: int
    start: PageToken


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What a list is sorted by."""

    field: OrderField
    descending: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The positions of one page, in order, and what its `pages` object says."""

    positions: list[int]
    total_count: int
    pages: dict[str, Any]


def page_token_of(text: str | None) -> PageToken:
    """Read a `starting_after`; raises 400 `client_error` for one that was never handed out."""
    if text is None:
        return PageToken()
    try:
        time, position, page = _PAGE_TOKEN.decode(
            base64.b64decode(text.encode(), altchars=b"-_", validate=True)
        )
        return PageToken(after=sort_key(time, position), page=page)
    except (binascii.Error, msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise ApiError(status=400, code="client_error", message=_NEVER_HANDED_OUT) from error


def cursor_text(place: int) -> str:
    """A `next_cursor` that goes on at a place in the list: base64 of JSON, as in Intercom's example."""
    return base64.urlsafe_b64encode(msgspec.json.encode({"id": str(place)})).decode()


def cursor_of(text: str | None) -> int:
    """The place a `cursor` names, 0 without one; raises 400 `client_error` for one never handed out."""
    if text is None:
        return 0
    try:
        return int(_CURSOR.decode(base64.b64decode(text.encode(), altchars=b"-_", validate=True))["id"])
    except (binascii.Error, msgspec.MsgspecError, UnicodeEncodeError, KeyError, ValueError) as error:
        raise ApiError(status=400, code="client_error", message="Invalid cursor") from error


def page_request(asked: Mapping[str, Any], *, default: int, most: int) -> PageRequest:
    """Read `per_page` and `starting_after`; raises 400 for a page size that is no number from 1 to `most`."""
    return PageRequest(
        per_page=number(asked, "per_page", default=default, most=most),
        start=page_token_of(asked.get("starting_after")),
    )


def number(asked: Mapping[str, Any], name: str, *, default: int, most: int | None = None) -> int:
    """Read a positive number; raises 400 where it is none or over `most`."""
    value = asked.get(name)
    if value is None:
        return default
    try:
        read = int(value)
    except (TypeError, ValueError) as error:
        raise invalid(f"{name} must be an integer", field=name) from error
    if read < 1 or (most is not None and read > most):
        raise invalid(f"{name} must be between 1 and {most or 'any number'}", field=name)
    return read


def page_of(keys: Sequence[int], order: Order, asked: PageRequest, *, first: int, last: int) -> Page:
    """The page that starts after the page token in `keys[first:last]`, which are sorted upwards."""
    start, stop = _span(keys, order, asked, first, last)
    chosen = list(keys[start:stop])
    if order.descending:
        chosen.reverse()
    more = start > first if order.descending else stop < last
    total = last - first
    pages: dict[str, Any] = {
        "type": "pages",
        "page": asked.start.page,
        "per_page": asked.per_page,
        "total_pages": -(-total // asked.per_page),
    }
    if more:
        following = PageToken(after=chosen[-1], page=asked.start.page + 1)
        pages["next"] = {"per_page": asked.per_page, "starting_after": following.text()}
    return Page(positions=[position_in(key) for key in chosen], total_count=total, pages=pages)


def _span(keys: Sequence[int], order: Order, asked: PageRequest, first: int, last: int) -> tuple[int, int]:
    after = asked.start.after
    if order.descending:
        stop = last if after is None else min(last, bisect_left(keys, after, first, last))
        return max(first, stop - asked.per_page), stop
    start = first if after is None else bisect_right(keys, after, first, last)
    return start, min(last, start + asked.per_page)


def numbered_page(positions: Sequence[int], *, page: int, per_page: int, path: str) -> Page:
    """Page number `page` of `positions`; its `pages.next` is a URL, as Intercom gives it there."""
    total = len(positions)
    last = -(-total // per_page)
    following = f"{_API}{path}?page={page + 1}&per_page={per_page}" if page < last else None
    pages = {"type": "pages", "next": following, "page": page, "per_page": per_page, "total_pages": last}
    return Page(
        positions=list(positions[(page - 1) * per_page : page * per_page]), total_count=total, pages=pages
    )
