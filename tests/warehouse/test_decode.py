"""Records become rows, and nothing that was sent is lost."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intercom_pipeline.warehouse.batch import Batch
from intercom_pipeline.warehouse.decode import Drift, Row, decode
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.opening import open_warehouse
from intercom_pipeline.warehouse.records import rows_of
from intercom_pipeline.warehouse.shape import shape_of
from intercom_pipeline.warehouse.table import PARENT, Column, Kind, Table
from intercom_pipeline.warehouse.warehouse import Warehouse
from tests.rebuild import expected, rebuilt


def column(name: str, kind: Kind, field: str = "") -> Column:
    return Column(name=name, kind=kind, description="A column.", field=field)


NOTES = Table(
    name="notes",
    description="Notes.",
    grain="a note",
    columns=(column("thing_id", Kind.ID, PARENT), column("id", Kind.ID), column("body", Kind.TEXT)),
    primary_key=("thing_id", "id"),
    path=("notes", "data"),
)
THINGS = Table(
    name="things",
    description="Things.",
    grain="a thing",
    columns=(
        column("id", Kind.ID),
        column("text", Kind.TEXT),
        column("whole", Kind.INTEGER),
        column("number", Kind.NUMBER),
        column("flag", Kind.BOOLEAN),
        column("updated_at", Kind.TIME),
        column("anything", Kind.JSON),
    ),
    cursor="updated_at",
    ignored=frozenset({"type"}),
    children=(NOTES,),
)

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["text", "whole", "number", "flag", "updated_at", "anything", "type", "Text", "_extra", "new", "a.b"]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder: Path = tmp_path_factory.mktemp("decode")
    with open_warehouse(DataFolder(folder), THINGS.tree()) as opened:
        yield opened


def stored(warehouse: Warehouse, *bodies: bytes, table: Table = THINGS) -> list[dict[str, Any]]:
    """The rows a table holds after exactly these records were merged into it."""
    warehouse.connection.execute("DELETE FROM things; DELETE FROM notes; DELETE FROM pipeline.schema_events")
    batch = Batch(table=THINGS)
    for body in bodies:
        batch.add(body)
    warehouse.commit([batch], [])
    return rows_of(warehouse.connection, table)


def test_any_record_can_be_rebuilt_from_its_row(warehouse: Warehouse) -> None:
    """Whatever values and keys a record has, its row holds them all."""

    @settings(max_examples=150, deadline=None)
    @given(fields=st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=6), JSON_VALUES, max_size=8))
    def rebuild(fields: dict[str, Any]) -> None:
        record = {**fields, "id": "1", "notes": None}
        [row] = stored(warehouse, msgspec.json.encode(record))
        assert rebuilt(THINGS, row) == expected(THINGS, record)

    rebuild()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("whole", 1.7),
        ("whole", True),
        ("whole", "12"),
        ("whole", 2**63),
        ("flag", 1),
        ("flag", "true"),
        ("text", 5),
        ("text", {"a": 1}),
        ("number", "1.5"),
        ("number", 2**53 + 1),
        ("updated_at", "yesterday"),
        ("updated_at", -5),
        ("updated_at", 10**13),
        ("updated_at", [1]),
    ],
)
def test_a_misfit_leaves_its_column_empty_and_is_kept_and_noted(
    warehouse: Warehouse, field: str, value: Any
) -> None:
    """DuckDB would round 1.7, read 1 as true and 5 as text: here such values keep their form."""
    [row] = stored(warehouse, json.dumps({"id": "1", field: value}).encode())
    assert row[field] is None
    assert json.loads(row["_extra"]) == {field: value}
    noted = warehouse.connection.execute(
        "SELECT field, drift, occurrences FROM pipeline.schema_events"
    ).fetchall()
    assert noted == [(field, "misfit", 1)]


@pytest.mark.parametrize("value", ["1700000000", "2023-11-14T22:13:20Z", "2023-11-14T23:13:20+01:00", 1.7e9])
def test_a_time_sent_as_text_is_understood_and_its_form_kept(warehouse: Warehouse, value: Any) -> None:
    """Times as text, ISO 8601 or with a fraction are moments too."""
    [row] = stored(warehouse, json.dumps({"id": "1", "updated_at": value}).encode())
    assert int(row["updated_at"].timestamp()) == 1_700_000_000
    assert rebuilt(THINGS, row)["updated_at"] == value


def test_a_time_of_zero_means_never_and_is_no_drift(warehouse: Warehouse) -> None:
    """Intercom writes 0 for "never"; nobody wants to read 1970."""
    [row] = stored(warehouse, b'{"id":"1","updated_at":0}')
    assert row["updated_at"] is None
    assert rebuilt(THINGS, row)["updated_at"] == 0
    assert warehouse.connection.execute("SELECT count(*) FROM pipeline.schema_events").fetchall() == [(0,)]


@pytest.mark.parametrize(
    "text",
    [
        "NUL \x00 inside",
        "😀 \U0001f469‍🚀",
        "שלום عليكم",
        "line\nbreak\r\ttab",
        "\u2028\u2029",
        "x" * 3_000_000,
    ],
)
def test_any_text_survives(warehouse: Warehouse, text: str) -> None:
    """NUL, four-byte characters, right-to-left text, line breaks and megabytes arrive as they were."""
    [row] = stored(warehouse, json.dumps({"id": "1", "text": text, "anything": [text]}).encode())
    assert row["text"] == text
    assert json.loads(row["anything"]) == [text]


@pytest.mark.parametrize("where", ["text", "anything", "new"])
def test_a_lone_surrogate_is_kept_as_visible_text(warehouse: Warehouse, where: str) -> None:
    """Half a character cannot be stored as text: its escape is, spelled out, and that is noted."""
    rows = stored(warehouse, b'{"id":"1","%s":"a\\ud800z \\ud83d\\ude00"}' % where.encode())
    assert rebuilt(THINGS, rows[0])[where] == "a\\ud800z 😀"
    noted = warehouse.connection.execute("SELECT drift FROM pipeline.schema_events ORDER BY 1").fetchall()
    assert ("mended",) in noted


def test_deep_nesting_and_huge_numbers_survive_in_json(warehouse: Warehouse) -> None:
    """A hundred levels, and numbers beyond 64 bits, stay as they were sent."""
    nested = "[" * 100 + "12345678901234567890123" + "]" * 100
    [row] = stored(warehouse, b'{"id":"1","anything":%s}' % nested.encode())
    assert row["anything"] == nested


def test_a_record_spread_over_lines_is_one_record(warehouse: Warehouse) -> None:
    """Line breaks between the values of a record do not cut it."""
    body = json.dumps({"id": "1", "text": "a", "new": {"b": [1, 2]}}, indent=2).replace("\n", "\r\n").encode()
    [row] = stored(warehouse, body)
    assert rebuilt(THINGS, row) == {"id": "1", "text": "a", "new": {"b": [1, 2]}}


def test_children_of_any_shape_do_no_harm(warehouse: Warehouse) -> None:
    """A child list may be missing, null, no list, or hold records without a key."""
    odd: list[Any] = [None, [], {"data": None}, {"data": 5}, {"data": [1, {"body": "no id"}]}, "text"]
    bodies = [json.dumps({"id": str(place), "notes": notes}).encode() for place, notes in enumerate(odd)]
    assert stored(warehouse, *bodies, table=NOTES) == []
    good = json.dumps({"id": "1", "notes": {"data": [{"id": 7, "body": "b", "x": 1}]}}).encode()
    [note] = stored(warehouse, good, table=NOTES)
    assert (note["thing_id"], note["id"], note["body"], note["_extra"]) == ("1", "7", "b", '{"x":1}')


def test_a_record_without_its_key_is_noted_not_stored() -> None:
    """What cannot be told apart from others cannot be merged."""
    [note] = decode(shape_of(THINGS), b'{"text":"a"}')  # type: ignore[misc]
    assert note.drift is Drift.WITHOUT_KEY


def test_a_well_formed_record_is_passed_on_as_it_came() -> None:
    """The fast path hands DuckDB the very bytes that arrived."""
    body = b'{"id": "1", "text": "a",  "whole":1, "type":"thing"}'
    row = decode(shape_of(replace(THINGS, children=())), body)
    assert isinstance(row, Row)
    assert row.line == body
