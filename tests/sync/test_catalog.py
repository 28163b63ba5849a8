"""The declared streams agree with themselves, with DuckDB and with Intercom's API descriptions."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
import yaml

from intercom_pipeline.sync.catalog import CATALOG, UnknownStream, stream_named
from intercom_pipeline.sync.stream import Paging, Replication, Stream
from intercom_pipeline.warehouse.decode import Row, decode, shape_of
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
    for name in SCHEMAS[table]:
        yield from schemas.get(name, {}).get("properties", {}).items()


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def stage(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    staged = ", ".join(f'"{column.name}" {column.kind.sql_type}' for column in table.sent)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE staged ({staged})")


def _is_json(table: Table, name: str) -> bool:
    return any(column.name == name and column.kind is Kind.JSON for column in table.sent)


def derived(connection: duckdb.DuckDBPyConnection, table: Table, record: dict[str, Any]) -> dict[str, Any]:
    """What the derived columns of a table say about one record, staged as the warehouse stages it."""
    stage(connection, table)
    values = {name: json.dumps(value) if _is_json(table, name) else value for name, value in record.items()}
    names, marks = ", ".join(values), ", ".join("?" for _ in values)
    connection.execute(f"INSERT INTO staged ({names}) VALUES ({marks})", list(values.values()))
    wanted = [column for column in table.columns if column.expression]
    selected = ", ".join(f"({column.expression})::{column.kind.sql_type}" for column in wanted)
    row = connection.execute(f"SELECT {selected} FROM staged").fetchall()[0]
    return dict(zip((column.name for column in wanted), row, strict=True))


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
    "contacts": (("/contacts", "get"), ("/contacts/search", "post"), ("/contacts/{contact_id}", "get")),
    "conversations": (
        ("/conversations", "get"),
        ("/conversations/search", "post"),
        ("/conversations/{conversation_id}", "get"),
    ),
    "articles": (("/articles", "get"), ("/articles/{article_id}", "get")),
    "admins": (("/admins", "get"),),
    "teams": (("/teams", "get"),),
    "tags": (("/tags", "get"),),
    "segments": (("/segments", "get"),),
}
"""Where the API's description shows records of each stream."""


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
@pytest.mark.parametrize("stream", CATALOG, ids=lambda stream: stream.name)
def test_example_records_show_no_drift(version: str, stream: Stream) -> None:
    """The records that Intercom's documentation shows fill rows without anything to note."""
    for record in examples(version, stream):
        row = decode(shape_of(stream.table), msgspec.json.encode(record))
        assert isinstance(row, Row), row
        assert row.notes == []


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_derived_columns_run_on_an_empty_table(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """DuckDB reads every derived column's SQL, and it gives the column's type."""
    stage(connection, table)
    for column in table.columns:
        if column.expression:
            given = connection.execute(f"SELECT {column.expression} AS given FROM staged").description
            assert str(given[0][1]) == {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}.get(
                column.kind.sql_type, column.kind.sql_type
            )


def test_a_conversation_tells_how_it_began_and_went(connection: duckdb.DuckDBPyConnection) -> None:
    """The columns derived from a conversation's source, statistics, rating and SLA hold their values."""
    values = derived(
        connection,
        TABLES["conversations"],
        {
            "source": {
                "type": "email",
                "delivered_as": "customer_initiated",
                "subject": "Refund",
                "body": "<p>Hello &amp; thanks</p>",
                "author": {"type": "user", "id": "5ba682d23d7cf92bef87bfd4"},
            },
            "statistics": {
                "time_to_admin_reply": 2310,
                "count_conversation_parts": 7,
                "first_admin_reply_at": 1663597233,
                "last_closed_by_id": 81,
            },
            "conversation_rating": {"rating": 4, "remark": "Quick!"},
            "sla_applied": {"sla_name": "Gold", "sla_status": "hit"},
        },
    )
    assert {name: value for name, value in values.items() if value is not None} == {
        "source_type": "email",
        "source_delivered_as": "customer_initiated",
        "source_subject": "Refund",
        "source_body_text": "Hello & thanks",
        "source_author_type": "user",
        "source_author_id": "5ba682d23d7cf92bef87bfd4",
        "time_to_admin_reply": 2310,
        "count_conversation_parts": 7,
        "first_admin_reply_at": datetime(2022, 9, 19, 14, 20, 33, tzinfo=UTC),
        "last_closed_by_id": "81",
        "rating": 4,
        "rating_remark": "Quick!",
        "sla_name": "Gold",
        "sla_status": "hit",
    }


@pytest.mark.parametrize(
    "statistics", [None, "none", [], {"time_to_admin_reply": "soon", "first_close_at": 0}]
)
def test_odd_statistics_are_null(connection: duckdb.DuckDBPyConnection, statistics: Any) -> None:
    """Statistics that are missing, no object, text or 0 for a time give NULL and never an error."""
    values = derived(connection, TABLES["conversations"], {"id": "1", "statistics": statistics})
    assert {name for name, value in values.items() if value is not None} == set()


def test_a_time_beyond_the_calendar_is_null(connection: duckdb.DuckDBPyConnection) -> None:
    """A moment that no calendar holds gives NULL and never an error."""
    statistics = {"first_close_at": 2**62, "last_close_at": 10**30}
    values = derived(connection, TABLES["conversations"], {"statistics": statistics})
    assert (values["first_close_at"], values["last_close_at"]) == (None, None)


def test_a_part_tells_who_wrote_what(connection: duckdb.DuckDBPyConnection) -> None:
    """The columns derived from a part's author, assignment and body hold their values."""
    author = {"type": "bot", "id": 274, "name": "Fin", "email": "fin@example.com", "from_ai_agent": True}
    record = {"author": author, "assigned_to": {"type": "team", "id": "9"}, "body": "<p>One</p><p>Two</p>"}
    assert derived(connection, TABLES["conversation_parts"], record) == {
        "author_type": "bot",
        "author_id": "274",
        "author_name": "Fin",
        "author_email": "fin@example.com",
        "author_from_ai_agent": True,
        "assigned_to_type": "team",
        "assigned_to_id": "9",
        "body_text": "One\nTwo",
    }


def test_an_admin_is_in_the_teams_that_name_them() -> None:
    """The bare ids in a team's list become rows of admin_teams."""
    row = decode(shape_of(TABLES["teams"]), b'{"type":"team","id":"9","name":"Billing","admin_ids":[1,2]}')
    assert isinstance(row, Row)
    lines = [json.loads(line) for line in row.children["admin_teams"]]
    assert lines == [{PARENT: "9", "id": 1}, {PARENT: "9", "id": 2}]
