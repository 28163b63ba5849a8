"""`intercom-pipeline status`: what the published file holds, how fresh it is, what the last run did."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from intercom_pipeline.cli.options import AsJson, DataDir, examples, settings_for
from intercom_pipeline.cli.output import ago, columns, duration, moment, number, print_json, results, size

if TYPE_CHECKING:
    from rich.console import Console

    from intercom_pipeline.warehouse.files import DataFolder
    from intercom_pipeline.warehouse.reading import About, DriftSeen, StreamStatus

_DRIFT_SHOWN = 10


def add_to(app: typer.Typer) -> None:
    """Give the command its verb."""
    app.command(
        epilog=examples(
            "intercom-pipeline status             for people",
            "intercom-pipeline status --json      for programs",
        )
    )(status)


def status(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show how fresh the data is, and how the last sync of each stream went.

    Times are in UTC.
    """
    from intercom_pipeline.warehouse import reading  # noqa: PLC0415 - late

    folder = settings_for(data_dir).folder()
    with reading.open_published(folder) as connection:
        about = reading.about(connection, folder)
        streams = reading.streams(connection)
        drift = reading.drift(connection)
    show = _print_as_json if as_json else _print_for_people
    show(folder, about, streams, drift)


def _print_as_json(
    folder: "DataFolder", about: "About", streams: "list[StreamStatus]", drift: "list[DriftSeen]"
) -> None:
    from intercom_pipeline.warehouse.reading import running_sync  # noqa: PLC0415 - late

    print_json(
        {
            **asdict(about),
            "published": str(folder.published),
            "syncing_process": running_sync(folder),
            "streams": streams,
            "drift": drift,
        }
    )


def _print_for_people(
    folder: "DataFolder", about: "About", streams: "list[StreamStatus]", drift: "list[DriftSeen]"
) -> None:
    console = results()
    _print_about(console, folder, about)
    _print_streams(console, streams)
    if drift:
        _print_drift(console, drift)


def _print_about(console: "Console", folder: "DataFolder", about: "About") -> None:
    from intercom_pipeline.warehouse.reading import running_sync  # noqa: PLC0415 - late

    holder = running_sync(folder)
    running = f"running now, process {holder}" if holder else "not running"
    lines = {
        "workspace": f"{about.workspace}, time zone {about.timezone}",
        "published": f"{ago(about.published_at)}, {size(about.size_bytes)}",
        "file": str(folder.published),
        "sync": running,
    }
    for name, value in lines.items():
        console.print(f"[dim]{name:<11}[/dim]{value}", soft_wrap=True)


def _print_streams(console: "Console", streams: "list[StreamStatus]") -> None:
    right = ("rows", "read", "requests", "time")
    table = columns("stream", "rows", "last complete", "bookmark", "last result", *right[1:], right=right)
    for each in streams:
        left_over = f", {each.open_slices} slices left" if each.open_slices else ""
        table.add_row(
            each.stream,
            number(each.rows),
            ago(each.completed_at),
            moment(each.bookmark),
            f"{each.result or ''}{left_over}",
            number(each.records_read),
            number(each.requests),
            duration(each.seconds),
        )
    console.print()
    console.print(table)
    for each in streams:
        if each.error:
            console.print(f"[red]{each.stream}[/red]: {each.error}", soft_wrap=True)


def _print_drift(console: "Console", drift: "list[DriftSeen]") -> None:
    table = columns("table", "field", "what", "records", "last seen", right=("records",))
    for each in drift[:_DRIFT_SHOWN]:
        table.add_row(each.table, each.field, each.drift, number(each.occurrences), ago(each.last_seen_at))
    console.print("\nFields that differ from what this release knows; their values stand in _extra:")
    console.print(table)
    if len(drift) > _DRIFT_SHOWN:
        console.print(f"and {len(drift) - _DRIFT_SHOWN} more (see pipeline.schema_events)")
