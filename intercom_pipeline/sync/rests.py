"""Is a record whole? And how it is made so where Intercom shows the first 10 entries of its lists only."""

import re
from collections.abc import Mapping

import msgspec

from intercom_pipeline.intercom.client import Client
from intercom_pipeline.intercom.paging import numbered_pages
from intercom_pipeline.sync.stream import Rest, Stream
from intercom_pipeline.warehouse.decode import mended

_CUT_SHORT = re.compile(rb'"has_more"\s*:\s*true')
_TRUE = b"true"

_fields_of = msgspec.json.Decoder(dict[str, msgspec.Raw])
_list_of = msgspec.json.Decoder(list[msgspec.Raw])
_count_of = msgspec.json.Decoder(int)

Fields = Mapping[str, bytes]


def is_partial(stream: Stream, raw: msgspec.Raw) -> bool:
    """Whether a page gave a part of a record only, so that more has to be asked for."""
    if stream.detail:
        return not (stream.whole_with and _holds_all(raw, stream.whole_with))
    # A glance at the bytes: each of a hundred thousand contacts passes here.
    return bool(stream.rests) and _CUT_SHORT.search(bytes(raw)) is not None


def _holds_all(raw: msgspec.Raw, key: str) -> bool:
    """Whether a record has as many entries in a list as the list says."""
    held = _fields(_fields(raw).get(key, b"{}"))
    try:
        return len(_list_of.decode(held[key])) >= _count_of.decode(held["total_count"])
    except (KeyError, msgspec.ValidationError):
        return False


async def completed(client: Client, stream: Stream, record_id: str, raw: msgspec.Raw) -> bytes:
    """The record with its lists whole, each entry as Intercom gives the first 10.

    Raises:
        IntercomError: A list could not be had.
    """
    fields = _fields(raw)
    for rest in stream.rests:
        held = _fields(fields.get(rest.field, b"{}"))
        if held.get("has_more") == _TRUE:
            entries = await _entries(client, rest, record_id, shown=held.get("data", b"[]"))
            count = str(len(entries)).encode()
            data = b"[" + b",".join(entries.values()) + b"]"
            whole = {**held, "data": data, "has_more": b"false", "total_count": count}
            fields[rest.field] = _object(whole)
    return _object(fields)


async def _entries(client: Client, rest: Rest, record_id: str, *, shown: bytes) -> dict[bytes, bytes]:
    """All entries by id; those that the record showed stay, also where the listing lags behind."""
    entries = {_fields(entry)["id"]: bytes(entry) for entry in _list_of.decode(shown)}
    async for page in numbered_pages(client, rest.path.replace("{id}", record_id), per_page=50):
        for fields in map(_fields, page.records):
            if all(fields.get(name) == msgspec.json.encode(value) for name, value in rest.picks):
                url = rest.url.replace("{id}", fields["id"].decode().strip('"'))
                own = {"type": fields["type"], "id": fields["id"], "url": msgspec.json.encode(url)}
                entries.setdefault(fields["id"], _object(own))
    return entries


def _fields(raw: msgspec.Raw | bytes) -> dict[str, bytes]:
    """The fields of an object, half a character in them spelled out; none where it is no object."""
    try:
        return {name: bytes(value) for name, value in _fields_of.decode(raw).items()}
    except msgspec.ValidationError:
        return {}
    except msgspec.DecodeError:
        return {name: bytes(value) for name, value in _fields_of.decode(mended(bytes(raw))).items()}


def _object(fields: Fields) -> bytes:
    inside = b",".join(msgspec.json.encode(name) + b":" + value for name, value in fields.items())
    return b"{" + inside + b"}"
