"""From records as Intercom sent them to lines that DuckDB's JSON reader takes without a surprise.

A record whose fields are all known and well typed goes through as the bytes that arrived (2 µs). Any other is
taken apart field by field: what has no column, or does not fit its column, moves to `_extra`, and is noted.
DuckDB would round 1.7 to 2 in an integer column and read 1 as true: so types are checked here, not there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from intercom_pipeline.warehouse.shape import LATEST_TIME, Shape, type_checkers
from intercom_pipeline.warehouse.table import LIST, PARENT, Column, Kind, Table

EXTRA = "_extra"

Line = bytes | msgspec.Raw
"""The JSON text of one record."""

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""An escape in a JSON string: a pair of surrogates, one alone (captured), or any other."""

_fields_of = msgspec.json.Decoder(dict[str, msgspec.Raw])
_any = msgspec.json.Decoder()


class Drift(StrEnum):
    """How a record differed from what its table declares."""

    NEW_FIELD = "new field"
    MISFIT = "misfit"
    WITHOUT_KEY = "without key"
    UNREADABLE = "unreadable"
    MENDED = "mended"
    """Half a character (a lone surrogate), which no text can hold, was spelled out as its escape."""


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
    line: Line
    children: Mapping[str, list[Line]]
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    line: Line
    fields: Mapping[str, Any]


def decode(shape: Shape, raw: Line) -> Row | list[Note]:
    """One record of a table's own stream as a row, or the notes that say why it cannot be one.

    Raises:
        msgspec.DecodeError: The bytes are not JSON at all.
    """
    notes: list[Note] = []
    try:
        decoded = _decode_line(shape, raw, notes)
    except msgspec.DecodeError:
        notes.append(Note(shape.table.name, "", Drift.MENDED))
        decoded = _decode_line(shape, mended(bytes(raw)), notes)
    if decoded is None:
        return notes
    key = _key(shape, decoded)
    children: dict[str, list[Line]] = {}
    _add_children(shape, decoded, children, notes)
    version = decoded.fields.get(shape.table.cursor) if shape.table.cursor else None
    return Row(key=key, version=version, line=decoded.line, children=children, notes=notes)


def mended(body: bytes) -> bytes:
    """JSON with each lone surrogate escape turned into visible text: backslash, u and four digits."""
    return _ESCAPE.sub(lambda found: b"\\\\" + found[1] if found[1] else found[0], body)


def _decode_line(shape: Shape, raw: Line, notes: list[Note]) -> _Line | None:
    """The record's line and the fields that the caller needs; None when it has no primary key."""
    try:
        record = shape.check.decode(raw)
    except msgspec.ValidationError:
        decoded = _decode_carefully(shape, raw, notes)
    else:
        line = _without(raw, shape.detached) if shape.detached else raw
        decoded = _Line(line, {key: getattr(record, name) for key, name in shape.needed.items()})
    if decoded and any(decoded.fields.get(key) is None for key in shape.own_key):
        notes.append(Note(shape.table.name, ", ".join(shape.own_key), Drift.WITHOUT_KEY))
        return None
    return decoded


def _decode_carefully(shape: Shape, raw: Line, notes: list[Note]) -> _Line | None:
    """Field by field: what fits stays, what does not moves to `_extra`."""
    try:
        record = {key: bytes(value) for key, value in _fields_of.decode(raw).items()}
    except msgspec.ValidationError:
        notes.append(Note(shape.table.name, "", Drift.UNREADABLE))
        return None
    kept = {key: _fitted(column, record[key]) for key, column in shape.columns.items() if key in record}
    elsewhere = shape.table.ignored | shape.detached
    extra = {key: value for key, value in record.items() if kept.get(key) != value and key not in elsewhere}
    notes.extend(_notes(shape.table, kept, extra))
    fields = {key: _readable(shape.columns.get(key), kept, record, key) for key in shape.needed}
    line = {key: value for key, value in kept.items() if value is not None}
    return _Line(_object(line | {EXTRA: _object(extra)} if extra else line), fields)


def read_again(shape: Shape, extra: bytes) -> bytes:
    """What a row's `_extra` holds, as a line for columns that were added; what has none stays in `_extra`."""
    decoded = _decode_carefully(shape, extra, [])
    return bytes(decoded.line) if decoded else _object({EXTRA: extra})


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
    seconds = unix_seconds(_any.decode(value))
    return None if seconds is None else str(seconds).encode()


def unix_seconds(decoded: Any) -> int | None:
    """A time from a number, or from text holding a number or an ISO 8601 moment; None where it is none."""
    try:
        if isinstance(decoded, str) and not decoded.strip().isdigit():
            moment = datetime.fromisoformat(decoded)
            decoded = moment.timestamp() if moment.tzinfo else None
        seconds = int(decoded)
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if 0 < seconds < LATEST_TIME else None


def _key(shape: Shape, decoded: _Line) -> str:
    return ", ".join(str(decoded.fields[name]) for name in shape.own_key)


def _add_children(shape: Shape, decoded: _Line, lines: dict[str, list[Line]], notes: list[Note]) -> None:
    """Add the rows of the child tables that a record holds, and of their children."""
    for child in shape.children:
        for path in child.table.paths:
            elements = _elements(child, path, decoded.fields.get(path[0]), notes)
            if elements:  # most lists are empty
                given = _given(child.table, _key(shape, decoded), path[0])
                _add_rows(child, given, elements, lines, notes)


def _given(table: Table, parent: str, name: str) -> bytes:
    """The beginning of each row: what it does not bring itself."""
    fields = {PARENT: msgspec.json.encode(parent)}
    return _object(fields | {LIST: msgspec.json.encode(name)} if table.also else fields)[:-1]


def _add_rows(
    child: Shape,
    given: bytes,
    elements: Iterable[Line],
    lines: dict[str, list[Line]],
    notes: list[Note],
) -> None:
    into = lines.setdefault(child.table.name, [])
    for element in elements:
        row = _decode_line(child, element, notes)
        if row is not None:
            into.append(given + _rest(bytes(row.line)))
            if child.children:
                _add_children(child, row, lines, notes)


def _rest(line: bytes) -> bytes:
    """A JSON object without its opening brace, to be put behind another field."""
    inside = line.lstrip()[1:].lstrip()
    return inside if inside.startswith(b"}") else b"," + inside


def _elements(child: Shape, path: tuple[str, ...], container: Any, notes: list[Note]) -> Sequence[Line]:
    """The records inside a record: what one of the child's paths leads to, nothing where there is none."""
    if container is None:
        return ()
    try:
        inside = child.containers[path[0]].decode(container)
    except msgspec.ValidationError:
        notes.append(Note(child.table.name, ".".join(path), Drift.UNREADABLE))
        return ()
    for _ in path[1:]:
        inside = inside and inside.inside
    if not inside:
        return ()
    table = child.table
    if table.mapped:
        return list(_named(table, inside))
    return [_object({table.scalar: bytes(each)}) for each in inside] if table.scalar else inside


def _named(table: Table, elements: Mapping[str, msgspec.Raw]) -> Iterator[Line]:
    """The values of an object as records; what is no record of its own (a `type`, null) is none."""
    for name, value in elements.items():
        own = {table.mapped: msgspec.json.encode(name)}
        if table.scalar:
            yield _object(own | {table.scalar: bytes(value)})
        elif bytes(value).startswith(b"{"):
            yield _object(own)[:-1] + _rest(bytes(value))


def _without(raw: Line, keys: frozenset[str]) -> bytes:
    return _object({key: bytes(value) for key, value in _fields_of.decode(raw).items() if key not in keys})


def _object(fields: Mapping[str, bytes]) -> bytes:
    inside = b",".join(msgspec.json.encode(key) + b":" + value for key, value in fields.items())
    return b"{" + inside + b"}"
