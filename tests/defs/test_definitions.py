"""The code location: one asset a table, declared from the catalog alone."""

import re
from pathlib import Path

import dagster as dg
import pytest
import yaml

from intercom_pipeline.definitions import defs
from intercom_pipeline.defs.assets import parents_first
from intercom_pipeline.defs.resources import IntercomResource, SyncResource, WarehouseResource
from intercom_pipeline.sync.catalog import CATALOG, stream_named
from intercom_pipeline.sync.choice import is_default
from intercom_pipeline.sync.results import Cost, Outcome, SyncResult
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.warehouse.reply_log import COLUMNS, GRAIN
from intercom_pipeline.warehouse.table import Table
from tests.defs.running import spec_of

ROOT = Path(__file__).parents[2]
JOBS = {"sync_job", "sweep_job", "backfill_month", "search_contacts_job", "get_contact_job", "bulk_reply"}
TABLES = [table for stream in CATALOG for table in stream.tables()]


def test_every_table_is_an_asset_and_so_is_the_log_of_replies() -> None:
    """The assets are the tables of the catalog and one more; nothing else is."""
    keys = defs.resolve_asset_graph().get_all_asset_keys()
    names = {*(table.name for table in TABLES), "reply_log"}
    assert {key.to_user_string() for key in keys} == {f"intercom/{name}" for name in names}


def test_the_log_of_replies_says_what_its_columns_are() -> None:
    """As the tables do."""
    spec = spec_of("reply_log")
    assert spec.metadata["dagster/table_name"] == "intercom.pipeline.reply_log"
    assert [
        (each.name, each.type, each.description) for each in spec.metadata["dagster/column_schema"].columns
    ] == [(each.name, each.kind.sql_type, each.description) for each in COLUMNS]
    assert spec.description
    assert spec.description.endswith(f"One row is {GRAIN}.")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_an_asset_has_the_columns_of_its_table(table: Table) -> None:
    """Names, types, descriptions and the primary key are those of the table."""
    schema = spec_of(table.name).metadata["dagster/column_schema"]
    assert [(c.name, c.type, c.description) for c in schema.columns] == [
        (c.name, c.kind.sql_type, c.description) for c in table.all_columns
    ]
    assert {c.name for c in schema.columns if not c.constraints.nullable} == set(table.primary_key)
    assert schema.constraints.other == [f"primary key ({', '.join(table.primary_key)})"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_an_asset_says_what_it_is_and_whose(table: Table) -> None:
    """Each has a description with its grain, kinds, an owner and its place in DuckDB."""
    spec = spec_of(table.name)
    assert spec.description == f"{table.description} One row is {table.grain}."
    assert spec.kinds == {"duckdb", "intercom"}
    assert spec.owners == ["team:support-data"]
    assert spec.metadata["dagster/table_name"] == f"intercom.main.{table.name}"
    assert spec.metadata["dagster/storage_kind"] == "duckdb"


def test_assets_stand_in_the_groups_of_their_streams() -> None:
    """A child table is in its stream's group."""
    groups = {table.name: stream.group.replace(" ", "_") for stream in CATALOG for table in stream.tables()}
    assert {name: spec_of(name).group_name for name in groups} == groups


def test_a_table_derives_from_what_it_is_asked_for_by() -> None:
    """The page shows contact_tags and contact_notes downstream of contacts."""
    graph = defs.resolve_asset_graph()
    for stream in CATALOG:
        asked_by = {stream.parent.table} - {""} if stream.parent else set()
        for table in stream.tables():
            parents = {key.path[-1] for key in graph.get(dg.AssetKey(["intercom", table.name])).parent_keys}
            assert parents == (asked_by if table is stream.table else {stream.name})


def test_the_job_is_a_sync_without_names() -> None:
    """What is on request is an asset like the others, and in no job."""
    in_job = {key.path[-1] for key in defs.resolve_job_def("sync_job").asset_layer.selected_asset_keys}
    assert in_job == {table.name for stream in CATALOG if is_default(stream) for table in stream.tables()}
    assert len(in_job) < len(TABLES)


def result_of(stream: Stream) -> SyncResult:
    return SyncResult(
        stream=stream,
        outcome=Outcome.COMPLETE,
        changes={},
        tables={},
        cost=Cost(),
        seconds=0,
        bookmark_before=None,
        bookmark_after=None,
    )


def test_results_come_parents_first() -> None:
    """Dagster refuses a table that comes before the one it derives from."""
    contacts, notes, tags = (stream_named(name) for name in ("contacts", "contact_notes", "tags"))
    results = [result_of(stream) for stream in (notes, tags, contacts)]
    told = parents_first(results, [contacts, notes, tags])
    assert [result.stream.name for result in told] == ["tags", "contacts", "contact_notes"]
    assert [result.stream.name for result in parents_first(results[:1], [notes])] == ["contact_notes"]


def test_one_operation_makes_all_assets_in_this_process() -> None:
    """A run of everything has a single step, not started in a process of its own."""
    job = defs.resolve_job_def("sync_job")
    assert [node.name for node in job.nodes] == ["intercom"]
    assert job.executor_def.name == "in_process"


def test_no_configuration_takes_a_token() -> None:
    """What is configured is stored and shown, so a token cannot be configured."""
    assert set(IntercomResource.model_fields) == {
        "profile",
        "region",
        "base_url",
        "api_version",
        "rate_share",
        "lookback_minutes",
    }
    assert set(WarehouseResource.model_fields) == {"data_dir"}
    assert set(SyncResource.model_fields) == set()


def examples() -> list[str]:
    """What the documentation shows for the launchpad; the first line of each names the jobs it is for."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/dagster.md")]
    return [
        block
        for text in texts
        for block in re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    ]


@pytest.mark.parametrize("example", examples(), ids=lambda text: text.splitlines()[0])
def test_every_example_for_the_launchpad_fits_its_job(example: str) -> None:
    """As it is shown, comments and all."""
    first = example.splitlines()[0]
    [job] = {job for job in JOBS if re.search(rf"\b{job}\b", first.partition(";")[0])}
    assert dg.validate_run_config(defs.resolve_job_def(job), yaml.safe_load(example))
