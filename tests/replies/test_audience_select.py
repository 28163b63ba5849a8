"""Who is answered, by a query: typed values, and what it may not do."""

from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from intercom_pipeline.replies.audience.faults import AudienceRefused
from intercom_pipeline.replies.audience.selected import from_select
from intercom_pipeline.replies.plan import MOST_REPLIES
from intercom_pipeline.replies.templates.drafts import drafts
from intercom_pipeline.replies.templates.template import Template
from intercom_pipeline.warehouse.asking import QueryFailed
from intercom_pipeline.warehouse.errors import WarehouseMissing
from intercom_pipeline.warehouse.files import DataFolder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    made = DataFolder(tmp_path_factory.mktemp("data"))
    with closing(duckdb.connect(str(made.published))) as connection:
        connection.execute(
            "CREATE TABLE conversations AS SELECT (1000 + range)::VARCHAR AS id, 'Ada' AS name "
            "FROM range(10001)"
        )
    return made


def test_values_keep_what_they_are(folder: DataFolder) -> None:
    """A date, a moment, a decimal, a list and JSON print sensibly; NULL is missing."""
    sql = """SELECT id AS conversation_id, DATE '2026-03-01' AS day, 1200000.50::DECIMAL(12, 2) AS price,
        TIMESTAMPTZ '2026-03-01 12:00:00+01' AS at, ['a', 'b'] AS tags, '{"plan": "pro"}'::JSON AS company,
        NULL AS nothing, 3 AS seats, true AS paid, 1e22 AS huge FROM conversations WHERE id = '1000'"""
    [one] = from_select(folder, sql)
    assert (one.row, one.conversation_id, one.values["price"]) == ("row 1", "1000", Decimal("1200000.50"))
    template = Template.parse(
        "{{ day }} {{ at|date('%H:%M') }} {{ price }} {{ tags|join('+') }} {{ company.plan }} "
        "{{ nothing|default('-') }} {% if seats > 2 and price > seats and paid %}{{ seats }}{% endif %} "
        "{{ huge }}"
    )
    [draft] = drafts([one], template)
    assert draft.body == "<p>2026-03-01 11:00 1200000.50 a+b pro - 3 10000000000000000000000</p>"


def test_ids_may_be_whole_numbers(folder: DataFolder) -> None:
    """A column of a spreadsheet that was loaded into a table may hold them so."""
    [one] = from_select(folder, "SELECT 226537904589997::BIGINT AS conversation_id")
    assert (one.conversation_id, one.values["conversation_id"]) == ("226537904589997",) * 2


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT id FROM conversations", "It has id."),
        ("DESCRIBE conversations", "There is no column conversation_id"),
        ("SELECT id AS conversation_id FROM conversations WHERE false", "nobody to answer"),
        ("SELECT id AS conversation_id FROM conversations", "more than 10,000 rows"),
        ("SELECT unnest(['1', NULL, ' ', '1', 'last']) AS conversation_id", "row 2: no conversation_id"),
        (
            "SELECT unnest(['1', NULL, ' ', '1', 'last']) AS conversation_id",
            "row 4: the same(.|\n)*row 5: 'last'",
        ),
        ("SELECT 226537904589997.5::DOUBLE AS conversation_id", "row 1: the conversation_id is no text"),
        ("SELECT true AS conversation_id", "row 1: the conversation_id is no text"),
        ("SELECT '1' AS conversation_id, repeat('x', 100001) AS body", "too large"),
        (
            "SELECT id AS conversation_id, repeat('x', 9000) AS body FROM conversations LIMIT 5000",
            "too large",
        ),
    ],
)
def test_a_query_that_names_nobody_is_refused(folder: DataFolder, sql: str, says: str) -> None:
    """It has no id, no rows, too many, too much in them, or rows that are wrong."""
    with pytest.raises(AudienceRefused) as refused:
        from_select(folder, sql)
    refused.match(says)


def test_the_largest_plan_is_selected(folder: DataFolder) -> None:
    """Ten thousand rows are not too many."""
    sql = f"SELECT id AS conversation_id, name FROM conversations LIMIT {MOST_REPLIES}"
    assert len(from_select(folder, sql)) == MOST_REPLIES


@pytest.mark.parametrize(
    "sql", ["DELETE FROM conversations RETURNING id AS conversation_id", "SELECT 1; SELECT 2", "FROM missing"]
)
def test_a_query_only_reads(folder: DataFolder, sql: str) -> None:
    """What writes, several statements and what is not there are refused."""
    with pytest.raises(QueryFailed):
        from_select(folder, sql)


def test_without_a_published_file_there_is_nobody(tmp_path: Path) -> None:
    """Nothing was synced yet."""
    with pytest.raises(WarehouseMissing):
        from_select(DataFolder(tmp_path), "SELECT '1' AS conversation_id")


def test_rows_that_a_join_doubles_are_told_how_to_be_one(folder: DataFolder) -> None:
    """Only where there are such rows."""
    with pytest.raises(AudienceRefused) as refused:
        from_select(folder, "SELECT unnest(['1', '2', '1']) AS conversation_id")
    assert "SELECT DISTINCT" in refused.value.fix
    with pytest.raises(AudienceRefused) as refused:
        from_select(folder, "SELECT unnest(['1', 'last']) AS conversation_id")
    assert "DISTINCT" not in refused.value.fix
