"""A sync ends with the run that started it."""

import threading

import dagster as dg

from intercom_pipeline.defs.resources import SyncResource
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.settings import load_settings
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.options import Options
from tests.defs.running import Runner


def test_a_sync_ends_with_its_run_even_where_its_results_are_still_awaited(
    runner: Runner, sandbox: Sandbox
) -> None:
    """A run may be stopped while Dagster stores a result: the sync's iterator is then left as it is."""
    settings = load_settings()
    sandbox.conditions.latency_ms = 200
    try:
        with dg.build_resources({"sync": SyncResource()}, instance=runner.instance) as resources:
            events = resources.sync.start(
                CATALOG,
                connection=settings.connection(),
                folder=settings.folder(),
                options=Options(run_id="stopped"),
            )
            next(events)
            assert "sync" in {thread.name for thread in threading.enumerate()}
        assert "sync" not in {thread.name for thread in threading.enumerate()}
    finally:
        sandbox.conditions.latency_ms = 0
    assert list(events) == []
