"""Runs of the real assets against a sandbox, as Dagster tells and keeps them."""

from datetime import UTC, datetime

import duckdb

from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.sync.access import refused_by_version
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.choice import is_default
from tests.defs.running import FirstRun, Runner, materialized, spec_of

TABLES = [
    table.name
    for stream in CATALOG
    if is_default(stream) and not refused_by_version(stream, "2.14")
    for table in stream.tables()
]
COUNTS = {"rows_inserted", "rows_updated", "rows_unchanged", "rows_removed"}
COSTS = {
    "stream_records_read",
    "stream_requests",
    "stream_retries",
    "stream_waited_seconds",
    "stream_received_bytes",
    "stream_seconds",
}


def test_a_run_of_everything_materialises_every_table_with_its_figures(first_run: FirstRun) -> None:
    """The row counts are those of the published file, under the name the asset gives."""
    told = materialized(first_run.result)
    assert sorted(told) == sorted(TABLES)
    with duckdb.connect(str(first_run.runner.published), read_only=True) as published:
        for table, metadata in told.items():
            assert {"dagster/row_count", "preview"} | COUNTS | COSTS <= metadata.keys()
            count = published.execute(
                f"SELECT count(*) FROM intercom.main.{table} WHERE _deleted_at IS NULL"
            ).fetchone()
            assert count == (metadata["dagster/row_count"],), table
            assert metadata["rows_inserted"] == metadata["dagster/row_count"], table


def test_what_the_page_says_of_a_table_is_what_duckdb_says(first_run: FirstRun) -> None:
    """Descriptions, columns and types of the assets are those of the published file."""
    with duckdb.connect(str(first_run.runner.published), read_only=True) as published:
        for table in TABLES:
            spec = spec_of(table)
            assert published.execute(
                "SELECT comment FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = ?", [table]
            ).fetchall() == [(spec.description,)]
            assert published.execute(
                "SELECT column_name, replace(data_type, 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ'), comment "
                "FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = ? ORDER BY column_index",
                [table],
            ).fetchall() == [
                (c.name, c.type, c.description) for c in spec.metadata["dagster/column_schema"].columns
            ]


def test_a_run_of_some_tables_syncs_their_streams_alone(runner: Runner, sandbox: Sandbox) -> None:
    """Choosing a child table asks for its stream and materialises that table only."""
    sandbox.requests.reset()
    assert set(materialized(runner.run("contact_tags", "admins"))) == {"contact_tags", "admins"}
    paths = {request.path for request in sandbox.requests}
    assert {"/me", "/contacts/search", "/admins"} <= paths
    assert all(path.startswith("/contacts/") for path in paths - {"/me", "/admins"})


def test_a_second_run_tells_what_changed_and_a_full_refresh_asks_for_everything(
    runner: Runner, sandbox: Sandbox
) -> None:
    """Counts are those of the run, row counts those of the table; the launchpad's choice reaches the sync."""
    first = materialized(runner.run("contacts"))["contacts"]
    contact = sandbox.workspace.records("contacts", version="2.14")[0]
    sandbox.workspace.update_contact(contact["id"], name="Changed Name")
    second = materialized(runner.run("contacts"))["contacts"]
    assert second["dagster/row_count"] == first["dagster/row_count"] > 0
    assert (second["rows_inserted"], second["rows_updated"], second["rows_removed"]) == (0, 1, 0)
    everything = materialized(runner.run("contacts", full_refresh=True))["contacts"]
    assert everything["stream_records_read"] >= first["dagster/row_count"] > second["stream_records_read"]


def test_the_bookmark_is_the_newest_change_stored(first_run: FirstRun) -> None:
    """It is told as a moment."""
    bookmark = materialized(first_run.result)["contacts"]["stream_bookmark"]
    newest = datetime.fromtimestamp(bookmark, UTC)
    with duckdb.connect(str(first_run.runner.published), read_only=True) as published:
        assert published.execute("SELECT max(updated_at) FROM contacts").fetchall() == [(newest,)]


def test_the_run_is_recorded_under_dagsters_id(runner: Runner) -> None:
    """`pipeline.runs` can be joined with the page."""
    result = runner.run("tags")
    with duckdb.connect(str(runner.published), read_only=True) as published:
        assert published.execute("SELECT run_id, stream FROM pipeline.runs").fetchall() == [
            (result.run_id, "tags")
        ]
