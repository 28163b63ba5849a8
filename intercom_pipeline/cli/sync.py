"""`intercom-pipeline sync`: bring streams up to date."""

import sys
import time
import uuid
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from intercom_pipeline.cli.exits import exit_for_results
from intercom_pipeline.cli.options import AsJson, DataDir, examples, settings_for
from intercom_pipeline.cli.stopping import KEPT, RESUMES, stoppable

if TYPE_CHECKING:
    from intercom_pipeline.settings import Settings
    from intercom_pipeline.sync.results import SyncResult
    from intercom_pipeline.sync.stream import Stream


def add_to(app: typer.Typer) -> None:
    """Give the command its verb."""
    app.command(
        epilog=examples(
            "intercom-pipeline sync",
            "intercom-pipeline sync contacts conversations",
            "intercom-pipeline sync articles --full-refresh",
            "intercom-pipeline sync --json > result.json",
        )
    )(sync)


def _stream_names() -> list[str]:
    from intercom_pipeline.sync.catalog import CATALOG  # noqa: PLC0415 - late

    return [stream.name for stream in CATALOG]


def sync(
    streams: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STREAM", help="Which; all where none is named.", autocompletion=_stream_names
        ),
    ] = None,
    *,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Ask for everything anew, whatever is stored.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Bring streams up to date: everything at first, then what changed.

    It may be stopped at any time and resumes where it was. Readers see the new state when it ends.
    """
    chosen = _chosen(streams or [])
    settings = settings_for(data_dir)
    started = time.monotonic()
    results = _results(chosen, settings, full_refresh=full_refresh)
    _tell(results, settings.folder().published, time.monotonic() - started, as_json=as_json)
    raise typer.Exit(exit_for_results(results))


def _chosen(names: list[str]) -> "list[Stream]":
    """The streams of those names, each once; all where none is named.

    Raises:
        UnknownStream: There is none of that name.
    """
    from intercom_pipeline.sync.catalog import CATALOG, stream_named  # noqa: PLC0415 - late

    return [stream_named(name) for name in dict.fromkeys(names)] or list(CATALOG)


def _results(streams: "list[Stream]", settings: "Settings", *, full_refresh: bool) -> "list[SyncResult]":
    """Sync, showing how far it is on stderr."""
    connection, folder = settings.connection(), settings.folder()
    from intercom_pipeline.cli.sync_progress import watch  # noqa: PLC0415 - late
    from intercom_pipeline.sync.options import Options  # noqa: PLC0415 - late
    from intercom_pipeline.sync.run import run  # noqa: PLC0415 - late

    options = Options(run_id=uuid.uuid4().hex, full_refresh=full_refresh, lookback=settings.lookback_seconds)
    events = run(streams, connection=connection, folder=folder, options=options)
    with stoppable(why=KEPT, fix=RESUMES), closing(events):
        return watch(events, [stream.name for stream in streams])


def _tell(results: "list[SyncResult]", published: Path, seconds: float, *, as_json: bool) -> None:
    from intercom_pipeline.cli import sync_summary  # noqa: PLC0415 - late

    if as_json:
        sync_summary.print_as_json(results, published, seconds)
    else:
        sync_summary.print_for_people(results, published, seconds)
    sync_summary.print_errors(results)
    sys.stdout.flush()
