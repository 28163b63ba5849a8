"""Is this body what it should be? And what records does it hold?"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

# msgspec refuses a lone surrogate such as "\ud800", which Intercom's texts may hold.
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_SPACE = rb"\\u0020"  # as long, and harmless in any place


class BodyInvalid(ValueError):
    """The body is not the JSON that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBody:
    """One response of a listing, taken apart once."""

    records: list[msgspec.Raw]
    """Each record's own bytes, exactly as sent."""
    total_count: int | None
    pages: Any
    """The `pages` object as sent, or the same facts where they stand beside the records: a dict, or None."""


def whole_json(body: bytes) -> bytes:
    """The body itself, checked to be one complete JSON value in UTF-8. Raises BodyInvalid."""
    _decode(body, msgspec.json.Decoder(msgspec.Raw).decode)
    return body


def decoded(raw: bytes | msgspec.Raw) -> Any:
    """What JSON says, half of a character included, which strict parsers refuse. Raises BodyInvalid."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        pass
    try:
        return json.loads(bytes(raw))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BodyInvalid(str(error)) from None
    except ValueError:
        raise BodyInvalid("a number in it has too many digits") from None


def page_body(body: bytes, records: str) -> PageBody:
    """The records found under the name `records`, and the paging facts beside them. Raises BodyInvalid."""
    page, text = _decode(body, _decoder(records).decode)
    raw = page.records if text is body else _restored(page.records, text, body)
    count = page.total_count
    # Audiences and content snippets come with these beside their records.
    pages = page.pages or {"page": page.page, "total_pages": page.total_pages}
    return PageBody(records=raw, total_count=count if isinstance(count, int) else None, pages=pages)


@cache
def _decoder(records: str) -> msgspec.json.Decoder[Any]:
    facts = ("total_count", "pages", "page", "total_pages")
    fields: list[Any] = [("records", list[msgspec.Raw]), *((name, Any, None) for name in facts)]
    return msgspec.json.Decoder(msgspec.defstruct("Page", fields, rename={"records": records}))


def _decode(body: bytes, decode: Callable[[bytes], Any]) -> tuple[Any, bytes]:
    """What `decode` makes of the body, and the text it made it of: the body, or a copy without surrogates."""
    try:
        if not body.isascii():
            body.decode()  # msgspec does not look at the bytes of a record
        return decode(body), body
    except msgspec.DecodeError as error:
        text = _SURROGATE.sub(_SPACE, body)
        if text == body:
            raise BodyInvalid(str(error)) from None
    except (ValueError, RecursionError) as error:
        raise BodyInvalid(str(error)) from None
    try:
        return decode(text), text
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BodyInvalid(str(error)) from None


def _restored(records: list[msgspec.Raw], text: bytes, body: bytes) -> list[msgspec.Raw]:
    """The same stretches of `body`, which is as long as `text`."""
    restored, position = [], 0
    for record in records:
        start = text.index(bytes(record), position)
        position = start + len(bytes(record))
        restored.append(msgspec.Raw(body[start:position]))
    return restored
