"""What a sync tells while it runs and when a stream ends."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.warehouse.merge import Changes
from intercom_pipeline.warehouse.warehouse import Glance


class Outcome(StrEnum):
    """How a stream's part in a run ended."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    """Stopped; it resumes where it was."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not to be had here, and nobody asked for it; `error` says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What a stream's requests cost.

    Attributes:
        requests: Requests sent, repeats included.
        retries: Requests sent again after a failure.
        waited_seconds: Time requests waited for the rate limit, summed over requests.
        received_bytes: Bytes of answers, after decompression.
    """

    requests: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    received_bytes: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamProgress:
    """How far a stream is.

    Attributes:
        stream: Its name.
        records: Records read so far.
        expected: Records there are to read, where Intercom told.
        seconds: Seconds since it started.
        cost: What its requests cost so far.
    """

    stream: str
    records: int
    expected: int | None
    seconds: float
    cost: Cost


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncResult:
    """How a stream's part in a run ended.

    Attributes:
        stream: The stream.
        outcome: How it ended.
        changes: What changed, by table.
        tables: The stream's tables as they stand, by name.
        cost: What its requests cost.
        seconds: From its start to its end.
        bookmark_before: Its bookmark before the run (unix seconds).
        bookmark_after: Its bookmark after the run (unix seconds).
        records: Records that were read, stored or not.
        error: What went wrong, where it failed, or why it was skipped.
    """

    stream: Stream
    outcome: Outcome
    changes: Mapping[str, Changes]
    tables: Mapping[str, Glance]
    cost: Cost
    seconds: float
    bookmark_before: int | None
    bookmark_after: int | None
    error: PipelineError | None = None
    records: int = 0

    @property
    def total(self) -> Changes:
        """What changed in the stream's own table; what was looked at and left alone counts as read."""
        changes = self.changes.get(self.stream.name, Changes())
        return replace(changes, read=max(changes.read, self.records))
