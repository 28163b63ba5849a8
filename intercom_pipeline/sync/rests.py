"""Whole lists for records in which Intercom shows the first 10 entries only."""

import re
from typing import Any

import msgspec

from intercom_pipeline.intercom.client import Client
from intercom_pipeline.intercom.paging import numbered_pages
from intercom_pipeline.sync.stream import Rest, Stream

_CUT_SHORT = re.compile(rb'"has_more"\s*:\s*true')

_fields_of = msgspec.json.Decoder(dict[str, msgspec.Raw])


def is_cut_short(stream: Stream, raw: msgspec.Raw) -> bool:
    """Whether a record of the stream may lack the rest of a list, at a glance at its bytes."""
    return bool(stream.rests) and _CUT_SHORT.search(bytes(raw)) is not None


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
