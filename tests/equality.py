"""Compare the tables with the workspace: every row, every field, every flag."""

from collections.abc import Sequence
from typing import Any

import duckdb

from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.warehouse.table import Cap, Table
from tests.rebuild import rebuilt, rows_of
from tests.truths import Key, Truth, key_of, truth_of

Row = dict[str, Any]


def assert_equal(
    sandbox: Sandbox, connection: duckdb.DuckDBPyConnection, stream: Stream, versions: Sequence[str]
) -> None:
    """Every table of a stream equals the workspace.

    Args:
        sandbox: The workspace's server.
        connection: The published file.
        stream: The stream.
        versions: The API versions it was read in since it was read whole: each row may be as one of them
            gives it.
    """
    truths = [truth_of(sandbox, stream, version) for version in versions]
    for table in stream.tables():
        rows = rows_of(connection, table)
        truth = _in_any([each[table.name] for each in truths])
        _assert_rows(table, truth, [row for row in rows if row["_deleted_at"] is None])
        for child in table.children:
            if child.cap:
                _assert_counted(connection, table, child, child.cap, truths[-1][child.name])
    _assert_reasons(sandbox, stream, rows_of(connection, stream.table))


def _in_any(truths: Sequence[Truth]) -> Truth:
    """What must be there in each version, and what a row may be in any."""
    whole = Truth(must=set.intersection(*(truth.must for truth in truths)))
    for truth in truths:
        for key, records in truth.may.items():
            whole.may.setdefault(key, []).extend(records)
    return whole


def _assert_rows(table: Table, truth: Truth, rows: Sequence[Row]) -> None:
    stored = {key_of(table, record): record for record in (rebuilt(table, row) for row in rows)}
    assert len(stored) == len(rows), f"{table.name} holds a key twice"
    missing, more = truth.must - stored.keys(), stored.keys() - truth.may.keys()
    assert not missing, f"{table.name} lacks {_some(missing)}"
    assert not more, f"{table.name} holds what is not there: {_some(more)}"
    for key, record in stored.items():
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
    place = child.primary_key.index("id")
    keys = {column.name: column.key for column in child.sent}
    there: dict[str, int] = {}
    for key, records in truth.may.items():
        assert key[place]
        owner = records[-1][keys[child.parent_column]]
        there[owner] = there.get(owner, 0) + 1
    stored = dict(
        connection.execute(
            f'SELECT "{child.parent_column}", count(*) FROM main."{child.name}" GROUP BY ALL'
        ).fetchall()
    )
    told = connection.execute(
        f"SELECT id, {cap.truncated}, {cap.missing} FROM main.{parent.name} WHERE _deleted_at IS NULL"
    ).fetchall()
    for record_id, truncated, missing in told:
        count = there.get(record_id, 0)
        true = (count > cap.most, count - stored.get(record_id, 0))
        assert (truncated, missing) == true, (
            f"{parent.name} {record_id}: {(truncated, missing)}, truly {true}"
        )


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
