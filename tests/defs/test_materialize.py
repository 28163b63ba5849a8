"""All assets materialised in this process, told as an iterator."""

import threading
from pathlib import Path

import dagster as dg
import pytest

from intercom_pipeline.defs.materialize import materialize_all
from intercom_pipeline.defs.translate import keys_of
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.settings import Settings
from intercom_pipeline.sync.catalog import CATALOG, stream_named
from intercom_pipeline.sync.choice import is_default
from intercom_pipeline.sync.results import Outcome, SyncResult


def settings_for(sandbox: Sandbox, folder: Path) -> Settings:
    return Settings(access_token=sandbox.token, base_url=sandbox.url, data_dir=folder / "data")


def test_it_tells_what_a_sync_tells_and_dagster_keeps_the_run(sandbox: Sandbox, tmp_path: Path) -> None:
    """A result a stream, and one successful run with all assets for the page to show."""
    events = list(materialize_all(settings_for(sandbox, tmp_path), home=tmp_path / "home"))
    results = {event.stream.name: event.outcome for event in events if isinstance(event, SyncResult)}
    assert results.keys() == {stream.name for stream in CATALOG if is_default(stream)}
    assert set(results.values()) == {Outcome.COMPLETE, Outcome.SKIPPED}
    complete = [stream for stream in CATALOG if results.get(stream.name) is Outcome.COMPLETE]
    with dg.DagsterInstance.local_temp(str(tmp_path / "home")) as instance:
        (run,) = instance.get_runs()
        assert (run.job_name, run.status) == ("sync_job", dg.DagsterRunStatus.SUCCESS)
        kept = [key for key in keys_of(CATALOG) if instance.get_latest_materialization_event(key)]
        assert kept == keys_of(complete)


def test_a_failing_stream_is_a_result_not_an_exception(sandbox: Sandbox, tmp_path: Path) -> None:
    """As in a sync without Dagster; the run has failed all the same."""
    sandbox.conditions.missing_permissions = {"articles"}
    try:
        events = list(materialize_all(settings_for(sandbox, tmp_path), home=tmp_path / "home"))
    finally:
        sandbox.conditions.missing_permissions = set()
    failed = [e.stream.name for e in events if isinstance(e, SyncResult) and e.outcome is Outcome.FAILED]
    assert "articles" in failed
    assert {stream_named(name).permission for name in failed} == {stream_named("articles").permission}
    with dg.DagsterInstance.local_temp(str(tmp_path / "home")) as instance:
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.FAILURE]


def test_a_run_that_cannot_begin_raises_what_a_sync_raises(sandbox: Sandbox, tmp_path: Path) -> None:
    """The error is this project's, not Dagster's."""
    (tmp_path / "data").write_text("a file, not a folder")
    with pytest.raises(PipelineError, match="cannot be written"):
        list(materialize_all(settings_for(sandbox, tmp_path), home=tmp_path / "home"))


def test_closing_it_stops_the_run_and_the_next_completes(sandbox: Sandbox, tmp_path: Path) -> None:
    """Nothing goes on in the background, and what was stored is not asked for in vain."""
    sandbox.conditions.latency_ms = 300
    try:
        events = materialize_all(settings_for(sandbox, tmp_path), home=tmp_path / "home")
        next(events)
        events.close()
        assert not {"sync", "dagster"} & {thread.name for thread in threading.enumerate()}
        with dg.DagsterInstance.local_temp(str(tmp_path / "home")) as instance:
            assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.FAILURE]
    finally:
        sandbox.conditions.latency_ms = 0
    again = list(materialize_all(settings_for(sandbox, tmp_path), home=tmp_path / "home"))
    outcomes = {e.outcome for e in again if isinstance(e, SyncResult)}
    assert outcomes == {Outcome.COMPLETE, Outcome.SKIPPED}
