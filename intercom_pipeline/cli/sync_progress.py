"""How far a sync is, on stderr: a live table on a terminal, a line now and then elsewhere."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from intercom_pipeline.cli.output import columns, counted, duration, fitted, joined, number, remarks
from intercom_pipeline.sync.options import Work
from intercom_pipeline.sync.results import Outcome, StreamProgress, SyncResult
from intercom_pipeline.sync.run import Event

_LINE_EVERY_SECONDS = 10.0
_MOST_ON_A_LINE = 6
_AROUND_ROWS = 5
"""Lines that a live table's title, names and last line take, and the terminal's own."""
_ROOM_FOR_BARS = 100
_BAR_WIDTHS = (8, 16)
_COLUMNS = ("stream", "", "records", "rate", "wait", "left")
_FIRST_TO_GO = ("wait", "rate")
_DOING = {Work.SYNC: "Syncing", Work.BACKFILL: "Reading", Work.SWEEP: "Sweeping"}
_STYLES = {
    Outcome.COMPLETE: "green",
    Outcome.PARTIAL: "yellow",
    Outcome.FAILED: "red",
    Outcome.SKIPPED: "dim",
}

Progress = Mapping[str, StreamProgress]
Results = Mapping[str, SyncResult]


def watch(events: Iterable[Event], names: Sequence[str], work: Work = Work.SYNC) -> list[SyncResult]:
    """Follow a run to its end, showing how far it is; the results in the order of `names`."""
    follow = _live if remarks().is_terminal else _plain
    results = follow(events, names, work)
    return [results[name] for name in names if name in results]


def _live(events: Iterable[Event], names: Sequence[str], work: Work) -> Results:
    started, console = time.monotonic(), remarks()
    results: Results = {}
    first = Text(f"Connecting to Intercom, {duration(0)}")
    with Live(first, console=console, auto_refresh=False, transient=True) as live:
        for progress, results in _states(events):
            title = f"{_DOING[work] if progress or results else 'Connecting to Intercom'}, "
            seconds = duration(time.monotonic() - started)
            live.update(view(title + seconds, names, progress, results, console), refresh=True)
    return results


def _plain(
    events: Iterable[Event],
    _names: Sequence[str],
    work: Work,
    say: Callable[[str], object] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Results:
    say = say or remarks().print
    due = clock() + _LINE_EVERY_SECONDS
    before: Progress = {}
    told: list[str] = []
    results: Results = {}
    for progress, results in _states(events):
        for name in [name for name in results if name not in told]:
            told.append(name)
            if results[name].outcome is not Outcome.SKIPPED:
                say(result_line(results[name], work))
        if clock() >= due:
            say(progress_line([each for name, each in progress.items() if name not in results], before))
            due, before = clock() + _LINE_EVERY_SECONDS, progress
    skipped = [name for name in told if results[name].outcome is Outcome.SKIPPED]
    if skipped:
        say(f"skipped: {', '.join(skipped)}")
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


def progress_line(running: Sequence[StreamProgress], before: Progress | None = None) -> str:
    """How far the streams are that moved since `before`, on one line; of the others, how many there are."""
    moving = [each for each in running if _has_moved(each, (before or {}).get(each.stream))]
    shown = sorted(moving, key=lambda each: -each.records)[:_MOST_ON_A_LINE]
    more, waiting = len(moving) - len(shown), len(running) - len(moving)
    others = joined([f"{more} more" if more else "", f"{waiting} waiting" if waiting else ""])
    said = "; ".join(_so_far(each) for each in shown)
    if said and others:
        return f"{said}; and {others}"
    return said or others or "connecting to Intercom"


def _has_moved(now: StreamProgress, before: StreamProgress | None) -> bool:
    """Whether a stream has had an answer since; one that waits for its turn or its parent has not."""
    if before is None:
        return now.cost.requests > 0
    return (now.cost.requests, now.records) != (before.cost.requests, before.records)


def _so_far(progress: StreamProgress) -> str:
    left = seconds_left(progress)
    pace = joined(
        [
            f"{number(_rate(progress))}/s",
            f"waits {_wait(progress):.1f} s a request" if _wait(progress) >= 0.05 else "",  # noqa: PLR2004 - 0.0
            f"{duration(left)} left" if left is not None else "",
        ]
    )
    return f"{progress.stream} {_records(progress)} ({pace})"


def _records(progress: StreamProgress) -> str:
    """How many were read, of how many, while it is known: more may turn up than were announced."""
    expected = progress.expected or 0
    of = f" of {number(expected)}" if expected >= max(progress.records, 1) else ""
    return number(progress.records) + of


def result_line(result: SyncResult, work: Work = Work.SYNC) -> str:
    """How a stream ended, on one line."""
    counts = compared(result) if work is Work.SWEEP else _changes(result)
    cost = f"{counted(result.cost.requests, 'request')}, {duration(result.seconds)}"
    return f"{result.stream.name}: {result.outcome.value}, {counts}, {cost}"


def _changes(result: SyncResult) -> str:
    total = result.total
    return (
        f"{number(total.read)} read, {number(total.inserted)} inserted, {number(total.updated)} updated, "
        f"{number(total.unchanged)} unchanged"
    )


def compared(result: SyncResult) -> str:
    """What a sweep looked at and flagged, and what it brought up to date on the way."""
    total = result.total
    changed = total.inserted + total.updated
    on_the_way = f"{number(changed)} brought up to date" if changed else ""
    return joined([f"{number(total.read)} compared", f"{number(total.removed)} gone", on_the_way])


def seconds_left(progress: StreamProgress) -> float | None:
    """Seconds until the stream is done at its average rate; None where nobody knows."""
    missing, rate = (progress.expected or 0) - progress.records, _rate(progress)
    return missing / rate if rate and missing > 0 else None


def _rate(progress: StreamProgress) -> float:
    return progress.records / progress.seconds if progress.seconds else 0.0


def _wait(progress: StreamProgress) -> float:
    """Seconds a request waited for the rate limit, on average."""
    return progress.cost.waited_seconds / progress.cost.requests if progress.cost.requests else 0.0


def view(
    title: str, names: Sequence[str], progress: Progress, results: Results, console: Console
) -> RenderableType:
    """What a live table shows, never higher than the terminal: all streams, or those that run.

    A frame that is higher than the terminal cannot be erased.
    """
    room = max(console.height - _AROUND_ROWS, 1)
    shown = list(names)
    if len(names) > room:
        shown = [name for name in names if name not in results and _is_running(progress.get(name))][:room]

    def made(some: Sequence[str]) -> Table:
        return _table(title, [_cells(name, progress, results) for name in shown], some, console.width)

    top = fitted(made, _COLUMNS, _FIRST_TO_GO, console.width)[0] if shown else Text(title)
    others = [name for name in names if name not in shown]
    return Group(top, Text(_counts(others, progress, results), style="dim", no_wrap=True))


def _is_running(progress: StreamProgress | None) -> bool:
    return progress is not None and progress.cost.requests > 0


def _counts(names: Sequence[str], progress: Progress, results: Results) -> str:
    """How many streams have ended in which way, run, or wait."""
    counts = Counter(
        results[name].outcome.value
        if name in results
        else ("running" if _is_running(progress.get(name)) else "waiting")
        for name in names
    )
    order = [*(each.value for each in Outcome), "running", "waiting"]
    return joined(f"{counts[each]} {each}" for each in order if counts[each])


def _table(
    title: str, rows: Sequence[Mapping[str, RenderableType]], names: Sequence[str], width: int
) -> Table:
    table = columns(*names, right=("records", "rate", "wait", "left"), title=title)
    table.columns[1].width = _BAR_WIDTHS[width >= _ROOM_FOR_BARS]
    for row in rows:
        table.add_row(*(row.get(name, "") for name in names))
    return table


def _cells(name: str, progress: Progress, results: Results) -> Mapping[str, RenderableType]:
    if name in results:
        result = results[name]
        outcome = Text(result.outcome.value, style=_STYLES[result.outcome])
        return {"stream": name, "": outcome, "records": number(result.total.read)}
    if name not in progress:
        return {"stream": name}
    now = progress[name]
    done = min(now.records, now.expected or 0)
    return {
        "stream": name,
        "": ProgressBar(total=now.expected or None, completed=done),
        "records": _records(now),
        "rate": f"{number(_rate(now))}/s",
        "wait": f"{_wait(now):.1f} s",
        "left": duration(seconds_left(now)),
    }
