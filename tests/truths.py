"""What a workspace truly holds, as the records and rows that a stream's tables must stand for.

Worked out in plain Python from the workspace's own lists, with nothing of what reads or decodes them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from intercom_pipeline.intercom.versions import APP
from intercom_pipeline.sandbox import Sandbox, Workspace
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.warehouse.table import LIST, PARENT, Table
from tests.rebuild import expected

Record = Mapping[str, Any]
Key = tuple[Any, ...]

MOST_INLINE = 10
"""Entries that a list inside a contact shows, where nothing tells the rest."""


@dataclass(slots=True)
class Truth:
    """What one table must hold.

    Attributes:
        must: Keys of the rows that must be there.
        may: By key, the records any one of which the row may stand for.
    """

    must: set[Key] = field(default_factory=set)
    may: dict[Key, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: Table, record: Record, *, needed: bool = True) -> None:
        """One more row."""
        row = expected(table, record)
        key = key_of(table, row)
        self.may.setdefault(key, []).append(row)
        if needed:
            self.must.add(key)


def key_of(table: Table, record: Record) -> Key:
    """The values of a table's primary key."""
    keys = {column.name: column.key for column in table.sent}
    return tuple(record.get(keys[name]) for name in table.primary_key)


def truth_of(sandbox: Sandbox, stream: Stream, version: str) -> dict[str, Truth]:
    """What each table of a stream must hold, read in an API version."""
    truths = {table.name: Truth() for table in stream.tables()}
    for record in records_of(sandbox, stream, version):
        truths[stream.name].add(stream.table, record)
        for table, row, needed in _inside(stream.table, record):
            truths[table.name].add(table, row, needed=needed)
    return truths


def records_of(sandbox: Sandbox, stream: Stream, version: str) -> Iterable[Record]:
    """The records of a stream as an API version gives them, with nothing capped that a sync completes."""
    spoken = _spoken(sandbox, stream, version)
    special = _SPECIAL.get(stream.name)
    if special:
        return special(sandbox.workspace, spoken)
    return sandbox.workspace.records(stream.name, version=spoken)


def _spoken(sandbox: Sandbox, stream: Stream, version: str) -> str:
    """The version that answers: for `app` the pinned one, or the stream's first where that is later."""
    if version != APP:
        return version
    pinned = sandbox.service.options.pinned_version
    return pinned if stream.minimum_version == "2.11" else stream.minimum_version


def _inside(table: Table, record: Record) -> Iterator[tuple[Table, Record, bool]]:
    """The rows of the child tables that a record holds, and whether each must be stored."""
    own = expected(table, record)
    parent_id = next(own[column.key] for column in table.sent if column.key not in {PARENT, LIST})
    for child in table.children:
        for path in child.paths:
            elements = list(_elements(child, _at(record, path)))
            told = {PARENT: parent_id} | ({LIST: path[0]} if child.also else {})
            for place, element in enumerate(elements):
                row = {**element, **told}
                # Of parts the newest 500 are given, and what was given once is kept.
                yield child, row, not child.keeps_vanished or place >= len(elements) - 500
                yield from _inside(child, row)


def _at(record: Record, path: tuple[str, ...]) -> Any:
    value: Any = record
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _elements(table: Table, found: Any) -> Iterator[Record]:
    if isinstance(found, dict):
        for name, value in found.items():
            if table.scalar:
                yield {table.mapped: name, table.scalar: value}
            elif isinstance(value, dict):
                yield {**value, table.mapped: name}
    for value in found if isinstance(found, list) else ():
        yield {table.scalar: value} if table.scalar else value


def _contacts(workspace: Workspace, version: str) -> Iterator[Record]:
    """Nothing but a contact's notes is cut short; from 2.16 on a user tells who was merged into it."""
    for record in workspace.records("contacts", version=version):
        told = dict(record)
        notes = record["notes"]
        if len(notes["data"]) > MOST_INLINE:
            told["notes"] = notes | {"data": notes["data"][:MOST_INLINE], "has_more": True}
        if record["role"] == "user" and version in {"2.16", "2.17"}:
            told["merge_history"] = workspace.merges.get(record["id"], [])[::-1]
        yield told


def _notes(kind: str, about: str) -> Callable[[Workspace, str], Iterator[Record]]:
    def notes(workspace: Workspace, version: str) -> Iterator[Record]:
        for note in workspace.records(kind, version=version):
            yield note | {PARENT: note[about]["id"]}

    return notes


def _contact_segments(workspace: Workspace, version: str) -> Iterator[Record]:
    for each in workspace.records("contact_segments", version=version):
        yield {"id": each["contact_id"], PARENT: each["segment_id"]}


def _data_attributes(workspace: Workspace, version: str) -> Iterator[Record]:
    """Those of conversations are a list of their own; up to 2.15 they are shown as the others are."""
    yield from workspace.records("data_attributes", version=version)
    for record in workspace.records("conversation_attributes", version=version):
        told = {"model": "conversation", "full_name": f"custom_attributes.{record['name']}"}
        yield (record | told) if version in {"2.16", "2.17"} else _as_it_was(record) | told


def _as_it_was(record: Record) -> dict[str, Any]:
    kept = ("id", "name", "description", "archived", "created_at", "updated_at", "admin_id")
    types = {"list": "string", "decimal": "float", "datetime": "date"}
    labels = [option["label"] for option in record.get("options", ())]
    return {
        **{name: record[name] for name in kept},
        "label": record["name"],
        "data_type": types.get(record["data_type"], record["data_type"]),
        "options": labels or None,
        "api_writable": True,
        "messenger_writable": False,
        "ui_writable": True,
        "custom": True,
    }


_SPECIAL: Mapping[str, Callable[[Workspace, str], Iterator[Record]]] = MappingProxyType(
    {
        "company_notes": _notes("company_notes", "company"),
        "contact_notes": _notes("contact_notes", "contact"),
        "contact_segments": _contact_segments,
        "contacts": _contacts,
        "data_attributes": _data_attributes,
    }
)
"""Streams whose records are not one list of the workspace's as it is."""
