"""A run from the command line: its streams chosen, shown while it works, told when it ends."""

import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, NoReturn

import typer

from intercom_pipeline.cli.exits import exit_for_results
from intercom_pipeline.cli.stopping import KEPT, RESUMES, stoppable

if TYPE_CHECKING:
    from intercom_pipeline.settings import Settings
    from intercom_pipeline.sync.choice import Choice
    from intercom_pipeline.sync.options import Options
    from intercom_pipeline.sync.results import SyncResult


def stream_names() -> list[str]:
    """What a shell may complete."""
    from intercom_pipeline.sync.catalog import CATALOG  # noqa: PLC0415 - late

    return [stream.name for stream in CATALOG]


def new_run(settings: "Settings") -> "Options":
    """The options of a run with a name of its own, as far as the settings say them."""
    return settings.options(uuid.uuid4().hex)


def perform(names: Sequence[str], settings: "Settings", options: "Options", *, as_json: bool) -> NoReturn:
    """Run to the end, showing how far it is on stderr, and exit with what it came to.

    Raises:
        PipelineError: The run could not begin, or not be published.
        typer.Exit: It ended; the code says how.
    """
    from intercom_pipeline.sync.choice import choose  # noqa: PLC0415 - late

    choice = choose(options, names=names, also=settings.also_sync, version=settings.api_version)
    started = time.monotonic()
    ended = _results(choice, settings)
    _tell(ended, settings, options, time.monotonic() - started, as_json=as_json)
    raise typer.Exit(exit_for_results(ended))


def _results(choice: "Choice", settings: "Settings") -> "list[SyncResult]":
    connection, folder = settings.connection(), settings.folder()
    from intercom_pipeline.cli.sync_progress import watch  # noqa: PLC0415 - late
    from intercom_pipeline.sync.run import run  # noqa: PLC0415 - late

    events = run(choice.streams, connection=connection, folder=folder, options=choice.options)
    with stoppable(why=KEPT, fix=RESUMES), closing(events):
        return watch(events, [stream.name for stream in choice.streams], choice.options.work)


def _tell(
    ended: "list[SyncResult]", settings: "Settings", options: "Options", seconds: float, *, as_json: bool
) -> None:
    from intercom_pipeline.cli import sweep_summary, sync_summary  # noqa: PLC0415 - late
    from intercom_pipeline.warehouse.flagged import flagged_in  # noqa: PLC0415 - late

    folder = settings.folder()
    flagged = flagged_in(folder, options.run_id)
    if as_json:
        sync_summary.print_as_json(ended, folder.published, seconds, flagged)
    elif options.sweep:
        sweep_summary.print_for_people(ended, folder.published, seconds, flagged)
    else:
        sync_summary.print_for_people(ended, folder.published, seconds)
        sync_summary.print_flagged(flagged)
    sync_summary.print_errors(ended)
    sys.stdout.flush()
