"""The declared streams agree with themselves, with DuckDB and with Intercom's API descriptions."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import yaml

from intercom_pipeline.sandbox import Sizes, serve
from intercom_pipeline.sync.catalog import CATALOG, UnknownStream, stream_named
from intercom_pipeline.sync.stream import Paging, Replication, Stream
from intercom_pipeline.warehouse.decode import Row, decode
from intercom_pipeline.warehouse.shape import shape_of
from intercom_pipeline.warehouse.table import PARENT, Column, Kind, Table

DESCRIPTIONS = Path(__file__).parents[2].parent / "shared" / "openapi"
VERSIONS = ("2.11", "2.12", "2.13", "2.14", "2.15", "2.16")
ALL_TABLES = [table for stream in CATALOG for table in stream.tables()]
TABLES = {table.name: table for table in ALL_TABLES}
COLUMNS = [(table, column) for table in ALL_TABLES for column in table.all_columns]

SCHEMAS = {
    "contacts": ("contact",),
    "contact_tags": ("addressable_list",),
    # Called contact_company in 2.11, company_data later.
    "contact_companies": ("contact_company", "company_data"),
    "conversations": ("conversation", "conversation_list_item"),
    "conversation_parts": ("conversation_part",),
    "conversation_tags": ("tag",),
    "conversation_contacts": ("contact_reference",),
    "conversation_teammates": ("reference",),
    "articles": ("article", "article_list_item"),
    "admins": ("admin",),
    "teams": ("team",),
    "tags": ("tag",),
    "segments": ("segment",),
}
"""The schemas of Intercom's API description that describe each table's records."""

FITTING_KINDS = {
    "string": {Kind.ID, Kind.TEXT, Kind.JSON},
    "integer": {Kind.ID, Kind.INTEGER, Kind.TIME},
    "number": {Kind.NUMBER},
    "boolean": {Kind.BOOLEAN},
    "array": {Kind.JSON},
    "object": {Kind.JSON},
}


def named(table: Table, column: Column) -> str:
    return f"{table.name}.{column.name}"


@cache
def described(version: str) -> dict[str, Any]:
    file = DESCRIPTIONS / f"intercom-{version}.yaml"
    if not file.exists():
        pytest.skip(f"Intercom's API description is not at ../shared/openapi/{file.name}")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    description: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader, in C where there is one
    return description


def properties(version: str, table: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property that the API's description gives for a table's records."""
    schemas = described(version)["components"]["schemas"]
    found = [schemas[name] for name in SCHEMAS[table] if name in schemas]
    assert found, f"no schema of {version} describes {table}"
    for schema in found:
        yield from schema["properties"].items()


def fits(stream: Stream, record: dict[str, Any]) -> bool:
    """Whether a record fills a row of its table, and of its child tables, without anything to note."""
    row = decode(shape_of(stream.table), msgspec.json.encode(record))
    return isinstance(row, Row) and row.notes == []


def test_every_table_has_a_name_of_its_own() -> None:
    """Two tables never share a name."""
    assert len(TABLES) == len(ALL_TABLES)


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_every_column_has_a_name_and_a_key_of_its_own(table: Table) -> None:
    """Two columns of a table share neither a name nor the record's key that feeds them."""
    names = [column.name for column in table.all_columns]
    keys = [column.key for column in table.sent]
    assert len(set(names)) == len(names)
    assert len(set(keys)) == len(keys)


def test_every_column_is_described_in_one_sentence() -> None:
    """A column's description is one sentence of one line that ends with a full stop."""
    sentence = re.compile(r"[A-Z]([^.!?\n]|[.!?](?=\w))+\.")
    assert [
        named(table, column) for table, column in COLUMNS if not sentence.fullmatch(column.description)
    ] == []


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_every_table_is_described_in_one_sentence(table: Table) -> None:
    """A table's description is one sentence, and its grain the end of "One row is …"."""
    assert re.fullmatch(r"[A-Z][^\n]+[^.]\.", table.description)
    assert re.fullmatch(r"one [^.]+", table.grain)


def test_every_time_says_its_zone() -> None:
    """A time's description says that it is in UTC, unless the column is always NULL."""
    times = [
        (table, column) for table, column in COLUMNS if column.kind is Kind.TIME and column in table.columns
    ]
    silent = [named(table, column) for table, column in times if "(UTC)" not in column.description]
    assert silent == ["tags.applied_at"]


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_keys_and_cursors_are_columns_that_are_sent(table: Table) -> None:
    """Primary keys, cursors and, for a child, its parent's id stand among the columns that are sent."""
    sent = {column.name: column.kind for column in table.sent}
    assert {sent.get(name) for name in table.primary_key} == {Kind.ID}
    assert table.cursor is None or sent.get(table.cursor) is Kind.TIME
    assert not table.path or table.parent_column in sent


@pytest.mark.parametrize("stream", CATALOG, ids=lambda stream: stream.name)
def test_what_is_synced_by_newness_has_a_cursor(stream: Stream) -> None:
    """A stream that is not refreshed in full has a cursor, and is found by a search or newest first."""
    assert (stream.replication is Replication.FULL_REFRESH) == (stream.table.cursor is None)
    assert (stream.replication is Replication.INCREMENTAL) == (stream.paging is Paging.SEARCH)


def test_parts_live_in_their_own_table_alone() -> None:
    """The parts of a conversation are not kept a second time, and are kept when Intercom's cap hides them."""
    assert TABLES["conversations"].detached == {"conversation_parts"}
    assert [table.name for table in ALL_TABLES if table.keeps_vanished] == ["conversation_parts"]


def test_bodies_and_addresses_are_personal() -> None:
    """What people wrote and how they are reached is personal in every table about people."""
    telling = re.compile(r"body|subject|remark|email$|^phone|avatar|location|custom_attributes|external_id")
    shown = [
        named(table, column)
        for table, column in COLUMNS
        if telling.search(column.name) and not column.personal and table.name != "articles"
    ]
    assert shown == []


def test_a_stream_is_found_by_its_name() -> None:
    """Every stream is found by the name of its table."""
    assert [stream_named(stream.name) for stream in CATALOG] == list(CATALOG)


def test_an_unknown_stream_is_answered_with_those_like_it() -> None:
    """A misspelt name is refused with the near names and all there are."""
    with pytest.raises(UnknownStream) as refused:
        stream_named("conversation")
    message = str(refused.value)
    assert "Did you mean conversations?" in message
    assert all(stream.name in message for stream in CATALOG)
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("table", SCHEMAS)
def test_every_described_field_is_kept(version: str, table: str) -> None:
    """Every property of the API's description is a column, an ignored key or a child table."""
    declared = TABLES[table]
    children = {child.path[0] for child in declared.children}
    kept = {column.key for column in declared.sent} | declared.ignored | children
    assert {name for name, _ in properties(version, table)} - kept == set()


def test_every_sent_table_has_a_description_to_compare_with() -> None:
    """No table but the one made of bare ids goes uncompared."""
    assert set(TABLES) - set(SCHEMAS) == {"admin_teams"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("table", SCHEMAS)
def test_every_column_fits_the_described_type(version: str, table: str) -> None:
    """A column's kind takes the type that the API's description gives its field."""
    columns = {column.key: column.kind for column in TABLES[table].sent}
    misfits = {
        name: described_field
        for name, described_field in properties(version, table)
        if name in columns and not _fits(columns[name], described_field)
    }
    assert misfits == {}


def _fits(kind: Kind, described_field: dict[str, Any]) -> bool:
    if described_field.get("format") == "date-time":
        return kind is Kind.TIME
    return kind in FITTING_KINDS[described_field.get("type", "object")]


EXAMPLES = {
    "contacts": (("/contacts/{contact_id}", "get"),),
    "conversations": (
        ("/conversations", "get"),
        ("/conversations/search", "post"),
        ("/conversations/{conversation_id}", "get"),
    ),
    "articles": (("/articles", "get"), ("/articles/{article_id}", "get")),
    "admins": (("/admins", "get"),),
    "tags": (("/tags", "get"),),
    "segments": (("/segments", "get"),),
}
"""Where the API's description shows records of a stream; it shows no team."""


def examples(version: str, stream: Stream) -> Iterator[dict[str, Any]]:
    """The example records that the API's description shows for a stream."""
    for path, method in EXAMPLES[stream.name]:
        operation = next(
            operations[method]
            for described_path, operations in described(version)["paths"].items()
            if re.sub(r"{\w+}", "{}", described_path) == re.sub(r"{\w+}", "{}", path)
        )
        answers = {str(status): answer for status, answer in operation["responses"].items()}
        for example in answers["200"]["content"]["application/json"].get("examples", {}).values():
            value = example.get("value") or {}
            yield from [value] if "{" in path else value.get(stream.records, [])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", EXAMPLES)
def test_example_records_show_no_drift(version: str, name: str) -> None:
    """The records that Intercom's documentation shows fill rows without anything to note."""
    stream = stream_named(name)
    records = list(examples(version, stream))
    assert records
    assert [record for record in records if not fits(stream, record)] == []


@pytest.fixture(scope="module")
def workspace() -> Iterator[httpx.Client]:
    with serve(sizes=Sizes(contacts=40, conversations=40), seed=7) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        with httpx.Client(base_url=sandbox.url, headers=headers, trust_env=False) as client:
            yield client


@pytest.mark.parametrize("version", ["2.11", "2.14", "2.17"])
@pytest.mark.parametrize("stream", CATALOG, ids=lambda stream: stream.name)
def test_the_sandbox_has_records_of_every_stream(
    workspace: httpx.Client, version: str, stream: Stream
) -> None:
    """The sandbox answers at each stream's endpoints with records that fill rows without anything to note."""
    headers = {"Intercom-Version": version}
    everything = {"query": {"field": "updated_at", "operator": ">", "value": 0}}
    if stream.paging is Paging.SEARCH:
        answer = workspace.post(stream.path, json=everything, headers=headers)
    else:
        answer = workspace.get(stream.path, headers=headers)
    records = answer.json()[stream.records]
    if stream.detail:
        records += [workspace.get(stream.detail.format(id=records[0]["id"]), headers=headers).json()]
    assert records
    assert [record for record in records if not fits(stream, record)] == []


def test_an_admin_is_in_the_teams_that_name_them() -> None:
    """The bare ids in a team's list become rows of admin_teams."""
    row = decode(shape_of(TABLES["teams"]), b'{"type":"team","id":"9","name":"Billing","admin_ids":[1,2]}')
    assert isinstance(row, Row)
    lines = [json.loads(line) for line in row.children["admin_teams"]]
    assert lines == [{PARENT: "9", "id": 1}, {PARENT: "9", "id": 2}]
