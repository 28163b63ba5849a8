"""How fresh the published file is and what the last sync did, for `status`."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from rich.console import Console

from intercom_pipeline.cli.output import (
    ago,
    columns,
    counted,
    duration,
    joined,
    moment,
    number,
    print_json,
    results,
    size,
)
from intercom_pipeline.warehouse import freshness, reading
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.freshness import DriftSeen, StreamStatus
from intercom_pipeline.warehouse.reading import About

_DRIFT_SHOWN = 10
_SKIPPED = "skipped"
_SYNC = "sync"


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """What there is to say about a data folder.

    Attributes:
        folder: The folder.
        about: What its published file is.
        streams: How far each stream is.
        drift: Where Intercom's records differ from the declared columns.
        syncing: The process that syncs into it now.
    """

    folder: DataFolder
    about: About
    streams: list[StreamStatus]
    drift: list[DriftSeen]
    syncing: int | None


def look(folder: DataFolder) -> State:
    """The state of a folder.

    Raises:
        WarehouseError: There is no published file, or it cannot be read.
    """
    with reading.open_published(folder) as connection:
        return State(
            folder=folder,
            about=reading.about(connection, folder),
            streams=freshness.streams(connection),
            drift=freshness.drift(connection),
            syncing=reading.running_sync(folder),
        )


def print_as_json(state: State) -> None:
    """One object: what the file is, how far each stream is, what drifted."""
    print_json(
        {
            **asdict(state.about),
            "published": str(state.folder.published),
            "syncing_process": state.syncing,
            "streams": state.streams,
            "drift": state.drift,
        }
    )


def print_for_people(state: State) -> None:
    """The file in a few lines, then a line a stream, then what drifted."""
    console = results()
    _print_about(console, state)
    _print_streams(console, state.streams)
    if state.drift:
        _print_drift(console, state.drift)


def _print_about(console: Console, state: State) -> None:
    about = state.about
    lines = {
        "workspace": f"{about.workspace}, time zone {about.timezone}",
        "published": f"{ago(about.published_at)}, {size(about.size_bytes)}",
        "file": str(state.folder.published),
        "sync": f"running now, process {state.syncing}" if state.syncing else "not running",
    }
    for name, value in lines.items():
        console.print(f"[dim]{name:<11}[/dim]{value}", soft_wrap=True)


def _print_streams(console: Console, streams: list[StreamStatus]) -> None:
    swept = ("swept",) if any(each.swept_at for each in streams) else ()
    table = columns(
        "stream", "rows", "complete", "bookmark", *swept, "last run", "requests", "time",
        right=("rows", "requests", "time"),
    )  # fmt: skip
    for each in streams:
        if each.result != _SKIPPED or each.completed_at:
            table.add_row(*_row(each, with_sweep=bool(swept)))
    console.print()
    console.print(table)
    for each in streams:
        if each.error and each.result == _SKIPPED:
            console.print(f"[dim]skipped: {each.error}[/dim]", soft_wrap=True)
        elif each.error:
            console.print(f"[red]{each.stream}[/red]: {each.error}", soft_wrap=True)


def _row(each: StreamStatus, *, with_sweep: bool) -> Iterator[str]:
    yield each.stream
    yield number(each.rows)
    yield ago(each.completed_at)
    yield moment(each.bookmark)
    if with_sweep:
        yield ago(each.swept_at) if each.swept_at else ""
    work = each.work if each.work != _SYNC else ""
    yield joined([f"{work or ''} {each.result or ''}".strip(), _left_over(each)])
    yield number(each.requests)
    yield duration(each.seconds)


def _left_over(each: StreamStatus) -> str:
    return f"{counted(each.open_slices, 'slice')} left" if each.open_slices else ""


def _print_drift(console: Console, drift: list[DriftSeen]) -> None:
    table = columns("table", "field", "what", "records", "last seen", right=("records",))
    for each in drift[:_DRIFT_SHOWN]:
        table.add_row(each.table, each.field, each.drift, number(each.occurrences), ago(each.last_seen_at))
    console.print("\nFields that differ from what this release knows; their values stand in _extra:")
    console.print(table)
    if len(drift) > _DRIFT_SHOWN:
        console.print(f"and {len(drift) - _DRIFT_SHOWN} more, in pipeline.schema_events")
