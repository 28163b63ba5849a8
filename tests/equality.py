"""Compare the tables with the workspace: every row, every field, every flag."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import duckdb

from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.sync.sweeping import can_be_swept
from intercom_pipeline.warehouse.records import rows_of
from intercom_pipeline.warehouse.table import PARENT, Cap, Table
from tests.rebuild import rebuilt
from tests.truths import Key, Truth, key_of, truth_of

Row = dict[str, Any]
Judge = Callable[[Row], bool]


def assert_equal(
    sandbox: Sandbox,
    connection: duckdb.DuckDBPyConnection,
    stream: Stream,
    versions: Sequence[str],
    *,
    swept: bool = True,
    restored: Collection[str] = (),
) -> None:
    """Every table of a stream equals the workspace.

    Args:
        sandbox: The workspace's server.
        connection: The database.
        stream: The stream.
        versions: The API versions it was read in since it was read whole: each row may be as one of them
            gives it.
        swept: Whether rows of what is gone must be flagged, and those of what came back be there.
        restored: Ids of the records that came back.
    """
    back = frozenset() if swept else frozenset(restored)
    truths = [truth_of(sandbox, stream, version, without=back) for version in versions]
    whole = {name: _in_any([each[name] for each in truths]) for name in truths[0]}
    more = _may_hold_more(sandbox, stream, swept=swept)
    _assert_tree(connection, stream.table, whole, more)
    if swept:
        _assert_reasons(sandbox, stream, rows_of(connection, stream.table))


def _may_hold_more(sandbox: Sandbox, stream: Stream, *, swept: bool) -> Judge:
    """Whether a row may be there though its record is not."""
    if stream.name == "deleted_conversations":
        # That a deleted conversation came back is told by its own stream.
        return lambda row: row["id"] in sandbox.workspace.collections["conversations"]
    waits = not swept and (can_be_swept(stream) or stream.parent is not None)
    return lambda _: waits


def _assert_tree(
    connection: duckdb.DuckDBPyConnection, table: Table, truths: Mapping[str, Truth], may_hold_more: Judge
) -> None:
    """A table and its children equal the truth."""
    rows = rows_of(connection, table)
    truth = truths[table.name]
    _assert_rows(table, truth, [row for row in rows if row["_deleted_at"] is None], may_hold_more)
    there = {key[0] for key in truth.may}

    def may_child_hold_more(row: Row) -> bool:
        return row[PARENT] not in there and may_hold_more(row)

    for child in table.children:
        _assert_tree(connection, child, truths, may_child_hold_more)
        if child.cap:
            _assert_counted(connection, table, child, child.cap, truths[child.name])


def _in_any(truths: Sequence[Truth]) -> Truth:
    """What must be there in each version, and what a row may be in any."""
    whole = Truth(must=set.intersection(*(truth.must for truth in truths)))
    for truth in truths:
        for key, records in truth.may.items():
            whole.may.setdefault(key, []).extend(records)
    return whole


def _assert_rows(table: Table, truth: Truth, rows: Sequence[Row], may_hold_more: Judge) -> None:
    stored = {key_of(table, record): record for record in (rebuilt(table, row) for row in rows)}
    assert len(stored) == len(rows), f"{table.name} holds a key twice"
    missing = truth.must - stored.keys()
    more = {key for key in stored.keys() - truth.may.keys() if not may_hold_more(stored[key])}
    assert not missing, f"{table.name} lacks {_some(missing)}"
    assert not more, f"{table.name} holds what is not there: {_some(more)}"
    for key in stored.keys() & truth.may.keys():
        record = stored[key]
        assert record in truth.may[key], f"{table.name} {key}: {_differing(record, truth.may[key][-1])}"


def _some(keys: set[Key]) -> str:
    return f"{len(keys)}, such as {sorted(map(str, keys))[:3]}"


def _differing(stored: Row, true: Row) -> dict[str, tuple[Any, Any]]:
    """The fields that differ: as stored, as they are."""
    keys = stored.keys() | true.keys()
    return {key: (stored.get(key), true.get(key)) for key in keys if stored.get(key) != true.get(key)}


def _assert_counted(
    connection: duckdb.DuckDBPyConnection, parent: Table, child: Table, cap: Cap, truth: Truth
) -> None:
    """A record tells truly whether its rows were cut short, and how many were never given."""
    true = Counter(records[-1][PARENT] for records in truth.may.values())
    stored = dict(
        connection.execute(
            f'SELECT "{child.parent_column}", count(*) FROM main."{child.name}" GROUP BY ALL'
        ).fetchall()
    )
    told = connection.execute(
        f"SELECT id, {cap.truncated}, {cap.missing} FROM main.{parent.name} WHERE _deleted_at IS NULL"
    ).fetchall()
    for record_id, truncated, missing in told:
        if record_id in true:
            truly = (true[record_id] > cap.most, true[record_id] - stored.get(record_id, 0))
            assert (truncated, missing) == truly, f"{parent.name} {record_id}: {truncated, missing}"


def _assert_reasons(sandbox: Sandbox, stream: Stream, rows: Sequence[Row]) -> None:
    """What is flagged is flagged for the reason it is gone, as far as the workspace knows."""
    workspace = sandbox.workspace
    if stream.name not in {"articles", "contacts", "conversations", "tickets"}:
        return
    gone = workspace.collections[stream.name].gone
    for row in rows:
        if row["_deleted_at"] is None:
            assert row["_deleted_reason"] is None
            continue
        record_id = row["id"]
        assert row["_deleted_reason"] == gone[record_id].reason, f"{stream.name} {record_id}"
        if stream.name == "contacts":
            assert row["_merged_into"] in _merges_of(sandbox, record_id), record_id


def _merges_of(sandbox: Sandbox, contact_id: str) -> list[str | None]:
    """The contacts that a contact was merged into, one after another; None alone where it was not."""
    gone, into = sandbox.workspace.collections["contacts"].gone, []
    while contact_id in gone and gone[contact_id].into is not None:
        contact_id = str(gone[contact_id].into)
        into.append(contact_id)
    return list(into) or [None]
