"""How fresh the published file is and what the last sync did, for `status`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from intercom_pipeline.cli.output import (
    columns,
    counted,
    duration,
    fitted,
    joined,
    moment,
    number,
    print_json,
    results,
    show,
    size,
    typed,
)
from intercom_pipeline.intercom.moments import ago
from intercom_pipeline.steering import one_line
from intercom_pipeline.warehouse import freshness, reading
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.freshness import DriftSeen, StreamStatus
from intercom_pipeline.warehouse.reading import About

_DRIFT_SHOWN = 10
_COLUMNS = ("stream", "rows", "complete", "bookmark", "swept", "last run", "requests", "time")
_FIRST_TO_GO = ("bookmark", "requests", "time", "swept")
"""What a terminal that has no room for all columns does without, in this order."""
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
        console.print(Text.assemble((f"{name:<11}", "dim"), one_line(value)), soft_wrap=True)


def _print_streams(console: Console, streams: list[StreamStatus]) -> None:
    swept = any(each.swept_at for each in streams)
    names = [name for name in _COLUMNS if name != "swept" or swept]
    table, left_out = fitted(lambda names: _table(streams, names), names, _FIRST_TO_GO, console.width)
    console.print()
    show(table)
    if left_out:
        console.print(f"A wider terminal, or --json, shows more: {', '.join(left_out)}.", style="dim")
    for each in streams:
        if each.error and each.result != _SKIPPED:
            console.print(Text.assemble((each.stream, "red"), f": {each.error}"), soft_wrap=True)
    _print_skipped(console, streams)


def _print_skipped(console: Console, streams: list[StreamStatus]) -> None:
    """Why streams were skipped: a line for all that were for the same reason."""
    reasons: dict[str, list[StreamStatus]] = {}
    for each in streams:
        if each.error and each.result == _SKIPPED:
            reasons.setdefault(each.error.replace(each.stream, "each of them"), []).append(each)
    for reason, several in reasons.items():
        names = ", ".join(each.stream for each in several)
        said = several[0].error if len(several) == 1 else f"{names}: {reason}"
        console.print(f"skipped: {said}", style="dim", soft_wrap=True)


def _table(streams: list[StreamStatus], names: Sequence[str]) -> Table:
    table = columns(*names, right=("rows", "requests", "time"), wrapped=("last run",))
    for each in streams:
        if each.result != _SKIPPED or each.completed_at:
            cells = _cells(each)
            table.add_row(*(cells[name] for name in names))
    return table


def _cells(each: StreamStatus) -> dict[str, str]:
    work = each.work if each.work != _SYNC else ""
    return {
        "stream": each.stream,
        "rows": number(each.rows),
        "complete": ago(each.completed_at),
        "bookmark": moment(each.bookmark),
        "swept": ago(each.swept_at) if each.swept_at else "",
        "last run": joined([f"{work or ''} {each.result or ''}".strip(), _left_over(each)]),
        "requests": number(each.requests),
        "time": duration(each.seconds),
    }


def _left_over(each: StreamStatus) -> str:
    return f"{counted(each.open_slices, 'slice')} left" if each.open_slices else ""


def _print_drift(console: Console, drift: list[DriftSeen]) -> None:
    table = columns(
        "table", "field", "what", "times seen", "last seen", right=("times seen",), wrapped=("field",)
    )
    for each in drift[:_DRIFT_SHOWN]:
        table.add_row(
            each.table, one_line(each.field), each.drift, number(each.occurrences), ago(each.last_seen_at)
        )
    console.print("\nFields that differ from what this release knows; their values are kept in _extra:")
    show(table)
    if len(drift) > _DRIFT_SHOWN:
        console.print(f"and {len(drift) - _DRIFT_SHOWN} more, in pipeline.schema_events")
    ask = f"SELECT _extra FROM {drift[0].table} WHERE _extra IS NOT NULL LIMIT 5"
    console.print(f'To see them: {typed()} query "{ask}"', style="dim", soft_wrap=True)
