"""Run the real job in this process, and read what Dagster kept of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from intercom_pipeline.definitions import defs


@dataclass(frozen=True, kw_only=True, slots=True)
class Runner:
    """Runs the job on an instance.

    Attributes:
        instance: Where Dagster keeps its runs.
        folder: Holds Dagster's home and the data folder that the environment names.
    """

    instance: dg.DagsterInstance
    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def published(self) -> Path:
        return self.data / "intercom.duckdb"

    def select(self, sql: str) -> list[Any]:
        """Ask the published file."""
        with duckdb.connect(str(self.published), read_only=True) as published:
            return published.execute(sql).fetchall()

    def run(self, *tables: str, full_refresh: bool = False, **resources: Any) -> dg.ExecuteInProcessResult:
        """Materialise some tables, or all; resources are configured as in the launchpad."""
        # The job leaves out what is on request, as a person who chooses tables on the page need not.
        job = defs.resolve_implicit_global_asset_job_def() if tables else defs.resolve_job_def("sync_job")
        return job.execute_in_process(
            instance=self.instance,
            asset_selection=[dg.AssetKey(["intercom", table]) for table in tables] or None,
            run_config={
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                "ops": {"intercom": {"config": {"full_refresh": full_refresh}}},
                "resources": {name: {"config": config} for name, config in resources.items()},
            },
            raise_on_error=False,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstRun:
    """A run of everything, and where it was run."""

    runner: Runner
    result: dg.ExecuteInProcessResult


def spec_of(table: str) -> dg.AssetSpec:
    """What the code location declares of a table."""
    return defs.resolve_asset_graph().get(dg.AssetKey(["intercom", table])).to_asset_spec()


def materialized(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, Any]]:
    """The metadata of each table that a run materialised, in that order."""
    events = [
        event.step_materialization_data.materialization for event in result.get_asset_materialization_events()
    ]
    return {
        event.asset_key.path[-1]: {name: value.value for name, value in event.metadata.items()}
        for event in events
    }


def failure_of(result: dg.ExecuteInProcessResult, op: str = "intercom") -> str:
    """The failure a run ended with, as the page shows it."""
    assert not result.success
    data = result.failure_data_for_node(op)
    assert data is not None
    assert data.user_failure_data is not None
    return data.user_failure_data.description or ""
