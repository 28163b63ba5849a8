"""Jobs of the reporting export: pending for some polls, then complete or failed, and gone after a while."""

import csv
import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from intercom_pipeline.sandbox.clock import Clock
from intercom_pipeline.sandbox.datasets import Attribute, Dataset
from intercom_pipeline.sandbox.errors import ApiError, not_found
from intercom_pipeline.sandbox.options import Options

# A job that nobody asks about is done, too, after so many seconds.
_LONGEST_SECONDS = 600
_DOWNLOAD = "https://api.intercom.io/download/reporting_data"


@dataclass(kw_only=True, slots=True)
class Export:
    """One job: what it was asked for, and how often it has been asked about."""

    identity: str
    dataset: Dataset
    columns: Sequence[Attribute]
    between: tuple[int, int]
    version: str
    asked_at: float
    polls: int = 0


class Exports:
    """The export jobs of a workspace, by id; every method expects the workspace's lock to be held."""

    def __init__(self, options: Options, clock: Clock) -> None:
        """Treat jobs as `options` say."""
        self._options = options
        self._clock = clock
        self._jobs: dict[str, Export] = {}

    def enqueue(
        self, dataset: Dataset, columns: Sequence[Attribute], between: tuple[int, int], version: str
    ) -> Export:
        """Begin a job; raises 429 where too many are pending."""
        most = self._options.exports_at_once
        if sum(self._status(job) == "pending" for job in self._jobs.values()) >= most:
            message = f"Exceeded rate limit of {most} pending reporting dataset export jobs"
            raise ApiError(status=429, code="rate_limit_exceeded", message=message)
        job = Export(
            identity=f"rde{len(self._jobs):013x}",
            dataset=dataset,
            columns=columns,
            between=between,
            version=version,
            asked_at=self._clock.now(),
        )
        self._jobs[job.identity] = job
        return job

    def poll(self, identity: str) -> dict[str, Any]:
        """How a job stands, as its endpoint says it; asking brings it on. Raises 404."""
        job = self._job(identity)
        told = self.told(job)
        job.polls += 1
        return told

    def told(self, job: Export) -> dict[str, Any]:
        """A job as the endpoints show it."""
        status = self._status(job)
        complete = status == "complete"
        return {
            "job_identifier": job.identity,
            "status": status,
            "download_url": f"{_DOWNLOAD}/{job.identity}" if complete else "",
            "download_expires_at": str(int(self._expires_at(job))) if complete else "",
        }

    def finished(self, identity: str) -> Export:
        """The job whose file can be had; raises 404 for one that is not complete, or whose file is gone."""
        job = self._job(identity)
        if self._status(job) != "complete" or self._clock.now() > self._expires_at(job):
            raise _missing(identity)
        return job

    def file(self, columns: Sequence[Attribute], rows: Sequence[Sequence[Any]]) -> bytes:
        """CSV with the attributes' names above, or as else the options say, and gzipped where they do."""
        options = self._options
        spare = [f"spare {number}" for number in range(options.export_spare_cells)]
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow([getattr(column, options.export_header) for column in columns])
        writer.writerows([*row, *spare] for row in rows)
        body = text.getvalue().encode("utf-8-sig" if options.export_marked else "utf-8")
        return gzip.compress(body, mtime=0) if options.export_gzipped else body

    def _job(self, identity: str) -> Export:
        if identity not in self._jobs:
            raise _missing(identity)
        return self._jobs[identity]

    def _status(self, job: Export) -> Literal["pending", "complete", "failed"]:
        waited = self._clock.now() - job.asked_at
        if job.polls < self._options.export_polls and waited < _LONGEST_SECONDS:
            return "pending"
        return "failed" if self._options.export_fails else "complete"

    def _expires_at(self, job: Export) -> float:
        return job.asked_at + self._options.export_expires_after_seconds


def _missing(identity: str) -> ApiError:
    return not_found(f"Export job not found for identifier: {identity}")
