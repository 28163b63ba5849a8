"""Lines in a run's log: one for each stream that ends, and how far the others are."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import dagster as dg

from intercom_pipeline.sync.results import Outcome, StreamProgress, SyncResult
from intercom_pipeline.sync.run import Event

_EVERY_SECONDS = 9.0
"""Between two lines on progress. A run tells how far it is four times a second, so never more than 10 s."""


def logged(
    events: Iterable[Event], log: dg.DagsterLogManager, *, every: float = _EVERY_SECONDS
) -> Iterator[SyncResult]:
    """The results among a run's events, each logged; between them a line on progress now and then."""
    narrator = _Narrator()
    due = time.monotonic() + every
    for event in events:
        if isinstance(event, SyncResult):
            log.info(narrator.end(event))
            yield event
        elif time.monotonic() >= due:
            log.info(narrator.progress(event))
            due = time.monotonic() + every


@dataclass(slots=True)
class _Narrator:
    """Remembers what was told last, so that a rate is that of the last seconds, not of the whole run."""

    _ended: set[str] = field(default_factory=set)
    _told: dict[str, StreamProgress] = field(default_factory=dict)

    def progress(self, streams: list[StreamProgress]) -> str:
        running = [stream for stream in streams if stream.stream not in self._ended]
        line = "; ".join(self._one(stream) for stream in running) or "Connecting to Intercom"
        self._told = {stream.stream: stream for stream in running}
        return f"{line}."

    def _one(self, now: StreamProgress) -> str:
        before = self._told.get(now.stream)
        records, seconds = (before.records, before.seconds) if before else (0, 0.0)
        rate = (now.records - records) / max(now.seconds - seconds, 0.001)
        of = f" of {now.expected:,}" if now.expected is not None else ""
        return (
            f"{now.stream}: {now.records:,}{of} records ({rate:,.0f}/s), {now.cost.requests:,} requests, "
            f"{now.cost.waited_seconds:,.1f} s waited for the rate limit"
        )

    def end(self, result: SyncResult) -> str:
        self._ended.add(result.stream.name)
        if result.outcome is Outcome.SKIPPED:
            return f"{result.stream.name}: skipped. " + " ".join(str(result.error).splitlines())
        rows, cost = result.total, result.cost
        return (
            f"{result.stream.name}: {result.outcome.value} after {result.seconds:,.1f} s; "
            f"{rows.read:,} records read: {rows.inserted:,} new, {rows.updated:,} changed, "
            f"{rows.unchanged:,} unchanged, {rows.removed:,} removed; "
            f"{cost.requests:,} requests, {cost.retries:,} retries, "
            f"{cost.waited_seconds:,.1f} s waited for the rate limit."
        )
