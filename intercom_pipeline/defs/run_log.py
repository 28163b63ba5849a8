"""Lines in a run's log: one for each stream that ends, and how far the others are."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import dagster as dg

from intercom_pipeline.sync.options import Work
from intercom_pipeline.sync.results import Cost, Outcome, StreamProgress, SyncResult
from intercom_pipeline.sync.run import Event
from intercom_pipeline.sync.skipped import why_skipped

_EVERY_SECONDS = 9.0
"""Between two lines on progress. A run tells how far it is four times a second, so never more than 10 s."""


def logged(
    events: Iterable[Event],
    log: dg.DagsterLogManager,
    *,
    work: Work = Work.SYNC,
    every: float = _EVERY_SECONDS,
) -> Iterator[SyncResult]:
    """The results among a run's events, each logged; between them a line on progress now and then.

    What was skipped is logged at the end, together.
    """
    narrator = _Narrator(work)
    due = time.monotonic() + every
    skipped = []
    for event in events:
        if not isinstance(event, SyncResult):
            if time.monotonic() >= due:
                log.info(narrator.progress(event))
                due = time.monotonic() + every
            continue
        said = narrator.end(event)
        if event.outcome is Outcome.SKIPPED:
            skipped.append(event)
        else:
            log.info(said)
        yield event
    for line in why_skipped(skipped):
        log.info(line)


@dataclass(slots=True)
class _Narrator:
    """Remembers what was told last, so that a rate is that of the last seconds, not of the whole run."""

    work: Work
    _ended: set[str] = field(default_factory=set)
    _told: dict[str, StreamProgress] = field(default_factory=dict)

    def progress(self, streams: list[StreamProgress]) -> str:
        there = [stream for stream in streams if stream.stream not in self._ended]
        running = [stream for stream in there if stream.cost.requests]
        waiting = len(there) - len(running)
        lines = [self._one(stream) for stream in running]
        if waiting:
            lines.append(f"{waiting} waiting")
        self._told = {stream.stream: stream for stream in running}
        return f"{'; '.join(lines) or 'Connecting to Intercom'}."

    def _one(self, now: StreamProgress) -> str:
        before = self._told.get(now.stream)
        records, seconds = (before.records, before.seconds) if before else (0, 0.0)
        rate = (now.records - records) / max(now.seconds - seconds, 0.001)
        # More may turn up than were announced.
        known = now.expected is not None and now.expected >= max(now.records, 1)
        of = f"{now.records:,} of {now.expected:,} records" if known else _counted(now.records, "record")
        return f"{now.stream}: {of} ({rate:,.0f}/s), {_sent(now.cost)}"

    def end(self, result: SyncResult) -> str:
        self._ended.add(result.stream.name)
        return (
            f"{result.stream.name}: {result.outcome.value} after {result.seconds:,.1f} s; "
            f"{_compared(result) if self.work is Work.SWEEP else _changes(result)}; "
            f"{_sent(result.cost)}."
        )


def _changes(result: SyncResult) -> str:
    rows = result.total
    return (
        f"{_counted(rows.read, 'record')} read: {rows.inserted:,} new, {rows.updated:,} changed, "
        f"{rows.unchanged:,} unchanged, {rows.removed:,} removed"
    )


def _compared(result: SyncResult) -> str:
    rows = result.total
    changed = rows.inserted + rows.updated
    on_the_way = f", {changed:,} brought up to date" if changed else ""
    return f"{_counted(rows.read, 'record')} compared, {rows.removed:,} gone{on_the_way}"


def _sent(cost: Cost) -> str:
    """Requests, how many of them were repeats, and how long each waited for the rate limit on average."""
    retries = f", {cost.retries:,} sent again" if cost.retries else ""
    waited = cost.waited_seconds / max(cost.requests, 1)
    return f"{_counted(cost.requests, 'request')}{retries}, {waited:,.1f} s waited for the rate limit each"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
