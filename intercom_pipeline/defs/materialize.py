"""Materialise every asset in this process, told as an iterator, as a sync without Dagster tells it.

Dagster works in a thread of its own and the run's events come through a queue. So a program can show them
with what it has for a sync, and stops the run by closing the iterator.
"""

import queue
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg

from intercom_pipeline.defs.assets import SyncConfig, intercom_tables
from intercom_pipeline.defs.failures import CouldNotRun
from intercom_pipeline.defs.home import prepare_home
from intercom_pipeline.defs.jobs import sync_job
from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.settings import Settings
from intercom_pipeline.sync.options import Options
from intercom_pipeline.sync.run import Event, run
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.warehouse.files import DataFolder

# The captured output would be this process's own, terminal and all.
_OVERRIDES = {
    "telemetry": {"enabled": False},
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    },
}


def materialize_all(
    settings: Settings, *, home: Path, full_refresh: bool = False
) -> Generator[Event, None, None]:
    """Run `sync_job` against what the settings name, and keep the run in a Dagster home for its page.

    Close the iterator to stop early; what is stored stays, and the next run resumes.

    Raises:
        PipelineError: The run could not begin, or could not be published. A stream that failed is no
            exception: its result says so.
    """
    job = _Job(settings=settings, home=prepare_home(home), full_refresh=full_refresh)
    thread = threading.Thread(target=job.work, name="dagster")
    thread.start()
    try:
        while (event := job.told.get()) is not None:
            yield event
    finally:
        job.stopped.set()
        thread.join()
    if job.error:
        raise job.error


@dataclass(slots=True, kw_only=True)
class _Job:
    """The job in its thread."""

    settings: Settings
    home: Path
    full_refresh: bool
    told: "queue.SimpleQueue[Event | None]" = field(default_factory=queue.SimpleQueue)
    stopped: threading.Event = field(default_factory=threading.Event)
    error: BaseException | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def work(self) -> None:
        try:
            with self._open, dg.DagsterInstance.local_temp(str(self.home), overrides=_OVERRIDES) as instance:
                self._definition().execute_in_process(instance=instance, run_config=self._config())
        except CouldNotRun as failure:
            self.error = failure.error
        except dg.Failure:
            pass  # Streams failed; their results were told.
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self.error = error
        finally:
            self.told.put(None)

    def _definition(self) -> dg.JobDefinition:
        """The real job, with the settings in the place of resources that would read the environment."""
        resources = {"intercom": self.settings, "warehouse": self.settings, "sync": self}
        return dg.Definitions(
            assets=[intercom_tables],
            jobs=[sync_job],
            resources=resources,
            executor=dg.in_process_executor,
        ).resolve_job_def(sync_job.name)

    def _config(self) -> dg.RunConfig:
        return dg.RunConfig(
            ops={"intercom": SyncConfig(full_refresh=self.full_refresh)},
            loggers={"console": {"config": {"log_level": "CRITICAL"}}},
        )

    def start(
        self, streams: Sequence[Stream], *, connection: Connection, folder: DataFolder, options: Options
    ) -> Iterator[Event]:
        """As `SyncResource.start`, with every event passed on."""
        sync = run(streams, connection=connection, folder=folder, options=options)
        for event in self._open.enter_context(closing(sync)):
            if self.stopped.is_set():
                raise dg.DagsterExecutionInterruptedError
            self.told.put(event)
            yield event
