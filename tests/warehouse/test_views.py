"""Wide views: a column for each attribute of the workspace, whatever it is called."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from intercom_pipeline.warehouse.attributes import column_names, snake
from intercom_pipeline.warehouse.batch import Batch
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.gone import Gone
from intercom_pipeline.warehouse.opening import open_warehouse
from intercom_pipeline.warehouse.reading import open_published, tables
from intercom_pipeline.warehouse.table import Column, Kind, Table
from intercom_pipeline.warehouse.warehouse import Warehouse

ODD = [
    "",
    " ",
    "a.b",
    "a/b",
    "~1",
    "a~0b",
    'a"b',
    "a'b",
    "a\\b",
    "$",
    "$.x",
    "*",
    "[0]",
    "0",
    "-",
    "#",
    "😀",
    "é",
]


def table(name: str, *columns: str, key: tuple[str, ...] = ("id",), **kinds: Kind) -> Table:
    kinds = dict.fromkeys(columns, Kind.TEXT) | kinds
    declared = (Column(name=each, kind=kind, description="A column.") for each, kind in kinds.items())
    return Table(name=name, description="Rows.", grain="a row", columns=tuple(declared), primary_key=key)


FATE = Column(name="_merged_into", kind=Kind.ID, description="Into whom.", expression="NULL::VARCHAR")
PEOPLE = table("contacts", "id", custom_attributes=Kind.JSON, merge_history=Kind.JSON)
CONTACTS = Table(name=PEOPLE.name, description="People.", grain="a contact", columns=(*PEOPLE.columns, FATE))
ATTRIBUTES = table(
    "data_attributes",
    *("model", "name", "data_type", "label", "description"),
    key=("model", "name"),
    custom=Kind.BOOLEAN,
    archived=Kind.BOOLEAN,
)
REPORTING = table("reporting_data", "dataset", "row_id", key=("dataset", "row_id"), values=Kind.JSON)
ALL = (CONTACTS, ATTRIBUTES, REPORTING)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(DataFolder(tmp_path), ALL) as opened:
        yield opened


def put(
    warehouse: Warehouse, table: Table, *records: dict[str, Any], gone: tuple[Gone, ...] = ()
) -> list[str]:
    batch = Batch(table=table, gone={each.key: each for each in gone})
    for record in records:
        batch.add(json.dumps(record).encode())
    warehouse.commit([batch], [])
    return warehouse.refresh_views([table.name])


def contact(number: int, **attributes: Any) -> dict[str, Any]:
    return {"id": str(number), "custom_attributes": attributes}


def attribute(name: str, data_type: str = "string", **more: Any) -> dict[str, Any]:
    return {"model": "contact", "name": name, "data_type": data_type, "custom": True, **more}


def columns(warehouse: Warehouse, view: str = "contacts_custom") -> dict[str, str]:
    rows = warehouse.connection.execute(f"DESCRIBE {view}").fetchall()
    return {row[0]: row[1] for row in rows}


def rows(warehouse: Warehouse, sql: str) -> list[Any]:
    return warehouse.connection.execute(sql).fetchall()


def test_every_attribute_that_is_known_or_occurs_is_a_column_of_its_type(warehouse: Warehouse) -> None:
    """What does not fit the type is NULL there, and what has no type is text."""
    kinds = {"Seats": "integer", "Spend": "float", "Paid": "boolean", "Since": "date", "Plan": "string"}
    put(warehouse, ATTRIBUTES, *(attribute(name, kind) for name, kind in kinds.items()))
    put(
        warehouse,
        CONTACTS,
        contact(1, Seats=3, Spend=1.5, Paid=True, Since=1_700_000_000, Plan="pro", new={"a": [1]}),
        contact(2, Seats=1.7, Spend="much", Paid="maybe", Since="2023-11-14T22:13:20+00:00", Plan=7),
    )
    types = {"id": "VARCHAR", "new": "VARCHAR", "paid": "BOOLEAN", "plan": "VARCHAR"}
    types |= {"seats": "BIGINT", "since": "TIMESTAMP WITH TIME ZONE", "spend": "DOUBLE"}
    assert columns(warehouse) == types
    moment = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert rows(
        warehouse, "SELECT id, seats, spend, paid, since, plan, new FROM contacts_custom ORDER BY id"
    ) == [
        ("1", 3, 1.5, True, moment, "pro", '{"a":[1]}'),
        ("2", None, None, None, moment, "7", None),
    ]


def test_any_name_leads_to_its_value(warehouse: Warehouse) -> None:
    """Quotes, dots, slashes, tildes, an emoji or nothing at all."""
    put(warehouse, CONTACTS, contact(1, **{name: f"of {name}" for name in ODD}))
    [row] = rows(warehouse, "SELECT * EXCLUDE (id) FROM contacts_custom")
    assert sorted(row) == sorted(f"of {name}" for name in ODD)
    comments = "SELECT comment FROM duckdb_columns() WHERE table_name = 'contacts_custom'"
    assert {f'The attribute "{name}".' for name in ODD} <= {
        comment for (comment,) in rows(warehouse, comments)
    }


def test_names_are_told_apart_and_never_collide() -> None:
    """In lower snake case, in order; a column called id or a bookkeeping column is never hidden."""
    given = column_names(
        {}, ["plan ", "Plan", "plan", "ID", "_deleted_at", "Größe (cm)", "2nd", "select"], "id"
    )
    assert given == {
        "2nd": "attribute_2nd",
        "ID": "id_2",
        "Größe (cm)": "größe_cm",
        "Plan": "plan",
        "_deleted_at": "deleted_at",
        "plan": "plan_2",
        "plan ": "plan_3",
        "select": "select",
    }
    assert snake("😀") == snake("") == "attribute"


def test_a_name_once_given_stays(warehouse: Warehouse) -> None:
    """Though an attribute appears that would have come first."""
    put(warehouse, CONTACTS, contact(1, plan="a"))
    put(warehouse, CONTACTS, contact(2, Plan="b"))
    assert rows(warehouse, "SELECT id, plan, plan_2 FROM contacts_custom ORDER BY id") == [
        ("1", "a", None),
        ("2", None, "b"),
    ]


def test_a_view_is_made_anew_only_when_it_differs(warehouse: Warehouse) -> None:
    """New values of known attributes change nothing."""
    assert put(warehouse, CONTACTS, contact(1, plan="a")) == ["contacts_custom", "contact_merges"]
    assert put(warehouse, CONTACTS, contact(2, plan="b")) == []
    assert put(warehouse, CONTACTS, contact(3, seats=1)) == ["contacts_custom"]
    assert put(warehouse, ATTRIBUTES, attribute("seats", "integer")) == ["contacts_custom"]
    assert warehouse.refresh_views([]) == []


def test_a_view_that_cannot_be_made_stays_and_the_others_are_made(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    """A warning says which; the next run tries again, though nothing changed."""
    put(warehouse, CONTACTS, contact(1, plan="a"))
    warehouse.connection.execute("DROP VIEW contact_merges")
    warehouse.connection.execute("ALTER TABLE pipeline.view_columns RENAME TO hidden")
    warehouse.expect_changes()
    assert put(warehouse, CONTACTS, contact(2, seats=1)) == ["contact_merges"]
    assert "contacts_custom could not be made anew and stays: CatalogException" in caplog.text
    assert rows(warehouse, "SELECT id, plan FROM contacts_custom ORDER BY id") == [("1", "a"), ("2", None)]
    warehouse.connection.execute("ALTER TABLE pipeline.hidden RENAME TO view_columns")
    warehouse.expect_changes()
    assert warehouse.refresh_views([]) == ["contacts_custom"]
    warehouse.expect_changes()
    assert not warehouse.views_are_stale


def test_a_table_of_yours_that_has_a_views_name_does_not_end_the_run(warehouse: Warehouse) -> None:
    """It stays, and the other views are made."""
    warehouse.connection.execute("CREATE TABLE contacts_custom AS SELECT 'yours' AS whose")
    assert put(warehouse, CONTACTS, contact(1, plan="a")) == ["contact_merges"]
    assert rows(warehouse, "FROM contacts_custom") == [("yours",)]


def test_archived_and_hidden_attributes_are_marked(warehouse: Warehouse) -> None:
    """And each column names its attribute exactly, with what Intercom says about it."""
    told: dict[str, Any] = {"label": "Plan name", "description": "What they pay for", "archived": True}
    told["hidden"] = True
    put(warehouse, ATTRIBUTES, attribute("Plan", **told), attribute("of_it", custom=False))
    put(warehouse, CONTACTS, contact(1))
    comments = "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'contacts_custom'"
    marked = (
        'The attribute "Plan" (string). Plan name: What they pay for. It is archived and hidden in Intercom.'
    )
    assert rows(warehouse, comments) == [("id", "As in contacts."), ("plan", marked)]


def test_rows_that_are_gone_are_left_out(warehouse: Warehouse) -> None:
    """The view shows the records that are there."""
    put(warehouse, CONTACTS, contact(1, a=1), contact(2, a=2), gone=(Gone(key="1"),))
    put(warehouse, CONTACTS, gone=(Gone(key="1"),))
    assert rows(warehouse, "SELECT id FROM contacts_custom") == [("2",)]


def test_each_dataset_of_the_reporting_has_its_view(warehouse: Warehouse) -> None:
    """With the columns of that dataset alone."""
    lines = [("Conversations", {"State": "open"}), ("conversations", {"b": 1}), ("calls", {"length": 5})]
    put(
        warehouse,
        REPORTING,
        *({"dataset": name, "row_id": name, "values": values} for name, values in lines),
    )
    assert list(columns(warehouse, "reporting_conversations")) == ["row_id", "state"]
    assert list(columns(warehouse, "reporting_conversations_2")) == ["row_id", "b"]
    assert rows(warehouse, "FROM reporting_calls") == [("calls", "5")]


def test_every_merged_contact_leads_to_the_present_one(warehouse: Warehouse) -> None:
    """Told by either side, over any number of merges; a circle leads nowhere and does not hang."""
    histories: dict[int, list[tuple[str, int | None]]] = {
        5: [("4", 1_700_000_000), ("9", None)],
        6: [("6", 1)],
    }
    people = [contact(number) for number in (1, 2, 3, 7, 8)]
    for number, merges in histories.items():
        merged = [{"source_contact_id": old, "merged_at": moment} for old, moment in merges]
        people.append(contact(number) | {"merge_history": merged})
    put(warehouse, CONTACTS, *people)
    into = {"1": "2", "2": "3", "3": "5", "7": "8", "8": "7"}
    gone = (Gone(key=old, reason="merged", into=new) for old, new in into.items())
    put(warehouse, CONTACTS, gone=tuple(gone))
    assert rows(warehouse, "FROM contact_merges ORDER BY contact_id") == [
        ("1", "2", "5", None),
        ("2", "3", "5", None),
        ("3", "5", "5", None),
        ("4", "5", "5", datetime.fromtimestamp(1_700_000_000, UTC)),
        ("7", "8", None, None),
        ("8", "7", None, None),
        ("9", "5", "5", None),
    ]


def test_readers_find_the_views_with_their_comments_in_the_published_file(tmp_path: Path) -> None:
    """They are listed beside the tables."""
    folder = DataFolder(tmp_path)
    with open_warehouse(folder, ALL) as warehouse:
        put(warehouse, CONTACTS, contact(1, Plan="pro"))
    with open_published(folder) as connection:
        found = {each.name: each for each in tables(connection)}
        assert connection.execute("SELECT plan FROM contacts_custom").fetchall() == [("pro",)]
    assert found["contacts_custom"].grain == "one contact"
    assert [each.description for each in found["contacts_custom"].columns][1] == 'The attribute "Plan".'
    assert found["contact_merges"].grain == "one contact that was merged away"
    assert all(each.description for each in found["contact_merges"].columns)


def test_a_view_says_how_many_attributes_it_leaves_out(tmp_path: Path) -> None:
    """It has 1,000 columns at most; the others are found where all are."""
    folder = DataFolder(tmp_path)
    with open_warehouse(folder, ALL) as warehouse:
        put(warehouse, CONTACTS, contact(1, **{f"a{number:04}": number for number in range(1_023)}))
        assert len(columns(warehouse)) == 1 + 1_000
    with open_published(folder) as connection:
        [found] = [each for each in tables(connection) if each.name == "contacts_custom"]
    assert found.description == (
        "custom_attributes of contacts, a column for each of 1,000 attributes; "
        "23 more are in custom_attributes alone."
    )
    assert found.grain == "one contact"


def test_older_clients_can_read_the_view(warehouse: Warehouse) -> None:
    """It is made of functions that DuckDB 1.2 has: no TRY, which came later."""
    kinds = {name: attribute(name, name) for name in ("integer", "float", "boolean", "date", "datetime")}
    put(warehouse, ATTRIBUTES, *kinds.values())
    put(warehouse, CONTACTS, contact(1))
    [(sql,)] = rows(warehouse, "SELECT sql FROM duckdb_views() WHERE view_name = 'contacts_custom'")
    assert "TRY(" not in sql.upper()
