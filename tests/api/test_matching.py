"""The warehouse finds what Intercom's search finds, by every field and with every operator."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intercom_pipeline.api.matching import condition
from intercom_pipeline.api.places import FIELDS
from intercom_pipeline.intercom.search import DAY_OPERATORS, Filter, Query, Value, all_of, any_of
from intercom_pipeline.intercom.search_fields import FieldKind
from intercom_pipeline.intercom.versions import contact_dates_are_days
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.sandbox.field_values import reader
from intercom_pipeline.sandbox.matching import Searched
from intercom_pipeline.sandbox.paging import Order, PageRequest, page_token_of
from intercom_pipeline.sandbox.search import Rules, read_query
from intercom_pipeline.sync.catalog import stream_named
from intercom_pipeline.sync.days import Calendar
from intercom_pipeline.sync.tables.contacts import CONTACTS_TABLE
from intercom_pipeline.warehouse.ddl import create_tables
from intercom_pipeline.warehouse.errors import NotSearchable
from tests.sandbox.conftest import NOON
from tests.syncing import published

NOT_HELD = {"segment_id", "ios_app_device", "formatted_phone"}
"""Fields of contacts that Intercom searches by and the tables do not hold."""
NEVER_FOUND = {"avatar", "snoozed_until", "ai_agent.rating_remark"}
"""Fields that no record of the small workspace has, or has as no plain value."""

ATTRIBUTES = {
    "contacts": ("Job title", "projects_created", 'Größe "Team" / équipe', "no such"),
    "conversations": ("Language", "CX Score rating", 'Root "cause" 🔍', "no such"),
}
ORDER = frozenset({">", "<", ">=", "<="})
PARTS_OF_TEXT = frozenset({"~", "!~", "^", "$"})

Find = Callable[[str, Query, str], set[str]]


@pytest.fixture(scope="module")
def tables(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file."""
    with published(folder) as connection:
        yield connection


@pytest.fixture(scope="module")
def in_tables(tables: duckdb.DuckDBPyConnection, quiet_sandbox: Sandbox) -> Find:
    """The ids that a query finds in the warehouse, as a version of the API compares dates."""
    zone = quiet_sandbox.workspace.zone

    def find(kind: str, query: Query, version: str) -> set[str]:
        days = Calendar(zone) if contact_dates_are_days(version) else None
        wanted = condition(query, stream_named(kind).table, days=days)
        found = tables.execute(f"SELECT id FROM {kind} WHERE {wanted.sql}", wanted.values)
        return {record_id for (record_id,) in found.fetchall()}

    return find


@pytest.fixture(scope="module")
def in_intercom(quiet_sandbox: Sandbox) -> Find:
    """The ids that a query finds in the workspace, as its search endpoint works them out."""
    workspace = quiet_sandbox.workspace

    def find(kind: str, query: Query, version: str) -> set[str]:
        collection = workspace.collections[kind]
        searched = Searched(
            kind=kind,
            collection=collection,
            query=read_query(query.to_json(), Rules(kind=kind, version=version)),
            order=Order(field="updated_at"),
            zone=workspace.zone,
            unseen=frozenset(),
        )
        page = workspace.searcher.page(searched, PageRequest(per_page=1_000, start=page_token_of(None)))
        return {collection.ids[position] for position in page.positions}

    return find


def held(sandbox: Sandbox, kind: str, field: str) -> list[Any]:
    """The values of a field in the workspace, each once."""
    collection = sandbox.workspace.collections[kind]
    read = reader(kind, field, collection)
    values = {value for position in collection.positions() for value in read(position) if value is not None}
    return sorted(values)


def comparisons(sandbox: Sandbox, kind: str, version: str) -> Iterator[Filter]:
    """Every field that has plain values with each of its operators, and custom attributes likewise."""
    for field, field_kind in FIELDS[kind].items():
        if field in NOT_HELD | {"avatar"}:
            continue
        names = [field.format(name=name) for name in ATTRIBUTES[kind]] if "{" in field else [field]
        by_day = kind == "contacts" and field_kind is FieldKind.DATE and contact_dates_are_days(version)
        for name in names:
            yield from _compared(sandbox, kind, name, DAY_OPERATORS if by_day else field_kind.operators)


def _compared(sandbox: Sandbox, kind: str, field: str, operators: Sequence[str]) -> Iterator[Filter]:
    values = held(sandbox, kind, field)[-5::4] or [1 if "at" in field.split("_") else "1"]
    unfit = PARTS_OF_TEXT if isinstance(values[0], int) else ORDER
    for operator in operators:
        if operator not in unfit or "custom" not in field:
            yield Filter(field, operator, sought(operator, values))
    yield Filter(field, "=", None)


def sought(operator: str, values: Sequence[Any]) -> Value:
    """What to compare with, written otherwise than it is held."""
    match operator:
        case "IN" | "NIN":
            return tuple(values)
        case "~" | "!~":
            return str(values[0]).upper()[1:6]
        case "^":
            return str(values[0])[:3]
        case "$":
            return str(values[0])[-3:]
    value: Value = values[0]
    return value


@pytest.mark.parametrize(
    ("kind", "version"), [("contacts", "2.14"), ("contacts", "2.17"), ("conversations", "2.14")]
)
def test_every_field_finds_what_intercom_finds(
    quiet_sandbox: Sandbox, in_tables: Find, in_intercom: Find, kind: str, version: str
) -> None:
    """With every operator that it takes, and where nothing is."""
    finding = set[str]()
    for comparison in comparisons(quiet_sandbox, kind, version):
        ids = in_intercom(kind, comparison, version)
        assert in_tables(kind, comparison, version) == ids, comparison
        if comparison.operator == "=" and comparison.value is not None and ids:
            finding.add(comparison.field)
    plain = {field for field, its_kind in FIELDS[kind].items() if its_kind is not FieldKind.ANY}
    assert plain - finding <= NOT_HELD | NEVER_FOUND
    assert {f"custom_attributes.{name}" for name in ATTRIBUTES[kind][:3]} <= finding


def test_joined_conditions_find_what_intercom_finds(
    quiet_sandbox: Sandbox, in_tables: Find, in_intercom: Find
) -> None:
    """AND and OR, one inside the other, of any comparisons."""
    single = st.sampled_from(list(comparisons(quiet_sandbox, "conversations", "2.14")))
    groups = st.lists(single, min_size=1, max_size=3).map(lambda parts: any_of(*parts))
    queries = st.lists(groups, min_size=1, max_size=3).map(lambda parts: all_of(*parts))

    @settings(max_examples=60, deadline=None, database=None)
    @given(queries)
    def finds_the_same(query: Query) -> None:
        found = in_intercom("conversations", query, "2.14")
        assert in_tables("conversations", query, "2.14") == found

    finds_the_same()


@pytest.mark.parametrize("second", [0, int(NOON) - 86_400 * 200, int(NOON)])
def test_a_contact_s_day_is_the_workspace_s(
    quiet_sandbox: Sandbox, in_tables: Find, in_intercom: Find, second: int
) -> None:
    """Each second around local midnight, up to 2.16 by day and later by second."""
    day = Calendar(quiet_sandbox.workspace.zone).first_second(second)
    for moment in (day - 1, day, day + 1):
        for operator in (">", "<", "="):
            query = Filter("created_at", operator, moment)
            for version in ("2.16", "2.17"):
                found = in_intercom("contacts", query, version)
                assert in_tables("contacts", query, version) == found, (query, version)


def test_a_custom_attribute_is_a_number_or_the_text_of_one() -> None:
    """Intercom knows an attribute's type, a query does not: 5 finds "5" and "5" finds 5."""
    attributes = {"seats": 5, "code": "7", 'odd/na~me "x"': "Yes", "vip": True, "since": 1_700_000_000}
    with duckdb.connect() as connection:
        create_tables(connection, [CONTACTS_TABLE])
        connection.execute(
            "INSERT INTO contacts (id, custom_attributes) VALUES ('a', ?)", [json.dumps(attributes)]
        )
        for name, operator, value, finds in (
            ("seats", "=", 5, True),
            ("seats", "=", "5", True),
            ("seats", ">", 4, True),
            ("seats", ">", 5, False),
            ("seats", "IN", (4, 5), True),
            ("code", "=", 7, True),
            ("code", "!=", 7, False),
            ("vip", "=", True, True),
            ("vip", "!=", True, False),
            ("since", "<", 1_800_000_000, True),
            ('odd/na~me "x"', "=", "yes", True),
            ("missing", "=", None, True),
            ("missing", "!=", "x", True),
            ("missing", "=", "x", False),
        ):
            wanted = condition(Filter(f"custom_attributes.{name}", operator, value), CONTACTS_TABLE)
            found = connection.execute(
                f"SELECT id FROM contacts WHERE {wanted.sql}", wanted.values
            ).fetchall()
            assert bool(found) is finds, (name, operator, value)


def test_nobody_is_0_or_nothing() -> None:
    """As one version of the API sends it, or another."""
    table = stream_named("conversations").table
    with duckdb.connect() as connection:
        create_tables(connection, [table])
        rows = "('zero', '0'), ('nothing', NULL), ('somebody', '7')"
        connection.execute(f"INSERT INTO conversations (id, admin_assignee_id) VALUES {rows}")
        for operator, finds in (("=", {"zero", "nothing"}), ("!=", {"somebody"})):
            wanted = condition(Filter("admin_assignee_id", operator, 0), table)
            found = connection.execute(f"SELECT id FROM conversations WHERE {wanted.sql}", wanted.values)
            assert {record_id for (record_id,) in found.fetchall()} == finds


@pytest.mark.parametrize(
    ("query", "what"),
    [
        (Filter("segment_id", "=", "1"), "The warehouse cannot search contacts by 'segment_id'."),
        (Filter("formatted_phone", "=", "1"), "The warehouse cannot search contacts by 'formatted_phone'."),
        (Filter("emial", "=", "1"), "There is no field 'emial' to search contacts by."),
        (Filter("custom_attributes.", "=", "1"), "There is no field 'custom_attributes.'"),
        (Filter("name'; DROP", "=", "1"), "There is no field"),
        (Filter("role", ">", "1"), "'role', a text, cannot be compared with '>'."),
        (Filter("role", "LIKE", "1"), "'role', a text, cannot be compared with 'LIKE'."),
        (Filter("role", "IN", "1"), "'role' IN needs a list of values."),
        (Filter("role", "=", ("1",)), "'role' = needs one value."),
        (Filter("role", "~", None), "null, for no value, goes with = and != only."),
        (Filter("owner_id", "=", "many"), "The field cannot be compared with 'many'."),
        (Filter("owner_id", "=", 2**63), "The field cannot be compared with"),
        (Filter("created_at", ">", 253_402_300_800), "The field cannot be compared with"),
        (Filter("has_hard_bounced", "=", "maybe"), "The field cannot be compared with 'maybe'."),
        (Filter("name", "=", "\ud83d"), "The field cannot be compared with"),
        (all_of(), "A group holds at least one filter."),
    ],
)
def test_what_the_warehouse_cannot_answer_is_refused(query: Query, what: str) -> None:
    """Nothing is found by mistake, in a column that is not there or with a value that does not fit."""
    with pytest.raises(NotSearchable) as caught:
        condition(query, CONTACTS_TABLE)
    assert caught.value.what.startswith(what)
    assert caught.value.fix
