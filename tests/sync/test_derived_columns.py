"""The columns derived in SQL hold what the JSON they are read from says, and never fail."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.warehouse.table import Kind, Table

TABLES = {table.name: table for stream in CATALOG for table in stream.tables()}


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
    # What begins with an underscore is found out by a sync, not read from a record.
    wanted = [column for column in table.columns if column.expression and column.name[0] != "_"]
    selected = ", ".join(f"({column.expression})::{column.kind.sql_type}" for column in wanted)
    row = connection.execute(f"SELECT {selected} FROM staged").fetchall()[0]
    return dict(zip((column.name for column in wanted), row, strict=True))


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_derived_columns_run_on_an_empty_table(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """DuckDB reads every derived column's SQL, and it gives the column's type."""
    stage(connection, table)
    for column in table.columns:
        if column.expression:
            given = connection.execute(f"SELECT {column.expression} AS given FROM staged").description
            assert str(given[0][1]) == {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}.get(
                column.kind.sql_type, column.kind.sql_type
            )


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_no_column_needs_quotes(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Every column can be asked for by its bare name: none is a word that SQL keeps to itself."""
    stage(connection, table)
    connection.execute(f"SELECT {', '.join(column.name for column in table.sent)} FROM staged")


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


def test_a_ticket_tells_its_state_in_every_version(connection: duckdb.DuckDBPyConnection) -> None:
    """The state is read from the word and labels of API version 2.11 as from the object sent since."""
    state = {"id": "7", "category": "in_progress", "internal_label": "Dev", "external_label": "In work"}
    old = derived(
        connection,
        TABLES["tickets"],
        {
            "ticket_state": "submitted",
            "ticket_state_internal_label": "New",
            "ticket_state_external_label": "Sent",
        },
    )
    new = derived(connection, TABLES["tickets"], {"ticket_state": state})
    names = ("state", "state_id", "state_label", "state_external_label")
    assert [old[name] for name in names] == ["submitted", None, "New", "Sent"]
    assert [new[name] for name in names] == ["in_progress", "7", "Dev", "In work"]


def test_a_ticket_tells_what_it_is_about(connection: duckdb.DuckDBPyConnection) -> None:
    """A ticket's type, title and description are columns, the description as plain text."""
    record = {
        "ticket_type": {"id": "3", "name": "Bug"},
        "ticket_attributes": {"_default_title_": "Broken", "_default_description_": "<p>All of it</p>"},
    }
    values = derived(connection, TABLES["tickets"], record)
    assert {name: value for name, value in values.items() if value is not None} == {
        "ticket_type_id": "3",
        "ticket_type_name": "Bug",
        "title": "Broken",
        "description_text": "All of it",
    }


@pytest.mark.parametrize("choice", ["opted_in", "opted_out"])
def test_a_subscription_tells_what_was_chosen(connection: duckdb.DuckDBPyConnection, choice: str) -> None:
    """The list that names a subscription type tells whether the contact chose or refused it."""
    record = {"list": f"{choice}_subscription_types"}
    assert derived(connection, TABLES["contact_subscriptions"], record) == {"status": choice}


def test_an_article_tells_how_it_fares(connection: duckdb.DuckDBPyConnection) -> None:
    """The columns derived from an article's body and statistics hold their values."""
    record = {
        "body": "<h1>Refunds</h1>Ask us.",
        "statistics": {"views": 12, "conversions": 3, "reactions": 0},
    }
    assert derived(connection, TABLES["articles"], record) == {
        "body_text": "Refunds\nAsk us.",
        "views": 12,
        "conversions": 3,
        "reactions": 0,
    }


def test_a_tagging_tells_who_did_it(connection: duckdb.DuckDBPyConnection) -> None:
    """The admin who tagged a conversation is a column, and NULL where Intercom does not say."""
    tagging = TABLES["conversation_tags"]
    assert derived(connection, tagging, {"applied_by": {"type": "admin", "id": 7}}) == {"applied_by_id": "7"}
    assert derived(connection, tagging, {"applied_by": None}) == {"applied_by_id": None}
