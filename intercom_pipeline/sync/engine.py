"""Runs the chosen streams on one event loop, with one client and one writer; yields a result a stream."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb
import msgspec

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.client import Client
from intercom_pipeline.intercom.meter import Meter
from intercom_pipeline.sync.access import (
    StreamUnavailable,
    asking_version,
    may_be_skipped,
    refused_by_version,
    unavailable,
)
from intercom_pipeline.sync.days import calendar_of
from intercom_pipeline.sync.delivery import Courier
from intercom_pipeline.sync.options import Options, Work
from intercom_pipeline.sync.plan import Terms
from intercom_pipeline.sync.reading import read
from intercom_pipeline.sync.results import Cost, Outcome, StreamProgress, SyncResult
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.sync.writer import Writer
from intercom_pipeline.warehouse.files import unwritable
from intercom_pipeline.warehouse.merge import Changes
from intercom_pipeline.warehouse.opening import belongs_to, explained
from intercom_pipeline.warehouse.progress import Run
from intercom_pipeline.warehouse.table import Table
from intercom_pipeline.warehouse.warehouse import Warehouse

_FIRST_ATTEMPTS = 4
"""A person may be waiting to hear that the address or the network is wrong."""


class ParentMissing(StreamUnavailable):
    """The stream by whose records another is asked for was never synced."""


@dataclass(slots=True, kw_only=True)
class _Part:
    """One stream's part in the run."""

    courier: Courier
    terms: Terms
    meter: Meter
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = field(default_factory=time.monotonic)
    bookmark_before: int | None = None

    @property
    def stream(self) -> Stream:
        return self.courier.stream

    @property
    def cost(self) -> Cost:
        return Cost(
            requests=self.meter.requests,
            retries=self.meter.retries,
            waited_seconds=self.meter.waited_seconds,
            received_bytes=self.meter.bytes,
        )

    def progress(self) -> StreamProgress:
        return StreamProgress(
            stream=self.stream.name,
            records=self.courier.records,
            expected=self.courier.expected,
            seconds=time.monotonic() - self.started,
            cost=self.cost,
        )


@dataclass(slots=True, kw_only=True)
class Engine:
    """One run.

    Attributes:
        client: The run's client.
        warehouse: Where records go.
        options: How to sync.
    """

    client: Client
    warehouse: Warehouse
    options: Options
    _parts: list[_Part] = field(default_factory=list)

    def progress(self) -> list[StreamProgress]:
        """How far each stream is; may be asked from another thread."""
        return [part.progress() for part in self._parts]

    async def sync(self, streams: Sequence[Stream]) -> AsyncIterator[SyncResult]:
        """Bring streams up to date, all at once; each stream's result comes as soon as it is done.

        Raises:
            PipelineError: The run could not begin (token, network, another workspace's database).
        """
        async with Writer(self.warehouse) as writer:
            terms = await self._terms(writer)
            await writer.ask(lambda warehouse: warehouse.expect_changes())
            self._parts = [self._part(stream, writer, terms) for stream in streams]
            tasks = [asyncio.create_task(self._sync_one(part, writer)) for part in self._parts]
            try:
                for done in asyncio.as_completed(tasks):
                    yield await done
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            await writer.ask(lambda warehouse: warehouse.refresh_views(writer.changed))

    async def _terms(self, writer: Writer) -> Terms:
        """Ask whose workspace it is, and what its days are."""
        answer = await self.client.trying(_FIRST_ATTEMPTS).get("/me", decode=_me.decode)
        workspace, zone = answer.content.app.id_code, answer.content.app.timezone
        await writer.ask(lambda warehouse: belongs_to(warehouse, workspace, zone))
        version = self.client.connection.version
        lookback = self.options.lookback
        return Terms(version=version, calendar=calendar_of(zone), workspace=workspace, lookback=lookback)

    def _part(self, stream: Stream, writer: Writer, terms: Terms) -> _Part:
        meter = Meter()
        version = asking_version(stream, self.client.connection.version)
        client = self.client.metered(meter).speaking(version)
        courier = Courier(stream=stream, client=client, writer=writer, anew=self.options.full_refresh)
        return _Part(courier=courier, terms=terms, meter=meter)

    async def _sync_one(self, part: _Part, writer: Writer) -> SyncResult:
        outcome, error = Outcome.PARTIAL, None
        try:
            await self._prepare(part, writer)
            await read(part.courier, part.terms, self.options, self._parents(part))
            await self._conclude(part, writer)
            outcome = Outcome.COMPLETE
        except Exception as raised:  # noqa: BLE001 - one failing stream does not stop the others
            error = self._explained(raised, part.stream)
            outcome = self._failed_or_skipped(part.stream, error)
        finally:
            part.ended.set()
            recording = asyncio.create_task(self._result(part, writer, outcome, error))
            # A run that is stopped just now still keeps what it did.
            await asyncio.wait([recording])
        return recording.result()

    async def _prepare(self, part: _Part, writer: Writer) -> None:
        stream = part.stream
        refused = refused_by_version(stream, self.client.connection.version)
        if refused:
            raise refused
        if self.options.work is Work.SYNC:
            if self.options.full_refresh:
                await writer.ask(lambda warehouse: warehouse.fetch_anew(stream.name))
            part.courier.anew |= await writer.ask(
                lambda warehouse: warehouse.is_to_be_fetched_anew(stream.name)
            )
        _, part.bookmark_before = await part.courier.bookmark()
        if stream.parent and stream.parent.table:
            await self._await_parent(stream, stream.parent.table, writer)

    async def _await_parent(self, stream: Stream, parent: str, writer: Writer) -> None:
        """Wait until the records are there by which a stream is asked for.

        Raises:
            ParentMissing: They were never read completely.
        """
        for other in self._parts:
            if other.stream.name == parent:
                await other.ended.wait()
        known, _ = await writer.ask(lambda warehouse: warehouse.bookmark(parent))
        if not known:
            raise ParentMissing(
                f"{stream.name} is asked for by {parent}, which were never synced to the end.",
                why=f"Intercom gives {stream.name} for one of them at a time.",
                fix=f"Sync {parent} first, or name both.",
            )

    async def _conclude(self, part: _Part, writer: Writer) -> None:
        name = part.stream.name
        if self.options.work is Work.SYNC and part.courier.anew:
            await writer.ask(lambda warehouse: warehouse.was_fetched_anew(name))

    def _parents(self, part: _Part) -> Table | None:
        parent = part.stream.parent
        return self.warehouse.table_named(parent.table) if parent and parent.table else None

    def _failed_or_skipped(self, stream: Stream, error: PipelineError) -> Outcome:
        asked = stream.name in self.options.asked
        skipped = isinstance(error, StreamUnavailable) and may_be_skipped(stream, asked=asked)
        return Outcome.SKIPPED if skipped else Outcome.FAILED

    async def _result(
        self, part: _Part, writer: Writer, outcome: Outcome, error: PipelineError | None
    ) -> SyncResult:
        tables = list(part.stream.tables())
        _, bookmark_after = await part.courier.bookmark()
        glances = await writer.ask(lambda warehouse: {each.name: warehouse.glance(each) for each in tables})
        result = SyncResult(
            stream=part.stream,
            outcome=outcome,
            changes={table.name: writer.changes.get(table.name, Changes()) for table in tables},
            tables=glances,
            cost=part.cost,
            seconds=time.monotonic() - part.started,
            bookmark_before=part.bookmark_before,
            bookmark_after=bookmark_after,
            error=error,
            records=part.courier.records,
        )
        run = _run(result, part, self.options)
        await writer.ask(lambda warehouse: warehouse.record(run))
        return result

    def _explained(self, error: BaseException, stream: Stream) -> PipelineError:
        """The error a person can act on, whatever wraps it."""
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        error = unavailable(stream, error) or error
        path = self.warehouse.folder.warehouse
        if isinstance(error, duckdb.Error):
            error = explained(error, path) or error
        if isinstance(error, OSError):
            error = unwritable(error, path)
        if isinstance(error, PipelineError):
            return error
        # What it says may hold a customer's data, and this is stored and shown.
        unexpected = PipelineError(
            f"Something unexpected happened: {type(error).__name__}.",
            why="This is a fault of intercom-pipeline, not of the workspace.",
            fix="Run it again with --debug and report what it prints.",
        )
        unexpected.__cause__ = error
        return unexpected


class _App(msgspec.Struct):
    id_code: str
    timezone: str | None = None


class _Me(msgspec.Struct):
    app: _App


_me = msgspec.json.Decoder(_Me)


def _run(result: SyncResult, part: _Part, options: Options) -> Run:
    total = result.total
    return Run(
        run_id=options.run_id,
        stream=result.stream.name,
        started_at=part.started_at,
        finished_at=datetime.now(UTC),
        result=result.outcome.value,
        error=result.error.what if result.error else None,
        records_read=part.courier.records,
        rows_inserted=total.inserted,
        rows_updated=total.updated,
        rows_unchanged=total.unchanged,
        rows_removed=total.removed,
        requests=result.cost.requests,
        retries=result.cost.retries,
        waited_seconds=result.cost.waited_seconds,
        received_bytes=result.cost.received_bytes,
        seconds=result.seconds,
        bookmark_before=_moment(result.bookmark_before),
        bookmark_after=_moment(result.bookmark_after),
        work=options.work.value,
    )


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
