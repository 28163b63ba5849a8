"""How far a sync is, on stderr: a live table on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from intercom_pipeline.cli.output import columns, counted, duration, joined, number, remarks
from intercom_pipeline.sync.results import Outcome, StreamProgress, SyncResult
from intercom_pipeline.sync.run import Event

_LINE_EVERY_SECONDS = 10.0
_BAR_WIDTH = 16
_STYLES = {
    Outcome.COMPLETE: "green",
    Outcome.PARTIAL: "yellow",
    Outcome.FAILED: "red",
    Outcome.SKIPPED: "dim",
}

Progress = Mapping[str, StreamProgress]
Results = Mapping[str, SyncResult]


def watch(events: Iterable[Event], names: Sequence[str]) -> list[SyncResult]:
    """Follow a sync to its end, showing how far it is; the results in the order of `names`."""
    follow = _live if remarks().is_terminal else _plain
    results = follow(events, names)
    return [results[name] for name in names if name in results]


def _live(events: Iterable[Event], names: Sequence[str]) -> Results:
    started = time.monotonic()
    results: Results = {}
    with Live(_table(names, {}, {}, 0.0), console=remarks(), auto_refresh=False, transient=True) as live:
        for progress, results in _states(events):
            live.update(_table(names, progress, results, time.monotonic() - started), refresh=True)
    return results


def _plain(
    events: Iterable[Event],
    _names: Sequence[str],
    say: Callable[[str], object] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Results:
    say = say or remarks().print
    due = clock() + _LINE_EVERY_SECONDS
    told: set[str] = set()
    results: Results = {}
    for progress, results in _states(events):
        for name in results.keys() - told:
            say(result_line(results[name]))
            told.add(name)
        if clock() >= due:
            say(progress_line([each for name, each in progress.items() if name not in results]))
            due = clock() + _LINE_EVERY_SECONDS
    return results


def _states(events: Iterable[Event]) -> Iterator[tuple[Progress, Results]]:
    """What is known after each event."""
    progress: dict[str, StreamProgress] = {}
    results: dict[str, SyncResult] = {}
    for event in events:
        if isinstance(event, SyncResult):
            results[event.stream.name] = event
        else:
            progress = {each.stream: each for each in event}
        yield progress, results


def progress_line(running: Sequence[StreamProgress]) -> str:
    """How far the streams are that still run, on one line."""
    return "; ".join(_so_far(each) for each in running) or "connecting to Intercom"


def _so_far(progress: StreamProgress) -> str:
    total = f" of {number(progress.expected)}" if progress.expected else ""
    left = seconds_left(progress)
    pace = joined(
        [
            f"{number(_rate(progress))}/s",
            f"waits {_wait(progress):.1f} s a request" if _wait(progress) >= 0.05 else "",  # noqa: PLR2004 - 0.0
            f"{duration(left)} left" if left is not None else "",
        ]
    )
    return f"{progress.stream} {number(progress.records)}{total} ({pace})"


def result_line(result: SyncResult) -> str:
    """How a stream ended, on one line."""
    if result.outcome is Outcome.SKIPPED:
        return f"{result.stream.name}: skipped, {result.error.what if result.error else ''}"
    total = result.total
    counts = (
        f"{number(total.read)} read, {number(total.inserted)} inserted, {number(total.updated)} updated, "
        f"{number(total.unchanged)} unchanged"
    )
    cost = f"{counted(result.cost.requests, 'request')}, {duration(result.seconds)}"
    return f"{result.stream.name}: {result.outcome.value}, {counts}, {cost}"


def seconds_left(progress: StreamProgress) -> float | None:
    """Seconds until the stream is done at its average rate; None where nobody knows."""
    if not progress.expected or not progress.records:
        return None
    return max(0, progress.expected - progress.records) / _rate(progress)


def _rate(progress: StreamProgress) -> float:
    return progress.records / progress.seconds if progress.seconds else 0.0


def _wait(progress: StreamProgress) -> float:
    """Seconds a request waited for the rate limit, on average."""
    return progress.cost.waited_seconds / progress.cost.requests if progress.cost.requests else 0.0


def _table(names: Sequence[str], progress: Progress, results: Results, seconds: float) -> Table:
    title = f"Syncing, {duration(seconds)}" if progress else f"Connecting to Intercom, {duration(seconds)}"
    right = ("records", "rate", "wait", "left")
    table = columns("stream", "", "records", "rate", "wait", "left", right=right, title=title)
    for name in names:
        if name in results:
            table.add_row(*_ended(results[name]))
        elif name in progress:
            table.add_row(*_running(progress[name]))
        else:
            table.add_row(name)
    return table


def _running(progress: StreamProgress) -> Iterator[RenderableType]:
    done = min(progress.records, progress.expected or 0)
    yield progress.stream
    yield ProgressBar(total=progress.expected or None, completed=done, width=_BAR_WIDTH)
    yield number(progress.records) + (f" of {number(progress.expected)}" if progress.expected else "")
    yield f"{number(_rate(progress))}/s"
    yield f"{_wait(progress):.1f} s"
    yield duration(seconds_left(progress))


def _ended(result: SyncResult) -> Iterator[RenderableType]:
    yield result.stream.name
    yield Text(result.outcome.value, style=_STYLES[result.outcome])
    yield number(result.total.read)
