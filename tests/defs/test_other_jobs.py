"""The sweep and the month that is read anew, as jobs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from intercom_pipeline.definitions import defs
from intercom_pipeline.defs.backfilling import MONTHS, read_month
from intercom_pipeline.sandbox import Sandbox, Sizes, serve
from tests.defs.conftest import pointed_at
from tests.defs.running import Runner, failure_of

QUIET: Any = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
SIZES = Sizes(contacts=40, conversations=12, articles=4, companies=4, tickets=6, long_conversations=0)


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Runner, Sandbox]]:
    """A workspace in which things vanish, synced once."""
    with serve(sizes=SIZES, seed=13) as served:
        folder: Path = tmp_path_factory.mktemp("living")
        with pointed_at(served, folder) as runner:
            assert runner.run("contacts", "conversations").success
            yield runner, served


def run_job(runner: Runner, name: str, *, op: str, partition: str | None = None, **config: Any) -> Any:
    return defs.resolve_job_def(name).execute_in_process(
        instance=runner.instance,
        run_config={**QUIET, "ops": {op: {"config": config}}},
        partition_key=partition,
        raise_on_error=False,
    )


def observed(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, Any]]:
    """The metadata of what a run observed, by table."""
    events = [
        event.asset_observation_data.asset_observation for event in result.get_asset_observation_events()
    ]
    return {e.asset_key.path[-1]: {name: value.value for name, value in e.metadata.items()} for e in events}


def test_a_sweep_observes_each_table_with_what_it_flagged(living: tuple[Runner, Sandbox]) -> None:
    """By reason; the page shows it beside the table's materialisations."""
    runner, sandbox = living
    contact, other = (record["id"] for record in sandbox.workspace.records("contacts")[:2])
    sandbox.workspace.delete_contact(contact)
    sandbox.workspace.archive_contact(other)
    sandbox.workspace.clock.advance(3600)
    result = run_job(runner, "sweep_job", op="sweep", streams=["contacts", "conversations"])
    assert result.success
    told = observed(result)
    assert told.keys() == {"contacts", "conversations"}
    assert (told["contacts"]["rows_flagged"], told["contacts"]["rows_deleted"]) == (2, 1)
    assert told["contacts"]["dagster/row_count"] == SIZES.contacts - 2
    assert told["conversations"]["rows_flagged"] == 0


def test_a_sweep_that_would_flag_too_much_fails_and_says_so(living: tuple[Runner, Sandbox]) -> None:
    """Unless the launchpad says that it may."""
    runner, sandbox = living
    for record in sandbox.workspace.records("conversations")[:5]:
        sandbox.workspace.delete_conversation(record["id"])
    result = run_job(runner, "sweep_job", op="sweep", streams=["conversations"])
    assert "Over 10%" in failure_of(result, op="sweep")
    allowed = run_job(runner, "sweep_job", op="sweep", streams=["conversations"], allow_many=True)
    assert observed(allowed)["conversations"]["rows_flagged"] == 5


def test_a_month_is_read_anew_and_nothing_else(living: tuple[Runner, Sandbox]) -> None:
    """The tables are materialised with what was read; the streams' bookmarks stay."""
    runner, _ = living
    months = "SELECT strftime(date_trunc('month', created_at), '%Y-%m-01'), count(*) FROM conversations "
    (month, count), *_ = runner.select(months + "WHERE _deleted_at IS NULL GROUP BY 1 ORDER BY 2 DESC")
    bookmarks = runner.select("FROM pipeline.bookmarks ORDER BY stream")
    config = {"streams": ["conversations"], "full_refresh": True}
    result = run_job(runner, "backfill_month", op="read_month", partition=month, **config)
    assert result.success
    events = [e.step_materialization_data.materialization for e in result.get_asset_materialization_events()]
    told = {event.asset_key.path[-1]: event.metadata for event in events}
    assert told["conversations"]["stream_records_read"].value == count
    assert told["conversations"]["rows_inserted"].value == 0
    assert runner.select("FROM pipeline.bookmarks ORDER BY stream") == bookmarks


def test_the_months_reach_to_the_one_that_is_running() -> None:
    """From the first of 2020 on."""
    keys = MONTHS.get_partition_keys(current_time=datetime(2026, 3, 15, tzinfo=UTC))
    assert (keys[0], keys[-1]) == ("2020-01-01", "2026-03-01")


def test_a_month_waits_for_its_turn() -> None:
    """Months that are picked together start together, and one at a time may write."""
    policy = read_month.retry_policy
    assert policy is not None
    assert policy.max_retries * (policy.delay or 0) >= 3600
