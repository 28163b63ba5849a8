"""What a workspace truly holds, as the records and rows that a stream's tables must stand for.

Worked out in plain Python from the workspace's own lists, with nothing of what reads or decodes them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from intercom_pipeline.intercom.versions import APP, DEFAULT
from intercom_pipeline.sandbox import Sandbox, Workspace
from intercom_pipeline.sandbox.datasets import DATASETS
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


def truth_of(
    sandbox: Sandbox, stream: Stream, version: str, *, without: Collection[str] = ()
) -> dict[str, Truth]:
    """What each table of a stream must hold, read in an API version.

    Args:
        sandbox: The workspace's server.
        stream: The stream.
        version: The API version.
        without: Ids of records to leave out, with what is asked for by them.
    """
    truths = {table.name: Truth() for table in stream.tables()}
    for record in records_of(sandbox, stream, version):
        if record.get("id") in without or record.get(PARENT) in without:
            continue
        truths[stream.name].add(stream.table, record)
        for table, row, needed in _inside(stream.table, record):
            truths[table.name].add(table, row, needed=needed)
    return truths


def records_of(sandbox: Sandbox, stream: Stream, version: str) -> Iterable[Record]:
    """The records of a stream as an API version gives them, with nothing capped that a sync completes."""
    spoken = _spoken(sandbox, stream, version)
    if stream.name == "contacts" and version != APP:
        return _with_merges(sandbox.workspace, spoken)
    special = _SPECIAL.get(stream.name)
    if special:
        return special(sandbox.workspace, spoken)
    return sandbox.workspace.records(stream.name, version=spoken)


def _spoken(sandbox: Sandbox, stream: Stream, version: str) -> str:
    """The version that answers: for `app` the pinned one, or the stream's first where that is later."""
    if version != APP:
        return version
    if stream.name == "data_attributes":
        return DEFAULT
    pinned = sandbox.service.options.pinned_version
    return pinned if stream.minimum_version == "2.11" else stream.minimum_version


def _inside(table: Table, record: Record) -> Iterator[tuple[Table, Record, bool]]:
    """The rows of the child tables that a record holds, and whether each must be stored."""
    if not table.children:
        return
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
    """Nothing but a contact's notes is cut short."""
    for record in workspace.records("contacts", version=version):
        notes = record["notes"]
        cut = {"data": notes["data"][:MOST_INLINE], "has_more": True}
        yield record | {"notes": notes | cut} if len(notes["data"]) > MOST_INLINE else record


def _with_merges(workspace: Workspace, version: str) -> Iterator[Record]:
    """From 2.16 on a user tells who was merged into it."""
    for record in _contacts(workspace, version):
        told = record["role"] == "user" and version in {"2.16", "2.17"}
        merged = {"merge_history": workspace.merges.get(record["id"], [])[::-1]}
        yield {**record, **(merged if told else {})}


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


def _call_transcripts(workspace: Workspace, version: str) -> Iterator[Record]:
    for each in workspace.records("call_transcripts", version=version):
        yield {PARENT: each["call_id"], "text": each["transcript"]}


def _custom_objects(workspace: Workspace, version: str) -> Iterator[Record]:
    for each in workspace.records("custom_objects", version=version):
        yield each | {PARENT: each["type"]}


def _newsfeed_items(workspace: Workspace, version: str) -> Iterator[Record]:
    for item in workspace.records("news_items", version=version):
        for each in item["newsfeed_assignments"]:
            yield {"id": item["id"], PARENT: str(each["newsfeed_id"])}


def _office_hours(workspace: Workspace, version: str) -> Iterator[Record]:
    yield from workspace.records("office_hours_schedules", version=version)


def _office_hours_exceptions(workspace: Workspace, version: str) -> Iterator[Record]:
    for each in workspace.records("office_hours_exceptions", version=version):
        yield each | {PARENT: each["office_hours_schedule_id"]}


def _reporting_datasets(_: Workspace, version: str) -> Iterator[Record]:
    for dataset in DATASETS.values():
        yield dataset.shown(version)


_SPECIAL: Mapping[str, Callable[[Workspace, str], Iterator[Record]]] = MappingProxyType(
    {
        "call_transcripts": _call_transcripts,
        "company_notes": _notes("company_notes", "company"),
        "contact_notes": _notes("contact_notes", "contact"),
        "contact_segments": _contact_segments,
        "contacts": _contacts,
        "custom_objects": _custom_objects,
        "data_attributes": _data_attributes,
        "newsfeed_items": _newsfeed_items,
        "office_hours": _office_hours,
        "office_hours_exceptions": _office_hours_exceptions,
        "reporting_datasets": _reporting_datasets,
    }
)
"""Streams whose records are not one list of the workspace's as it is."""
