"""How reporting data is read: a job for each dataset, which Intercom works on, and then a file.

`POST /export/reporting_data/enqueue`, `GET /export/reporting_data/{job}` until it is complete, and
`GET /download/reporting_data/{job}`: CSV, gzipped or not, under a line of the attributes' names.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from time import time

import msgspec

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.errors import InvalidRequest
from intercom_pipeline.sync.delivery import Courier
from intercom_pipeline.sync.exported_file import Dataset, ExportedFile
from intercom_pipeline.sync.plan import FIRST_MOMENT, Terms

_DATASETS = "/export/reporting_data/get_datasets"
_JOB = "/export/reporting_data/{id}"
_FILE = "/download/reporting_data/{id}"

_KEPT_SECONDS = 729 * 86_400
"""Two years: how long Intercom keeps reporting data unless more was bought; it refuses to go back further."""

_POLLS = 240
_ROWS_AT_ONCE = 1_000


class ExportFailed(PipelineError):
    """Intercom did not make the file."""


class UnknownDataset(PipelineError):
    """A reporting dataset was asked for that the workspace does not have."""


class _Datasets(msgspec.Struct):
    data: list[Dataset]


class _Job(msgspec.Struct):
    job_identifier: str
    status: str


async def read_exports(courier: Courier, terms: Terms, names: Sequence[str]) -> None:
    """Export each dataset whole, one after another; rows that are in it no more are flagged.

    Raises:
        UnknownDataset: The workspace does not have one of them; nothing was exported.
        ExportFailed: Intercom gave a job up, or did not end it in time.
        ExportTooLarge: A file is larger than is read.
    """
    await courier.begin_sighting()
    answer = await courier.client.get(_DATASETS, decode=msgspec.json.Decoder(_Datasets).decode)
    known = {dataset.id: dataset for dataset in answer.content.data}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UnknownDataset(
            f"There is no reporting dataset called {', '.join(unknown)}.",
            why=f"This workspace has {', '.join(known) or 'none'}.",
            fix="Correct INTERCOM_REPORTING_DATASETS.",
        )
    for name in names:
        await _Export(courier, terms, known[name]).read()
    await courier.store(progress=courier.completed(None))


@dataclass(frozen=True, slots=True)
class _Export:
    courier: Courier
    terms: Terms
    dataset: Dataset

    async def read(self) -> None:
        file = await self._file(await self._finished(await self._begun()))
        last: Sequence[bytes] = ()
        found = file.records()
        while rows := list(islice(found, _ROWS_AT_ONCE)):
            await self.courier.store(last)
            self.courier.records += len(rows)
            last = rows
        await self.courier.store(last, closes=[self.dataset.id])

    async def _begun(self) -> str:
        """Begin the job: for all there is, or as far back as Intercom keeps it for every workspace."""
        now = int(time())
        try:
            return await self._enqueued(since=FIRST_MOMENT, until=now)
        except InvalidRequest:
            return await self._enqueued(since=now - _KEPT_SECONDS, until=now)

    async def _enqueued(self, *, since: int, until: int) -> str:
        asked = {
            "dataset_id": self.dataset.id,
            "attribute_ids": [attribute.asked_by for attribute in self.dataset.attributes],
            "start_time": since,
            "end_time": until,
        }
        path = self.courier.stream.path
        answer = await self.courier.client.post(path, json=asked, decode=msgspec.json.Decoder(_Job).decode)
        return str(answer.content.job_identifier)

    async def _finished(self, job: str) -> str:
        """Wait until Intercom has made the file."""
        patience = self.courier.client.connection.patience
        for poll in range(_POLLS):
            answer = await self.courier.client.get(
                _JOB.replace("{id}", job),
                params=self._named(job),
                decode=msgspec.json.Decoder(_Job).decode,
            )
            if answer.content.status == "complete":
                return job
            if answer.content.status not in {"pending", "in_progress"}:
                raise self._failed(f"the job ended as {answer.content.status}")
            await asyncio.sleep(min(patience.wait_initial * 2**poll, patience.wait_max / 4))
        raise self._failed("the job did not end in time")

    async def _file(self, job: str) -> ExportedFile:
        answer = await self.courier.client.get(
            _FILE.replace("{id}", job),
            params=self._named(job),
            accept="application/octet-stream",
            decode=self._checked,
        )
        file: ExportedFile = answer.content
        return file

    def _checked(self, body: bytes) -> ExportedFile:
        """The file, once it was read to its end: what is no such file must not make rows vanish."""
        limit = self.courier.client.connection.max_response_bytes
        file = ExportedFile(dataset=self.dataset, most_bytes=limit, body=body)
        file.check()
        return file

    def _named(self, job: str) -> dict[str, str]:
        # The description asks for all three; nothing but the path is known to be looked at.
        return {"app_id": self.terms.workspace, "client_id": "", "job_identifier": job}

    def _failed(self, why: str) -> ExportFailed:
        return ExportFailed(
            f"Intercom did not export the dataset {self.dataset.id}: {why}.",
            fix="Run it again later; what was stored before stays.",
        )
