"""From records as Intercom sent them to lines that DuckDB's JSON reader takes without a surprise.

A record whose fields are all known and well typed goes through as the bytes that arrived (2 µs). Any other is
taken apart field by field: what has no column, or does not fit its column, moves to `_extra`, and is noted.
DuckDB would round 1.7 to 2 in an integer column and read 1 as true: so types are checked here, not there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any

import msgspec

from intercom_pipeline.warehouse.table import PARENT, Column, Kind, Table

EXTRA = "_extra"
LATEST_TIME = 253_402_300_800
"""The first second of the year 10000: a later time is no time in seconds."""

_INT64 = 2**63
_EXACT_IN_A_DOUBLE = 2**53

_FITTING: Mapping[Kind, Any] = {
    Kind.ID: str | int | None,
    Kind.TEXT: str | None,
    Kind.INTEGER: Annotated[int, msgspec.Meta(ge=-_INT64, le=_INT64 - 1)] | None,
    Kind.NUMBER: float | Annotated[int, msgspec.Meta(ge=-_EXACT_IN_A_DOUBLE, le=_EXACT_IN_A_DOUBLE)] | None,
    Kind.BOOLEAN: bool | None,
    Kind.TIME: Annotated[int, msgspec.Meta(gt=0, lt=LATEST_TIME)] | None,
    Kind.JSON: msgspec.Raw,
}

type_checkers = {kind: msgspec.json.Decoder(fitting) for kind, fitting in _FITTING.items()}
_fields_of = msgspec.json.Decoder(dict[str, msgspec.Raw])
_list_of = msgspec.json.Decoder(list[msgspec.Raw])
_any = msgspec.json.Decoder()


class Drift(StrEnum):
    """How a record differed from what its table declares."""

    NEW_FIELD = "new field"
    MISFIT = "misfit"
    WITHOUT_KEY = "without key"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Note:
    """One observation of drift.

    Attributes:
        table: The table concerned.
        field: The record's key concerned.
        drift: What was observed.
    """

    table: str
    field: str
    drift: Drift


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One record, ready to be staged with its children.

    Attributes:
        key: The value of its primary key, as text.
        version: The value of its cursor, unix seconds, where it has one.
        line: One line of JSON for the record's own table.
        children: The lines of each child table.
        notes: What was noticed about it.
    """

    key: str
    version: int | None
    line: bytes
    children: Mapping[str, list[bytes]]
    notes: list[Note] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes held, about."""
        return len(self.line) + sum(len(line) for lines in self.children.values() for line in lines)


@dataclass(frozen=True, slots=True)
class _Line:
    line: bytes
    fields: Mapping[str, Any]


def decode(table: Table, raw: msgspec.Raw | bytes) -> Row | list[Note]:
    """One record of a table's own stream as a row, or the notes that say why it cannot be one.

    Raises:
        msgspec.DecodeError: The bytes are not JSON at all.
    """
    notes: list[Note] = []
    decoded = _decode_line(table, raw, notes)
    if decoded is None:
        return notes
    key = ", ".join(str(decoded.fields[name]) for name in _own_key(table))
    children = {
        child.name: list(_child_lines(child, key, decoded.fields.get(child.path[0]), notes))
        for child in table.children
    }
    version = decoded.fields.get(table.cursor) if table.cursor else None
    return Row(key=key, version=version, line=decoded.line, children=children, notes=notes)


def _decode_line(table: Table, raw: msgspec.Raw | bytes, notes: list[Note]) -> _Line | None:
    """The record's line and the fields that the caller needs; None when it has no primary key."""
    try:
        record = _checker(table).decode(raw)
    except msgspec.ValidationError:
        decoded = _decode_carefully(table, raw, notes)
    else:
        attributes = _attributes(table)
        line = _without(raw, table.detached) if table.detached else _one_line(raw)
        decoded = _Line(line, {key: getattr(record, attributes[key]) for key in _needed(table)})
    if decoded and any(decoded.fields.get(key) is None for key in _own_key(table)):
        notes.append(Note(table.name, ", ".join(_own_key(table)), Drift.WITHOUT_KEY))
        return None
    return decoded


def _decode_carefully(table: Table, raw: msgspec.Raw | bytes, notes: list[Note]) -> _Line | None:
    """Field by field: what fits stays, what does not moves to `_extra`."""
    try:
        record = {key: bytes(value) for key, value in _fields_of.decode(raw).items()}
    except msgspec.ValidationError:
        notes.append(Note(table.name, "", Drift.UNREADABLE))
        return None
    columns = _columns(table)
    kept = {key: _fitted(columns[key], value) for key, value in record.items() if key in columns}
    extra = {
        key: value
        for key, value in record.items()
        if kept.get(key) != value and key not in table.ignored and key not in table.detached
    }
    notes.extend(_notes(table, kept, extra))
    fields = {key: _readable(columns.get(key), kept, record, key) for key in _needed(table)}
    line = {key: value for key, value in kept.items() if value is not None}
    return _Line(_object(line | {EXTRA: _object(extra)} if extra else line), fields)


def _fitted(column: Column, value: bytes) -> bytes | None:
    """The value as its column takes it: as it is, converted, or None where it does not fit."""
    try:
        type_checkers[column.kind].decode(value)
    except msgspec.ValidationError:
        return _time(value) if column.kind is Kind.TIME else None
    return value


def _notes(table: Table, kept: Mapping[str, bytes | None], extra: Mapping[str, bytes]) -> Iterator[Note]:
    """What is worth noting about the fields that went to `_extra`."""
    for key, value in extra.items():
        if key not in kept:
            yield Note(table.name, key, Drift.NEW_FIELD)
        elif kept[key] is None and value != b"0":
            # Intercom writes 0 for "never" in a time: that is no drift.
            yield Note(table.name, key, Drift.MISFIT)


def _readable(
    column: Column | None, kept: Mapping[str, bytes | None], record: Mapping[str, bytes], key: str
) -> Any:
    """A field as the caller reads it: containers as raw JSON, keys and cursors as values."""
    if column is None or column.kind is Kind.JSON:
        return msgspec.Raw(record[key]) if key in record else None
    return _any.decode(kept.get(key) or b"null")


def _time(value: bytes) -> bytes | None:
    """Unix seconds from a number with a fraction, or from text holding a number or an ISO 8601 moment."""
    decoded = _any.decode(value)
    try:
        if isinstance(decoded, str) and not decoded.strip().isdigit():
            moment = datetime.fromisoformat(decoded)
            decoded = moment.timestamp() if moment.tzinfo else None
        seconds = int(decoded)
    except (TypeError, ValueError, OverflowError):
        return None
    return str(seconds).encode() if 0 < seconds < LATEST_TIME else None


def _child_lines(child: Table, parent: str, container: Any, notes: list[Note]) -> Iterator[bytes]:
    """The rows of one child table that a record holds."""
    prefix = b'{"' + PARENT.encode() + b'":' + msgspec.json.encode(parent)
    for element in _elements(child, container, notes):
        raw: msgspec.Raw | bytes = element
        if child.scalar:
            raw = b'{"' + child.scalar.encode() + b'":' + bytes(element) + b"}"
        decoded = _decode_line(child, raw, notes)
        if decoded is not None:
            yield prefix + (b"}" if decoded.line == b"{}" else b"," + decoded.line[1:])


def _elements(child: Table, container: Any, notes: list[Note]) -> list[msgspec.Raw]:
    """The records inside a record: the list that the child's path leads to, empty where there is none."""
    if not isinstance(container, msgspec.Raw) or bytes(container) in (b"", b"null"):
        return []
    try:
        for key in child.path[1:]:
            container = _fields_of.decode(container).get(key)
            if container is None or bytes(container) == b"null":
                return []
        return _list_of.decode(container)
    except msgspec.ValidationError:
        notes.append(Note(child.name, ".".join(child.path), Drift.UNREADABLE))
        return []


def _without(raw: msgspec.Raw | bytes, keys: frozenset[str]) -> bytes:
    return _object({key: bytes(value) for key, value in _fields_of.decode(raw).items() if key not in keys})


def _object(fields: Mapping[str, bytes]) -> bytes:
    inside = b",".join(msgspec.json.encode(key) + b":" + value for key, value in fields.items())
    return _one_line(b"{" + inside + b"}")


def _one_line(raw: msgspec.Raw | bytes) -> bytes:
    """JSON text without line breaks, which in valid JSON stand between values only."""
    line = bytes(raw)
    return line.replace(b"\n", b" ").replace(b"\r", b" ") if b"\n" in line or b"\r" in line else line


@cache
def _columns(table: Table) -> dict[str, Column]:
    """The columns that a record's keys feed."""
    return {column.key: column for column in table.sent if column.key != PARENT}


@cache
def _own_key(table: Table) -> tuple[str, ...]:
    """The keys of the primary key that the record itself brings."""
    return tuple(column.key for column in _columns(table).values() if column.name in table.primary_key)


@cache
def _needed(table: Table) -> tuple[str, ...]:
    """The keys whose values are read here: primary key, cursor, and those that hold children."""
    cursor = [column.key for column in table.sent if column.name == table.cursor]
    return tuple({*_own_key(table), *cursor, *(child.path[0] for child in table.children)})


@cache
def _attributes(table: Table) -> dict[str, str]:
    """Each key a record may have, with the attribute of the checking struct that stands for it."""
    keys = sorted({*_columns(table), *table.ignored, *table.detached})
    return {key: f"field_{number}" for number, key in enumerate(keys)}


@cache
def _checker(table: Table) -> msgspec.json.Decoder[Any]:
    """A decoder that refuses a record with an unknown key or a value that does not fit."""
    columns, attributes = _columns(table), _attributes(table)
    struct = msgspec.defstruct(
        f"{table.name}_record",
        [
            (attribute, _FITTING[columns[key].kind if key in columns else Kind.JSON], None)
            for key, attribute in attributes.items()
        ],
        rename={attribute: key for key, attribute in attributes.items()},
        forbid_unknown_fields=True,
        gc=False,
    )
    return msgspec.json.Decoder(struct)
