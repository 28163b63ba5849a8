"""The few fields of a record that decide what is asked for next."""

import json
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from intercom_pipeline.warehouse.decode import mended, unix_seconds

_A_YEAR = 366 * 86_400


class _Fields(msgspec.Struct):
    id: Any = None
    created_at: Any = None
    updated_at: Any = None
    deleted_at: Any = None


class _Named(msgspec.Struct):
    name: Any = None


_fields, _named = msgspec.json.Decoder(_Fields), msgspec.json.Decoder(_Named)
_keys = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Head:
    """A record's identity and times.

    Attributes:
        id: Its id, empty where it has none.
        created_at: Unix seconds, 0 where it is not told.
        updated_at: When it last changed, or was deleted; unix seconds, None where it is not told, or absurd.
    """

    id: str
    created_at: int
    updated_at: int | None


def head_of(raw: msgspec.Raw | bytes) -> Head:
    """The head of a record, however odd the record."""
    try:
        fields = _fields.decode(raw)
    except msgspec.MsgspecError:
        # Lone surrogates and the like: the standard library reads them.
        loaded = json.loads(bytes(raw))
        known = loaded if isinstance(loaded, dict) else {}
        fields = _Fields(**{name: known.get(name) for name in _Fields.__struct_fields__})
    record_id = "" if fields.id is None else str(fields.id)
    newest = fields.deleted_at if fields.updated_at is None else fields.updated_at
    return Head(record_id, unix_seconds(fields.created_at) or 0, _sane(unix_seconds(newest)))


def name_of(record: msgspec.Raw | bytes) -> str:
    """The `name` of a record, empty where it has none; half a character in it is spelled out."""
    try:
        name = _named.decode(record).name
    except msgspec.DecodeError:
        name = _named.decode(mended(bytes(record))).name
    return name if isinstance(name, str) else ""


def _sane(updated_at: int | None) -> int | None:
    """No bookmark may move into a future in which nothing would be new any more."""
    return None if updated_at is None or updated_at > time.time() + _A_YEAR else updated_at


def reaches(records: Sequence[msgspec.Raw], floor: int) -> bool:
    """Whether a page, newest first, reaches below a time (unix seconds); unknown times say nothing."""
    known = [moment for raw in records if (moment := head_of(raw).updated_at) is not None]
    return bool(known) and min(known) < floor


def newest_update(records: Sequence[msgspec.Raw], known: int | None = None) -> int | None:
    """The highest `updated_at` of a page and what was known before (unix seconds)."""
    return max([known or 0, *(head_of(raw).updated_at or 0 for raw in records)]) or None


def last_created(records: Sequence[msgspec.Raw]) -> int:
    """The highest `created_at` of a page (unix seconds)."""
    return max((head_of(raw).created_at for raw in records), default=0)


def with_fields(record: msgspec.Raw | bytes, fields: Mapping[str, str]) -> msgspec.Raw | bytes:
    """A record with further keys in front; a key that it has itself counts instead."""
    # DuckDB reads no object that has a key twice.
    lacking = {key: value for key, value in fields.items() if key not in _keys_of(record)}
    if not lacking:
        return record
    own = bytes(record).lstrip()[1:].lstrip()
    return msgspec.json.encode(lacking)[:-1] + (b"" if own.startswith(b"}") else b",") + own


def _keys_of(record: msgspec.Raw | bytes) -> Collection[str]:
    try:
        return _keys.decode(record)
    except msgspec.MsgspecError:
        return ()
