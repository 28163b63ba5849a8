"""Former versions of rows are kept where that is asked for: one for each real change, and no other."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from intercom_pipeline.warehouse.batch import Batch
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.gone import Gone
from intercom_pipeline.warehouse.opening import open_warehouse
from intercom_pipeline.warehouse.progress import Progress, Slice, SliceKind
from intercom_pipeline.warehouse.table import PARENT, Column, Kind, Table
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
    history=True,
)
TABLES = tuple(THINGS.tree())
WITHOUT = tuple(replace(table, history=False, children=()) for table in TABLES)

PRESENT = "SELECT id, text FROM things_history WHERE _valid_to IS NULL ORDER BY id"
AS_OF = (
    "SELECT id, text FROM things_history WHERE _valid_from <= $1 AND (_valid_to IS NULL OR _valid_to > $1)"
)


@contextmanager
def opened(folder: Path, tables: tuple[Table, ...] = TABLES) -> Iterator[Warehouse]:
    with open_warehouse(DataFolder(folder), tables) as warehouse:
        yield warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with opened(tmp_path) as warehouse:
        yield warehouse


def put(warehouse: Warehouse, *records: dict[str, Any], gone: str = "", table: Table = THINGS) -> None:
    batch = Batch(table=table, gone={gone: Gone(key=gone)} if gone else {})
    for record in records:
        batch.add(json.dumps(record).encode())
    warehouse.commit([batch], [])


def thing(number: int, text: str = "a", **children: Any) -> dict[str, Any]:
    lists = {
        name: [{"id": key, "body": body} for key, body in rows.items()] for name, rows in children.items()
    }
    return {"id": str(number), "text": text, "updated_at": 100, **lists}


def select(warehouse: Warehouse, sql: str, *values: Any) -> list[Any]:
    return warehouse.connection.execute(sql, values).fetchall()


def test_each_real_change_makes_one_version(warehouse: Warehouse) -> None:
    """A sync of the same makes none; the version before ends where the next begins."""
    for text in ("a", "a", "b", "b", "c"):
        put(warehouse, thing(1, text), thing(2))
    versions = select(
        warehouse, "SELECT text, _valid_from, _valid_to FROM things_history WHERE id = '1' ORDER BY 2"
    )
    assert [text for text, _, _ in versions] == ["a", "b", "c"]
    assert [ended for _, _, ended in versions] == [versions[1][1], versions[2][1], None]
    assert select(warehouse, "SELECT count(*) FROM things_history WHERE id = '2'") == [(1,)]


def test_the_present_versions_are_the_rows_of_the_table(warehouse: Warehouse) -> None:
    """After changes, deletions and returns."""
    put(
        warehouse,
        thing(1, labels={"x": "1", "y": "2"}, parts={"p": "1"}),
        thing(2),
        thing(3, labels={"z": "9"}),
    )
    put(warehouse, thing(1, "b", labels={"y": "3"}, parts={"q": "1"}), gone="2")
    put(warehouse, gone="3")
    put(warehouse, gone="1")
    put(warehouse, thing(1, "b", labels={"y": "3"}, parts={"q": "2"}))
    present = select(warehouse, "SELECT id, text FROM things WHERE _deleted_at IS NULL ORDER BY id")
    assert select(warehouse, PRESENT) == present == [("1", "b")]


def test_a_deletion_ends_the_version_and_a_return_begins_a_new_one(warehouse: Warehouse) -> None:
    """Even where it comes back as it was; in between there is no version."""
    versions = "SELECT count(*), count(_valid_to) FROM things_history"
    put(warehouse, thing(1))
    put(warehouse, gone="1")
    assert select(warehouse, versions) == [(1, 1)]
    put(warehouse, thing(1))
    assert select(warehouse, versions) == [(2, 1)]


def test_the_table_can_be_asked_as_of_any_moment(warehouse: Warehouse) -> None:
    """The documented query gives the rows that were there then."""
    moments = []
    for records, gone in (
        ([thing(1), thing(2)], ""),
        ([thing(1, "b")], ""),
        ([], "1"),
        ([thing(1, "c")], ""),
    ):
        put(warehouse, *records, gone=gone)
        moments += [moment for (moment,) in select(warehouse, "SELECT now()")]
    asked = [sorted(select(warehouse, AS_OF, moment)) for moment in moments]
    assert asked == [
        [("1", "a"), ("2", "a")],
        [("1", "b"), ("2", "a")],
        [("2", "a")],
        [("1", "c"), ("2", "a")],
    ]


def test_a_commit_that_fails_leaves_no_version(warehouse: Warehouse) -> None:
    """Rows and their versions are stored together or not at all."""
    put(warehouse, thing(1))
    batch = Batch(table=THINGS)
    batch.add(json.dumps(thing(1, "b")).encode())
    broken = Slice(stream="things", number=1, kind=SliceKind.BACKFILL, lower=2**70)
    with pytest.raises(duckdb.Error):
        warehouse.commit([batch], [Progress(stream="things", slices=(broken,))])
    assert select(warehouse, PRESENT) == select(warehouse, "SELECT id, text FROM things") == [("1", "a")]


def test_a_history_begins_with_the_rows_that_are_there(tmp_path: Path) -> None:
    """Each is valid since a sync stored it; records that are gone have no version."""
    with opened(tmp_path, WITHOUT) as warehouse:
        put(warehouse, thing(1), thing(2), table=WITHOUT[0])
        put(warehouse, gone="2", table=WITHOUT[0])
    for _ in range(2):
        with opened(tmp_path) as warehouse:
            stored = select(warehouse, "SELECT id, _synced_at FROM things WHERE _deleted_at IS NULL")
            assert select(warehouse, "SELECT id, _valid_from FROM things_history") == stored


def test_a_history_that_is_switched_off_stops_and_may_be_taken_up_again(tmp_path: Path) -> None:
    """What changed meanwhile is not known, so no version claims to be valid then."""
    with opened(tmp_path) as warehouse:
        put(warehouse, thing(1), thing(2))
    with opened(tmp_path, WITHOUT) as warehouse:
        put(warehouse, thing(1, "b"), table=WITHOUT[0])
        [(between,)] = select(warehouse, "SELECT now()")
        assert select(warehouse, AS_OF, between) == []
    with opened(tmp_path) as warehouse:
        assert select(warehouse, PRESENT) == [("1", "b"), ("2", "a")]
        assert select(warehouse, AS_OF, between) == []
        put(warehouse, thing(2, "c"))
        assert select(warehouse, PRESENT) == [("1", "b"), ("2", "c")]


def test_the_history_table_says_what_it_holds(warehouse: Warehouse) -> None:
    """It and each of its columns carry a comment; it has no column that speaks of the present alone."""
    columns = select(
        warehouse, "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'things_history'"
    )
    assert [name for name, _ in columns] == ["_valid_from", "_valid_to", "id", "text", "updated_at", "_extra"]
    assert all(comment for _, comment in columns)
