"""Macros (saved replies): the one list whose page token is base64 of `[updated_at, id]` (2.16)."""

import base64
import binascii
from typing import Any

import msgspec

from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.errors import invalid
from intercom_pipeline.sandbox.paging import number
from intercom_pipeline.sandbox.routes.lists import one, shape_of

_DEFAULT_PER_PAGE, _MOST_PER_PAGE = 50, 150
_TOKEN = msgspec.json.Decoder(tuple[float, str])


def _list(call: Call) -> Answer:
    per_page = number(call.query, "per_page", default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE)
    since, after = _updated_since(call), _page_token(call.query.get("starting_after"))
    macros = sorted(call.workspace.collections["macros"], key=_place, reverse=True)
    left = [one for one in macros if one["updated_at"] > since and (after is None or _place(one) < after)]
    shown = left[:per_page]
    following = {"starting_after": _token(shown[-1])} if len(left) > per_page else None
    pages: dict[str, Any] = {"type": "pages", "per_page": per_page, "next": following}
    shape = shape_of("macros")
    return json_answer(
        {"type": "list", "data": [shape(macro, call.version) for macro in shown], "pages": pages}
    )


def _place(macro: Record) -> tuple[float, str]:
    return float(macro["updated_at"]), macro["id"]


def _updated_since(call: Call) -> int:
    asked = call.query.get("updated_since", "-1")
    try:
        return int(asked)
    except ValueError as error:
        raise invalid("Invalid updated_since timestamp") from error


def _token(macro: Record) -> str:
    return base64.b64encode(msgspec.json.encode(_place(macro))).decode()


def _page_token(text: str | None) -> tuple[float, str] | None:
    if text is None:
        return None
    try:
        return _TOKEN.decode(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise invalid("Invalid starting_after cursor") from error


ENDPOINTS = (
    Endpoint(method="GET", route="/macros", family="conversations", answer=_list, since="2.16"),
    Endpoint(method="GET", route="/macros/{id}", family="conversations", answer=one("macros"), since="2.16"),
)
