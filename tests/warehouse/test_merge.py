"""Merging keeps the newest version of every record, and writes only what changed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from intercom_pipeline.warehouse.batch import Batch
from intercom_pipeline.warehouse.ddl import create_tables
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.gone import Gone
from intercom_pipeline.warehouse.merge import Changes
from intercom_pipeline.warehouse.opening import open_warehouse
from intercom_pipeline.warehouse.progress import Progress, Slice, SliceKind
from intercom_pipeline.warehouse.table import PARENT, Cap, Column, Kind, Table
from intercom_pipeline.warehouse.warehouse import Warehouse


def column(name: str, kind: Kind, field: str = "") -> Column:
    return Column(name=name, kind=kind, description="A column.", field=field)


def child(name: str, *, keeps_vanished: bool = False) -> Table:
    return Table(
        name=name,
        description="Children.",
        grain="a child",
        columns=(column("thing_id", Kind.ID, PARENT), column("id", Kind.ID), column("body", Kind.TEXT)),
        primary_key=("thing_id", "id"),
        path=(name,),
        keeps_vanished=keeps_vanished,
    )


THINGS = Table(
    name="things",
    description="Things.",
    grain="a thing",
    columns=(column("id", Kind.ID), column("text", Kind.TEXT), column("updated_at", Kind.TIME)),
    cursor="updated_at",
    children=(child("labels"), child("parts", keeps_vanished=True)),
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(DataFolder(tmp_path), THINGS.tree()) as opened:
        yield opened


def put(
    warehouse: Warehouse, *records: dict[str, Any], complete: bool = False, gone: tuple[str, ...] = ()
) -> dict[str, Changes]:
    warehouse.begin_sighting(THINGS)
    batch = Batch(table=THINGS, gone={key: Gone(key=key) for key in gone})
    batch.closed = {None} if complete else set()
    for record in records:
        batch.add(json.dumps(record).encode(), sight=complete)
    return warehouse.commit([batch], [])


def thing(number: int, text: str = "a", updated_at: int = 100, **children: list[str]) -> dict[str, Any]:
    lists = {name: [{"id": each} for each in ids] for name, ids in children.items()}
    return {"id": str(number), "text": text, "updated_at": updated_at, **lists}


def select(warehouse: Warehouse, sql: str) -> list[Any]:
    return warehouse.connection.execute(sql).fetchall()


def test_new_changed_and_unchanged_rows_are_told_apart(warehouse: Warehouse) -> None:
    """The counts say what happened."""
    assert put(warehouse, thing(1), thing(2))["things"] == Changes(read=2, inserted=2)
    changes = put(warehouse, thing(1), thing(2, "b", 101), thing(3))["things"]
    assert changes == Changes(read=3, inserted=1, updated=1, unchanged=1)
    assert select(warehouse, "SELECT id, text FROM things ORDER BY id") == [
        ("1", "a"),
        ("2", "b"),
        ("3", "a"),
    ]


def test_what_did_not_change_is_not_written(warehouse: Warehouse) -> None:
    """A second merge of the same records leaves every row as it was, down to _synced_at."""
    put(warehouse, thing(1, labels=["x"], parts=["p"]))
    before = [select(warehouse, f"FROM {name}") for name in ("things", "labels", "parts")]
    put(warehouse, thing(1, labels=["x"], parts=["p"]))
    assert [select(warehouse, f"FROM {name}") for name in ("things", "labels", "parts")] == before


def test_a_value_that_is_not_sent_any_more_stays_where_it_is_to_be_kept(tmp_path: Path) -> None:
    """Other columns become empty; a row that differs in nothing else is unchanged, as is its history."""
    kept = replace(column("once", Kind.JSON), kept=True)
    table = replace(THINGS, columns=(*THINGS.columns, kept), children=(), history=True)
    with open_warehouse(DataFolder(tmp_path), [table]) as warehouse:
        stored = {"id": "1", "text": "a", "updated_at": 1, "once": ["x"]}
        store(warehouse, table, stored)
        without = {key: value for key, value in stored.items() if key != "once"}
        for record in (without, without | {"once": None}):
            assert store(warehouse, table, record)["things"] == Changes(read=1, unchanged=1)
        assert store(warehouse, table, {"id": "1", "updated_at": 2})["things"].updated == 1
        for name in ("things", "things_history WHERE _valid_to IS NULL"):
            assert select(warehouse, f"SELECT text, once FROM {name}") == [(None, '["x"]')]
        store(warehouse, table, stored | {"updated_at": 3, "once": ["x", "y"]})
        assert select(warehouse, "SELECT once FROM things") == [('["x","y"]',)]


def test_an_older_version_never_overwrites_a_newer_one(warehouse: Warehouse) -> None:
    """Nor do its children."""
    put(warehouse, thing(1, "new", 200, labels=["x"]))
    changes = put(warehouse, thing(1, "old", 100, labels=["y"]))
    assert changes["things"] == Changes(read=1, unchanged=1)
    assert select(warehouse, "SELECT text FROM things") == [("new",)]
    assert select(warehouse, "SELECT id FROM labels") == [("x",)]


@pytest.mark.parametrize("order", [(100, 200), (200, 100)])
def test_of_two_versions_in_one_batch_the_newer_stays(warehouse: Warehouse, order: tuple[int, int]) -> None:
    """Whichever came first, with its own children only."""
    put(warehouse, *(thing(1, f"at {moment}", moment, labels=[f"of {moment}"]) for moment in order))
    assert select(warehouse, "SELECT text FROM things") == [("at 200",)]
    assert select(warehouse, "SELECT id FROM labels") == [("of 200",)]


def test_children_follow_their_parent_but_capped_ones_stay(warehouse: Warehouse) -> None:
    """A label taken off goes; a part that Intercom no longer shows stays."""
    put(warehouse, thing(1, labels=["x", "y"], parts=["p", "q"]), thing(2, labels=["z"]))
    changes = put(warehouse, thing(1, updated_at=101, labels=["y"], parts=["q", "r"]))
    assert changes["labels"] == Changes(read=1, unchanged=1, removed=1)
    assert select(warehouse, "SELECT thing_id, id FROM labels ORDER BY ALL") == [("1", "y"), ("2", "z")]
    assert select(warehouse, "SELECT id FROM parts ORDER BY id") == [("p",), ("q",), ("r",)]


def test_what_is_missing_from_a_complete_batch_has_vanished_and_may_return(warehouse: Warehouse) -> None:
    """It is flagged, not deleted, and un-flagged when it comes back unchanged."""
    put(warehouse, thing(1), thing(2, labels=["z"]))
    assert put(warehouse, thing(1), complete=True)["things"].removed == 1
    flagged = "SELECT id, _deleted_reason FROM things WHERE _deleted_at IS NOT NULL"
    assert select(warehouse, flagged) == [("2", "vanished")]
    assert select(warehouse, "SELECT _deleted_reason FROM labels") == [("vanished",)]
    put(warehouse, thing(1), thing(2), complete=True)
    assert select(warehouse, flagged) == []


def test_a_record_that_is_gone_is_flagged_once(warehouse: Warehouse) -> None:
    """An id that was never stored does no harm."""
    put(warehouse, thing(1))
    assert put(warehouse, gone=("1", "never seen"))["things"].removed == 1
    assert put(warehouse, gone=("1",))["things"].removed == 0
    assert select(warehouse, "SELECT _deleted_reason FROM things") == [("deleted",)]


def test_rows_and_their_progress_are_stored_together_or_not_at_all(warehouse: Warehouse) -> None:
    """When the progress cannot be stored, the rows are not either."""
    batch = Batch(table=THINGS)
    batch.add(json.dumps(thing(1)).encode())
    part = Slice(stream="things", number=1, kind=SliceKind.BACKFILL, lower=0)
    broken = Slice(stream="things", number=2, kind=SliceKind.BACKFILL, lower=2**70)
    with pytest.raises(duckdb.Error):
        warehouse.commit([batch], [Progress(stream="things", slices=(part, broken))])
    assert select(warehouse, "FROM things") == []
    assert warehouse.open_slices("things") == []
    warehouse.commit([batch], [Progress(stream="things", slices=(part,))])
    assert warehouse.open_slices("things") == [part]


def test_a_record_duckdb_cannot_read_is_kept_as_text_and_the_rest_is_stored(warehouse: Warehouse) -> None:
    """The last resort: the key stays a key, everything else goes to _extra."""
    batch = Batch(table=THINGS)
    for number in range(5):
        batch.add(json.dumps(thing(number)).encode())
    unreadable = batch.rows["3"]
    batch.rows["3"] = type(unreadable)(
        key="3", version=100, line=b'{"id":"3","text":"\\ud800"}', children={"labels": [], "parts": []}
    )
    assert warehouse.commit([batch], [])["things"].inserted == 5
    assert select(warehouse, "SELECT id, text FROM things WHERE text IS NULL") == [("3", None)]
    [(extra,)] = select(warehouse, "SELECT _extra->>'unreadable' FROM things WHERE id = '3'")
    assert extra == '{"id":"3","text":"\\ud800"}'
    assert select(warehouse, "SELECT drift FROM pipeline.schema_events") == [("unreadable",)]


def test_a_record_duckdb_cannot_read_keeps_every_part_of_its_key(tmp_path: Path) -> None:
    """A key twice in an object is more than DuckDB reads; the row is still found by its whole key."""
    columns = (column("model", Kind.TEXT), column("name", Kind.TEXT), column("text", Kind.TEXT))
    pairs = Table(
        name="pairs", description="P.", grain="a pair", columns=columns, primary_key=("model", "name")
    )
    with open_warehouse(DataFolder(tmp_path), [pairs]) as warehouse:
        batch = Batch(table=pairs)
        batch.add(b'{"model":"a","name":"b","text":"t","text":"t"}')
        warehouse.commit([batch], [])
        assert select(warehouse, "SELECT model, name, text FROM pairs") == [("a", "b", None)]


def test_a_record_stays_truncated_when_most_of_its_children_are_the_same(warehouse: Warehouse) -> None:
    """What did not change was sent all the same, and counts."""
    columns = (
        column("id", Kind.ID),
        column("count", Kind.INTEGER),
        replace(column("truncated", Kind.BOOLEAN), expression="false"),
        replace(column("missing", Kind.INTEGER), expression="0"),
    )
    parts = replace(
        child("pieces", keeps_vanished=True),
        cap=Cap(most=2, counted="count", truncated="truncated", missing="missing"),
    )
    table = Table(name="wholes", description="Wholes.", grain="a whole", columns=columns, children=(parts,))
    create_tables(warehouse.connection, table.tree())
    for pieces, count in ((["b", "c"], 3), (["b", "c"], 3), (["c", "d"], 4)):
        batch = Batch(table=table)
        batch.add(
            json.dumps({"id": "1", "count": count, "pieces": [{"id": each} for each in pieces]}).encode()
        )
        warehouse.commit([batch], [])
        assert select(warehouse, "SELECT truncated, missing FROM wholes") == [(True, 1)]


def test_what_belongs_to_children_that_are_not_sent_any_more_comes_back_with_them(tmp_path: Path) -> None:
    """Down the tree, and only of the record that came back; the children of one still gone stay flagged."""
    thumbs = _keyed("thumbs", parent="file_id")
    files = replace(_keyed("files", parent="part_id"), children=(thumbs,))
    parts = replace(_keyed("parts", parent="thing_id"), children=(files,), keeps_vanished=True)
    table = replace(THINGS, name="wholes", children=(parts,))
    with open_warehouse(DataFolder(tmp_path), table.tree()) as warehouse:
        for number in (1, 2):
            nested = {"id": f"p{number}", "files": [{"id": f"f{number}", "thumbs": [{"id": f"t{number}"}]}]}
            store(warehouse, table, {"id": str(number), "updated_at": 1, "parts": [nested]})
        warehouse.commit([Batch(table=table, gone={key: Gone(key=key) for key in ("1", "2")})], [])
        store(warehouse, table, {"id": "1", "updated_at": 1, "parts": []})
        for name in ("parts", "files", "thumbs"):
            assert select(warehouse, f"SELECT id[2:], _deleted_reason FROM {name} ORDER BY id") == [
                ("1", None),
                ("2", "deleted"),
            ]


def _keyed(name: str, *, parent: str) -> Table:
    columns = (column(parent, Kind.ID, PARENT), column("id", Kind.ID))
    return replace(child(name), columns=columns, primary_key=("id",))


def store(warehouse: Warehouse, table: Table, *records: dict[str, Any]) -> dict[str, Changes]:
    batch = Batch(table=table)
    for record in records:
        batch.add(json.dumps(record).encode())
    return warehouse.commit([batch], [])
