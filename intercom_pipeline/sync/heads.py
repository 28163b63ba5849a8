"""The few fields of a record that decide what is asked for next."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec


class _Fields(msgspec.Struct):
    id: Any = None
    created_at: Any = None
    updated_at: Any = None


_fields = msgspec.json.Decoder(_Fields)


@dataclass(frozen=True, slots=True)
class Head:
    """A record's identity and times.

    Attributes:
        id: Its id, empty where it has none.
        created_at: Unix seconds, 0 where it is not told.
        updated_at: Unix seconds, None where it is not told.
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
        fields = _Fields(**{name: known.get(name) for name in ("id", "created_at", "updated_at")})
    record_id = "" if fields.id is None else str(fields.id)
    return Head(record_id, _seconds(fields.created_at) or 0, _seconds(fields.updated_at))


def _seconds(value: Any) -> int | None:
    with suppress(TypeError, ValueError, OverflowError):
        return int(value)
    return None


def oldest_update(records: Sequence[msgspec.Raw]) -> int:
    """The lowest `updated_at` of a page (unix seconds), 0 where one has none."""
    return min((head_of(raw).updated_at or 0 for raw in records), default=0)


def newest_update(records: Sequence[msgspec.Raw], known: int | None = None) -> int | None:
    """The highest `updated_at` of a page and what was known before (unix seconds)."""
    return max([known or 0, *(head_of(raw).updated_at or 0 for raw in records)]) or None


def last_created(records: Sequence[msgspec.Raw]) -> int:
    """The highest `created_at` of a page (unix seconds)."""
    return max((head_of(raw).created_at for raw in records), default=0)
