"""What a whole reading did not meet has vanished: of single parents, or of a whole table."""

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from intercom_pipeline.warehouse.batch import Batch
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.merge import Changes
from intercom_pipeline.warehouse.opening import open_warehouse
from intercom_pipeline.warehouse.table import PARENT, Column, Kind, Table
from intercom_pipeline.warehouse.warehouse import Warehouse

NOTES = Table(
    name="notes",
    description="Notes.",
    grain="a note",
    columns=(
        Column(name="of", kind=Kind.ID, description="Whose.", field=PARENT),
        Column(name="id", kind=Kind.ID, description="Which."),
    ),
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(DataFolder(tmp_path), [NOTES]) as opened:
        opened.begin_sighting(NOTES)
        yield opened


def read(warehouse: Warehouse, *notes: str, closed: Collection[str | None] = ()) -> Changes:
    """Store notes, each named by its parent and a number ("a1"), as one reading of theirs meets them."""
    batch = Batch(table=NOTES, closed=set(closed))
    for note in notes:
        batch.add(json.dumps({PARENT: note[0], "id": note}).encode(), sight=True)
    return warehouse.commit([batch], [])["notes"]


def select(warehouse: Warehouse, sql: str) -> list[Any]:
    return [value for (value,) in warehouse.connection.execute(sql).fetchall()]


def flagged(warehouse: Warehouse) -> list[str]:
    return select(warehouse, "SELECT id FROM notes WHERE _deleted_reason = 'vanished' ORDER BY id")


def test_what_a_parent_has_no_more_has_vanished(warehouse: Warehouse) -> None:
    """Of those parents alone that were read to their end, however many at once."""
    read(warehouse, "a1", "a2", "b1", "b2", "c1", "d1")
    warehouse.begin_sighting(NOTES)
    assert read(warehouse, "a1", "b2", "c1", closed=("a", "b")).removed == 2
    assert flagged(warehouse) == ["a2", "b1"]
    assert read(warehouse, closed=("d",)).removed == 1
    assert flagged(warehouse) == ["a2", "b1", "d1"]


def test_what_was_met_of_a_parent_is_remembered_until_it_is_read_to_its_end(warehouse: Warehouse) -> None:
    """Though others end meanwhile; then it is forgotten, so that each look at it is short."""
    read(warehouse, "a1", "a2", "a3", "b1", "c1")
    warehouse.begin_sighting(NOTES)
    read(warehouse, "a1", "b1", closed=("b",))
    assert select(warehouse, "FROM sighted_notes") == ["a1"]
    read(warehouse, "a2", "c1", closed=("c",))
    read(warehouse, closed=("a",))
    assert flagged(warehouse) == ["a3"]
    assert select(warehouse, "FROM sighted_notes") == []


def test_any_number_of_parents_is_closed_at_one_look(warehouse: Warehouse) -> None:
    """A statement for each would look through the whole table as many times."""
    names = [chr(ord("a") + number) for number in range(26)]
    read(warehouse, *(f"{name}1" for name in names))
    warehouse.connection.execute("CALL enable_logging('QueryLog')")
    read(warehouse, closed=names[:2])
    read(warehouse, closed=names[2:])
    updates = "SELECT count(*) FROM duckdb_logs() WHERE starts_with(message, 'UPDATE main.\"notes\"')"
    assert select(warehouse, updates) == [2]


def test_of_a_whole_table_all_that_was_not_met_has_vanished(warehouse: Warehouse) -> None:
    """In one reading or several pages."""
    read(warehouse, "a1", "a2", "b1")
    warehouse.begin_sighting(NOTES)
    read(warehouse, "a1")
    assert read(warehouse, "c1", closed=(None,)).removed == 2
    assert flagged(warehouse) == ["a2", "b1"]
