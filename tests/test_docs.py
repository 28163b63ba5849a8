"""What the documentation says of the tables is what the catalog says, and its queries run."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from intercom_pipeline.analytics.models import models
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.warehouse import history, reply_log, views
from intercom_pipeline.warehouse.ddl import create_bookkeeping, create_tables
from intercom_pipeline.warehouse.models import make

DOCS = Path(__file__).parent.parent / "docs"
TABLES = (DOCS / "tables.md").read_text(encoding="utf-8")
EVERY_TABLE = [table for stream in CATALOG for table in stream.tables()]


@pytest.fixture
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with all tables and no rows."""
    with duckdb.connect() as connection:
        create_bookkeeping(connection)
        create_tables(connection, EVERY_TABLE)
        history.prepare(connection, replace(EVERY_TABLE[0], history=True), None)
        views.refresh(connection, [])
        reply_log.define(connection)
        assert make(connection, models()) == {}
        yield connection


def test_the_list_of_tables_is_the_catalogs() -> None:
    """A line a table: name, what a row is, what it is about."""
    lines = [f"| `{table.name}` | {table.grain} | {table.description} |" for table in EVERY_TABLE]
    assert re.findall(r"^\| `.*\|$", TABLES, re.MULTILINE) == lines


@pytest.mark.parametrize("document", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_every_query_runs(empty: duckdb.DuckDBPyConnection, document: Path) -> None:
    """On the tables as they are declared."""
    for query in re.findall(
        r"^ *```sql\n(.*?)^ *```", document.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    ):
        empty.execute(query)


@pytest.mark.parametrize(
    "document", [*sorted(DOCS.glob("*.md")), *sorted(DOCS.parent.glob("*.md"))], ids=lambda path: path.name
)
def test_every_link_leads_somewhere(document: Path) -> None:
    """Links to files of the repository name files that exist."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def test_every_promise_names_a_test_that_exists() -> None:
    """docs/reliability.md names the test of each promise."""
    named = re.findall(r"`(tests/[\w/]+\.py)`", (DOCS / "reliability.md").read_text(encoding="utf-8"))
    assert len(named) > 10
    for path in named:
        assert (DOCS.parent / path).exists(), path
