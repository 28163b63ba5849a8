"""The declared streams agree with themselves, with DuckDB and with Intercom's API descriptions."""

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import yaml

from intercom_pipeline.sandbox import Sizes, serve
from intercom_pipeline.sync.catalog import CATALOG, UnknownStream, stream_named
from intercom_pipeline.sync.stream import Need, Paging, Replication, Stream
from intercom_pipeline.warehouse.decode import Row, decode
from intercom_pipeline.warehouse.shape import shape_of
from intercom_pipeline.warehouse.table import PARENT, Column, Kind, Table

DESCRIPTIONS = Path(__file__).parents[2].parent / "shared" / "openapi"
VERSIONS = ("2.11", "2.12", "2.13", "2.14", "2.15", "2.16")
STREAMS = {stream.name for stream in CATALOG}
ALL_TABLES = [table for stream in CATALOG for table in stream.tables()]
TABLES = {table.name: table for table in ALL_TABLES}
COLUMNS = [(table, column) for table in ALL_TABLES for column in table.all_columns]

SCHEMAS = {
    "contacts": ("contact",),
    "contact_tags": ("addressable_list",),
    # Called contact_company in 2.11, company_data later.
    "contact_companies": ("contact_company", "company_data"),
    "contact_subscriptions": ("addressable_list",),
    "contact_notes": ("note",),
    "companies": ("company",),
    "company_tags": ("tag_basic",),
    "company_segments": ("segment",),
    "company_notes": ("note", "company_note"),
    "conversations": ("conversation", "conversation_list_item"),
    "conversation_parts": ("conversation_part",),
    "conversation_part_attachments": ("part_attachment",),
    "deleted_conversations": ("deleted_conversation_item",),
    "conversation_tags": ("tag",),
    "conversation_contacts": ("contact_reference",),
    "conversation_teammates": ("reference",),
    "tickets": ("ticket",),
    "ticket_parts": ("ticket_part",),
    "ticket_part_attachments": ("part_attachment",),
    "ticket_contacts": ("contact_reference",),
    "ticket_types": ("ticket_type",),
    "ticket_type_attributes": ("ticket_type_attribute",),
    "ticket_states": ("ticket_state_detailed",),
    "articles": ("article", "article_list_item"),
    "article_translations": ("article_content",),
    "collections": ("collection",),
    "help_centers": ("help_center",),
    "internal_articles": ("internal_article_list_item",),
    "content_snippets": ("content_snippet",),
    "external_pages": ("external_page",),
    "content_import_sources": ("content_import_source",),
    "audiences": ("audience",),
    "news_items": ("news_item",),
    "newsfeeds": ("newsfeed",),
    "newsfeed_items": ("news_item",),
    "calls": ("call",),
    "admins": ("admin",),
    "teams": ("team",),
    "tags": ("tag",),
    "segments": ("segment",),
    # From 2.16 on with the attributes of conversations, each type of which adds its own to the base.
    "data_attributes": ("data_attribute", "conversation_attribute_base"),
    "activity_logs": ("activity_log",),
    "subscription_types": ("subscription_type",),
    "away_status_reasons": ("away_status_reason",),
    "office_hours": ("office_hours_schedule",),
    "office_hours_exceptions": ("office_hours_exception",),
    "brands": ("brand",),
    "emails": ("email_setting",),
    "macros": ("macro",),
    "custom_objects": ("custom_object_instance",),
}
"""The schemas of Intercom's API description that describe each table's records."""

UNDESCRIBED = {
    # Bare ids, and ids found by a search.
    "admin_teams",
    "contact_segments",
    # The names and values of an open object.
    "conversation_attributes",
    # Plain text, the rows of a file, and an answer without a schema of its own.
    "call_transcripts",
    "reporting_data",
    "reporting_datasets",
}
"""The tables whose records no schema describes."""

FITTING_KINDS = {
    "string": {Kind.ID, Kind.TEXT, Kind.JSON},
    "integer": {Kind.ID, Kind.INTEGER, Kind.NUMBER, Kind.TIME},
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


def since(table: str) -> str:
    """The first API version that has a table's stream."""
    return next(each.minimum_version for each in CATALOG if TABLES[table] in each.tables())


DESCRIBED = [(version, table) for table in SCHEMAS for version in VERSIONS if version >= since(table)]
"""Every table with every version that describes it."""


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
    assert {sent.get(name) for name in table.primary_key} <= {Kind.ID, Kind.TEXT, Kind.INTEGER}
    assert table.cursor is None or sent.get(table.cursor) is Kind.TIME
    assert not table.path or table.parent_column in sent


@pytest.mark.parametrize("stream", CATALOG, ids=lambda stream: stream.name)
def test_what_is_synced_by_newness_has_a_cursor(stream: Stream) -> None:
    """A stream that is not refreshed in full has a cursor, and comes by a search, a log or newest first."""
    unsearched = {Replication.FULL_REFRESH, Replication.BY_PARENT}
    assert (stream.replication in unsearched) == (stream.table.cursor is None)
    searched = stream.paging in {Paging.SEARCH, Paging.LOG} and not stream.parent
    assert (stream.replication is Replication.INCREMENTAL) == searched


@pytest.mark.parametrize("stream", CATALOG, ids=lambda stream: stream.name)
def test_what_is_asked_for_by_parents_knows_them(stream: Stream) -> None:
    """A stream with a parent names a declared stream or a setting, and keeps the parent's id in a column."""
    keeps_parent = any(column.field == PARENT for column in stream.table.columns)
    assert (stream.parent is not None) == keeps_parent
    assert stream.parent is None or bool(stream.parent.setting) != (stream.parent.table in STREAMS)


@pytest.mark.parametrize("stream", CATALOG, ids=lambda stream: stream.name)
def test_every_stream_says_what_it_takes(stream: Stream) -> None:
    """A stream names the permission a token needs and what a sync costs in requests."""
    assert stream.permission
    assert re.match(r"\d+", stream.cost)


def test_what_every_workspace_has_is_in_every_version() -> None:
    """A stream that only some API versions have is not demanded of a workspace."""
    later = [stream for stream in CATALOG if stream.minimum_version != VERSIONS[0]]
    assert [stream.name for stream in later if stream.need is Need.ALWAYS] == []


def test_parts_live_in_their_own_table_alone() -> None:
    """The parts of a conversation are not kept a second time, and are kept when Intercom's cap hides them."""
    assert TABLES["conversations"].detached == {"conversation_parts"}
    assert TABLES["tickets"].detached == {"ticket_parts"}
    kept = [table.name for table in ALL_TABLES if table.keeps_vanished]
    assert kept == ["conversation_parts", "ticket_parts"]


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_a_capped_list_is_told_of_by_its_parent(table: Table) -> None:
    """The columns that a cap names are columns of the parent, of the kinds that it fills."""
    kinds = {column.name: column.kind for column in table.columns}
    for cap in filter(None, (child.cap for child in table.children)):
        named_kinds = [kinds.get(name) for name in (cap.counted, cap.truncated, cap.missing)]
        assert named_kinds == [Kind.INTEGER, Kind.BOOLEAN, Kind.INTEGER]


WRITTEN_FOR_MANY = {
    "article_translations",
    "articles",
    "content_snippets",
    "external_pages",
    "internal_articles",
    "macros",
    "news_items",
}
"""The tables of what is written for everybody, or for every teammate: their bodies are nobody's own."""


def test_bodies_and_addresses_are_personal() -> None:
    """What people wrote and how they are reached is personal in every table about people."""
    telling = re.compile(r"body|subject|remark|email$|^phone|avatar|location|custom_attributes|external_id")
    shown = [
        named(table, column)
        for table, column in COLUMNS
        if telling.search(column.name) and not column.personal and table.name not in WRITTEN_FOR_MANY
    ]
    assert shown == []


def test_a_stream_is_found_by_its_name() -> None:
    """Every stream is found by the name of its table."""
    assert [stream_named(stream.name) for stream in CATALOG] == list(CATALOG)


def test_an_unknown_stream_is_answered_with_those_like_it() -> None:
    """A misspelt name is refused with the near names; where there are none, with all there are."""
    with pytest.raises(UnknownStream) as refused:
        stream_named("conversation")
    assert "Did you mean conversations" in str(refused.value)
    assert isinstance(refused.value, ValueError)
    with pytest.raises(UnknownStream) as unlike:
        stream_named("xyz")
    assert all(stream.name in str(unlike.value) for stream in CATALOG)


def test_a_table_of_a_stream_is_answered_with_the_stream() -> None:
    """Whoever asks for a part learns what brings it."""
    with pytest.raises(UnknownStream, match=r"It comes with the stream conversations\."):
        stream_named("conversation_parts")


@pytest.mark.parametrize(("version", "table"), DESCRIBED)
def test_every_described_field_is_kept(version: str, table: str) -> None:
    """Every property of the API's description is a column, an ignored key or a child table."""
    declared = TABLES[table]
    children = {path[0] for child in declared.children for path in child.paths}
    kept = {column.key for column in declared.sent} | declared.ignored | children
    assert {name for name, _ in properties(version, table)} - kept == set()


def test_every_sent_table_has_a_description_to_compare_with() -> None:
    """No table but those that no schema can describe goes uncompared."""
    assert set(TABLES) - set(SCHEMAS) == UNDESCRIBED


@pytest.mark.parametrize(("version", "table"), DESCRIBED)
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
    moment = described_field.get("$ref", "").endswith("/datetime")
    if moment or described_field.get("format") == "date-time":
        return kind is Kind.TIME
    return kind in FITTING_KINDS[described_field.get("type", "object")]


EXAMPLES = {
    "contacts": (("/contacts/{contact_id}", "get"),),
    "contact_notes": (("/contacts/{contact_id}/notes", "get"),),
    "companies": (("/companies/scroll", "get"), ("/companies/list", "post"), ("/companies/{id}", "get")),
    "company_notes": (("/companies/{company_id}/notes", "get"),),
    "conversations": (
        ("/conversations", "get"),
        ("/conversations/search", "post"),
        ("/conversations/{conversation_id}", "get"),
    ),
    "deleted_conversations": (("/conversations/deleted", "get"),),
    "tickets": (("/tickets/search", "post"), ("/tickets/{ticket_id}", "get")),
    "ticket_types": (("/ticket_types", "get"), ("/ticket_types/{ticket_type_id}", "get")),
    "ticket_states": (("/ticket_states", "get"),),
    "articles": (("/articles", "get"), ("/articles/{article_id}", "get")),
    "collections": (("/help_center/collections", "get"), ("/help_center/collections/{id}", "get")),
    "help_centers": (("/help_center/help_centers/{id}", "get"),),
    "internal_articles": (("/internal_articles", "get"), ("/internal_articles/{id}", "get")),
    "content_snippets": (("/content_snippets", "get"), ("/content_snippets/{id}", "get")),
    "external_pages": (("/ai/external_pages", "get"), ("/ai/external_pages/{id}", "get")),
    "content_import_sources": (("/ai/content_import_sources", "get"),),
    "audiences": (("/audiences", "get"), ("/audiences/{id}", "get")),
    "news_items": (("/news/news_items", "get"), ("/news/news_items/{id}", "get")),
    "newsfeeds": (("/news/newsfeeds", "get"), ("/news/newsfeeds/{id}", "get")),
    "calls": (("/calls/{id}", "get"),),
    "admins": (("/admins", "get"),),
    "tags": (("/tags", "get"),),
    "segments": (("/segments", "get"),),
    "data_attributes": (("/data_attributes", "get"),),
    "activity_logs": (("/admins/activity_logs", "get"),),
    "subscription_types": (("/subscription_types", "get"),),
    "office_hours": (("/office_hours_schedules", "get"),),
    "office_hours_exceptions": (("/office_hours_schedules/{id}/office_hours_exceptions", "get"),),
    "brands": (("/brands", "get"), ("/brands/{id}", "get")),
    "emails": (("/emails", "get"), ("/emails/{id}", "get")),
    "macros": (("/macros", "get"), ("/macros/{id}", "get")),
    "custom_objects": (("/custom_object_instances/{type}", "get"),),
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
            given = value.get(stream.records) or ([value] if "id" in value else [])
            yield from ({PARENT: "1"} | record if stream.parent else record for record in given)


@pytest.mark.parametrize(
    ("version", "name"), [(version, name) for version, name in DESCRIBED if name in EXAMPLES]
)
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


def asked(workspace: httpx.Client, version: str, stream: Stream, parent: str = "") -> httpx.Response:
    """The sandbox's first answer for a stream, or for one parent of it."""
    headers = {"Intercom-Version": version}
    if stream.paging is Paging.SEARCH:
        of_segment = {"field": "segment_id", "operator": "=", "value": parent}
        everything = {"field": "updated_at", "operator": ">", "value": 0}
        body = {"query": of_segment if parent else everything}
        return workspace.post(stream.path, json=body, headers=headers)
    if stream.paging is Paging.SCROLL:
        # Only one scroll can be open at a time; the list besides it has the same records.
        return workspace.post(stream.besides[0].path, headers=headers)
    params = dict(stream.params) | ({"created_at_after": "0"} if stream.paging is Paging.LOG else {})
    return workspace.get(stream.path.format(id=parent), params=params, headers=headers)


def listed(workspace: httpx.Client, version: str, stream: Stream) -> list[dict[str, Any]]:
    """Records of a stream that has no parent."""
    records: list[dict[str, Any]] = asked(workspace, version, stream).json()[stream.records]
    return records


def besides(workspace: httpx.Client, version: str, stream: Stream) -> Iterator[dict[str, Any]]:
    """Records of a stream's further listings, with what these lack."""
    for listing in stream.besides:
        if listing.since <= version and not (listing.before and listing.before <= version):
            headers = {"Intercom-Version": version}
            answer = workspace.get(listing.path, params=dict(listing.params), headers=headers)
            for record in answer.json()[listing.records]:
                yield record | {key: text.format(name=record["name"]) for key, text in listing.adds}


def of_parents(workspace: httpx.Client, version: str, stream: Stream) -> Iterator[dict[str, Any]]:
    """Records of a stream that is asked for by its parents, with the parent's id."""
    assert stream.parent
    for parent in listed(workspace, version, stream_named(stream.parent.table)):
        answer = asked(workspace, version, stream, parent["id"])
        if answer.status_code == httpx.codes.NOT_FOUND:
            continue
        if stream.paging is Paging.TEXT:
            yield {PARENT: parent["id"], "text": answer.text}
            continue
        for record in answer.json()[stream.records]:
            # Of a parent's contacts, only the ids belong to the stream.
            kept = {"id": record["id"]} if stream.paging is Paging.SEARCH else record
            yield {PARENT: parent["id"]} | kept


SHOWN = [
    (version, stream)
    for version in ("2.11", "2.14", "2.17")
    for stream in CATALOG
    if version >= stream.minimum_version
    # Exports and what is asked for by a setting are no lists to look into.
    and stream.paging is not Paging.EXPORT
    and not (stream.parent and stream.parent.setting)
]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_attributes_of_each_model_are_told_apart(workspace: httpx.Client, version: str) -> None:
    """Whichever endpoint lists the attributes of a model, each fills a row of its own in one table."""
    stream = stream_named("data_attributes")
    records = [*listed(workspace, version, stream), *besides(workspace, version, stream)]
    assert {record["model"] for record in records} == {"contact", "company", "conversation"}
    assert len({(record["model"], record["full_name"]) for record in records}) == len(records)
    assert [record for record in records if not fits(stream, record)] == []


@pytest.mark.parametrize(
    ("version", "stream"), SHOWN, ids=[f"{version}-{stream.name}" for version, stream in SHOWN]
)
def test_the_sandbox_has_records_of_every_stream(
    workspace: httpx.Client, version: str, stream: Stream
) -> None:
    """The sandbox answers at each stream's endpoints with records that fill rows without anything to note."""
    if stream.parent:
        records = list(islice(of_parents(workspace, version, stream), 20))
    else:
        records = listed(workspace, version, stream)
    if stream.detail:
        path = stream.detail.format(id=records[0]["id"])
        records += [workspace.get(path, headers={"Intercom-Version": version}).json()]
    assert records
    assert [record for record in records if not fits(stream, record)] == []


def test_an_admin_is_in_the_teams_that_name_them() -> None:
    """The bare ids in a team's list become rows of admin_teams."""
    row = decode(shape_of(TABLES["teams"]), b'{"type":"team","id":"9","name":"Billing","admin_ids":[1,2]}')
    assert isinstance(row, Row)
    lines = [json.loads(line) for line in row.children["admin_teams"]]
    assert lines == [{PARENT: "9", "id": 1}, {PARENT: "9", "id": 2}]
