"""Is a record whole? And how it is made so where Intercom shows the first 10 entries of its lists only."""

import re
from typing import Any

import msgspec

from intercom_pipeline.intercom.client import Client
from intercom_pipeline.intercom.paging import numbered_pages
from intercom_pipeline.sync.stream import Rest, Stream

_CUT_SHORT = re.compile(rb'"has_more"\s*:\s*true')

_fields_of = msgspec.json.Decoder(dict[str, msgspec.Raw])


def is_partial(stream: Stream, raw: msgspec.Raw) -> bool:
    """Whether a page gave a part of a record only, so that more has to be asked for."""
    if stream.detail:
        return not (stream.whole_with and _holds_all(raw, stream.whole_with))
    # A glance at the bytes: each of a hundred thousand contacts passes here.
    return bool(stream.rests) and _CUT_SHORT.search(bytes(raw)) is not None


def _holds_all(raw: msgspec.Raw, key: str) -> bool:
    """Whether a record has as many entries in a list as the list says."""
    held = _held(bytes(_fields_of.decode(raw).get(key, b"null"))) or {}
    entries, total = held.get(key), held.get("total_count")
    return isinstance(entries, list) and isinstance(total, int) and len(entries) >= total


async def completed(client: Client, stream: Stream, record_id: str, raw: msgspec.Raw) -> bytes:
    """The record with its lists whole, each entry as Intercom gives the first 10."""
    fields = {name: bytes(value) for name, value in _fields_of.decode(raw).items()}
    for rest in stream.rests:
        held = _held(fields.get(rest.field))
        if held and held.get("has_more"):
            entries = await _entries(client, rest, record_id)
            whole = held | {"data": entries, "has_more": False, "total_count": len(entries)}
            fields[rest.field] = msgspec.json.encode(whole)
    inside = b",".join(msgspec.json.encode(name) + b":" + value for name, value in fields.items())
    return b"{" + inside + b"}"


def _held(value: bytes | None) -> dict[str, Any] | None:
    held = msgspec.json.decode(value or b"null")
    return held if isinstance(held, dict) else None


async def _entries(client: Client, rest: Rest, record_id: str) -> list[dict[str, Any]]:
    entries = []
    async for page in numbered_pages(client, rest.path.replace("{id}", record_id), per_page=50):
        for raw in page.records:
            entry = msgspec.json.decode(raw)
            if all(entry.get(name) == value for name, value in rest.picks):
                url = rest.url.replace("{id}", str(entry["id"]))
                entries.append({"type": entry.get("type"), "id": entry["id"], "url": url})
    return entries
