"""What a whole reading did not meet has vanished: of single parents, or of a whole table."""

import asyncio
import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from intercom_pipeline.sync.writer import Delivery, Writer
from intercom_pipeline.warehouse.batch import Batch
from intercom_pipeline.warehouse.errors import AllVanished
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.merge import Changes
from intercom_pipeline.warehouse.opening import open_warehouse
from intercom_pipeline.warehouse.progress import Progress
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


LABELS = Table(
    name="labels",
    description="Labels.",
    grain="a label",
    columns=(Column(name="id", kind=Kind.ID, description="Which."),),
)

SIX = ("a1", "a2", "b1", "b2", "b3", "c1")


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(DataFolder(tmp_path), [NOTES, LABELS]) as opened:
        opened.begin_sighting(NOTES)
        yield opened


def read(
    warehouse: Warehouse, *notes: str, closed: Collection[str | None] = (), may_be_empty: bool = False
) -> Changes:
    """Store notes, each named by its parent and a number ("a1"), as one reading of theirs meets them."""
    batch = Batch(table=NOTES, closed=set(closed), may_be_empty=may_be_empty)
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


def test_a_whole_table_never_vanishes_unasked(warehouse: Warehouse) -> None:
    """A list that comes empty may be a mishap of Intercom's: the sync says so, and flags nothing."""
    read(warehouse, *SIX)
    warehouse.begin_sighting(NOTES)
    with pytest.raises(AllVanished) as refused:
        read(warehouse, closed=(None,))
    assert refused.value.what == "Intercom lists none of the 6 notes that are stored: none was flagged."
    assert refused.value.fix.endswith("run the stream with --full-refresh.")
    assert flagged(warehouse) == []
    assert read(warehouse, "a1", closed=(None,)).removed == 5


def test_a_whole_table_vanishes_where_that_is_allowed(warehouse: Warehouse) -> None:
    """And flagged once, it is no reason to refuse the next reading."""
    read(warehouse, *SIX)
    warehouse.begin_sighting(NOTES)
    assert read(warehouse, closed=(None,), may_be_empty=True).removed == 6
    assert read(warehouse, closed=(None,)).removed == 0


def test_a_few_rows_may_vanish_all_at_once(warehouse: Warehouse) -> None:
    """Five tags are deleted in a minute."""
    read(warehouse, *SIX[:5])
    warehouse.begin_sighting(NOTES)
    assert read(warehouse, closed=(None,)).removed == 5


def test_a_list_that_comes_empty_fails_its_stream_alone(warehouse: Warehouse) -> None:
    """What was to be stored in the same transaction is stored, with its progress."""

    async def store() -> Sequence[BaseException | None]:
        empty = Delivery(table=NOTES, closes=[None], progress=Progress(stream="notes", complete=True))
        other = Delivery(
            table=LABELS, records=[b'{"id":"1"}'], progress=Progress(stream="labels", complete=True)
        )
        async with Writer(warehouse) as writer:
            return await asyncio.gather(writer.store(empty), writer.store(other), return_exceptions=True)

    read(warehouse, *SIX)
    warehouse.begin_sighting(NOTES)
    refused, stored = asyncio.run(store())
    assert isinstance(refused, AllVanished)
    assert stored is None
    assert select(warehouse, "FROM notes SELECT count(*) WHERE _deleted_at IS NULL") == [6]
    assert select(warehouse, "FROM labels SELECT id") == ["1"]
    assert [warehouse.bookmark(name)[0] for name in ("notes", "labels")] == [False, True]


def test_what_is_counted_is_there(warehouse: Warehouse) -> None:
    """Rows that are flagged as gone are not."""
    read(warehouse, *SIX)
    assert warehouse.count(NOTES) == 6
    warehouse.begin_sighting(NOTES)
    read(warehouse, closed=("b",))
    assert warehouse.count(NOTES) == 3
