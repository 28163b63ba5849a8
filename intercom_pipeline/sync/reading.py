"""The way each stream is read, by how its pages are handed out."""

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.delivery import Courier
from intercom_pipeline.sync.exporting import read_exports
from intercom_pipeline.sync.listing import read_newest_first, read_whole
from intercom_pipeline.sync.logs import read_log, read_logged_within
from intercom_pipeline.sync.options import Options, Work
from intercom_pipeline.sync.parents import read_by_parent
from intercom_pipeline.sync.plan import Bounds, Terms
from intercom_pipeline.sync.scrolling import read_by_scroll
from intercom_pipeline.sync.searching import read_by_search, read_created_within
from intercom_pipeline.sync.stream import Paging, Parent, Replication, Stream
from intercom_pipeline.sync.sweeping import Sweep, can_be_swept
from intercom_pipeline.warehouse.table import Table


class CannotBeBounded(PipelineError):
    """A stream cannot be read in part."""


class NothingToSweep(PipelineError):
    """A sync of the stream finds already what a sweep would."""


def can_be_bounded(stream: Stream) -> bool:
    """Whether a stream can be asked for what was created within bounds."""
    return stream.paging in {Paging.SEARCH, Paging.LOG} and stream.parent is None


def refused_work(stream: Stream, work: Work) -> PipelineError | None:
    """Why a run's work cannot be done for a stream; None where it can."""
    if work is Work.BACKFILL and not can_be_bounded(stream):
        return CannotBeBounded(
            f"{stream.name} cannot be read in part.",
            why=f"Intercom finds by the time of creation only {_bounded()}.",
            fix=f"Leave {stream.name} out, or sync it without --since and --until.",
        )
    if work is Work.SWEEP and not can_be_swept(stream):
        return NothingToSweep(
            f"There is nothing to sweep in {stream.name}.",
            why="Each sync reads it whole, or by the records it belongs to, and so finds what vanished.",
            fix="Sync it, or leave it out.",
        )
    return None


def _bounded() -> str:
    """The streams that can be read in part."""
    *names, last = (stream.name for stream in CATALOG if can_be_bounded(stream))
    return f"{', '.join(names)} and {last}"


async def read(courier: Courier, terms: Terms, options: Options, parents: Table | None) -> None:
    """Do the run's work for one stream; `parents` is the table of the stream it is asked for by.

    Raises:
        PipelineError: It could not be done.
    """
    refused = refused_work(courier.stream, options.work)
    if refused:
        raise refused
    if options.sweep:
        await Sweep(courier, terms, allow_many=options.allow_many).run()
    elif options.bounds:
        await _read_within(courier, terms, options.bounds)
    elif courier.stream.parent:
        await _read_by_parent(courier, courier.stream.parent, terms, options, parents)
    else:
        await _read(courier, terms)


async def _read(courier: Courier, terms: Terms) -> None:
    stream = courier.stream
    match stream.paging:
        case Paging.SEARCH:
            await read_by_search(courier, terms)
        case Paging.LOG:
            await read_log(courier, terms)
        case Paging.SCROLL:
            await read_by_scroll(courier)
        case _ if stream.replication is Replication.NEWEST_FIRST:
            await read_newest_first(courier, lookback=terms.lookback)
        case _:
            await read_whole(courier)


async def _read_by_parent(
    courier: Courier, parent: Parent, terms: Terms, options: Options, parents: Table | None
) -> None:
    names = getattr(options, parent.setting) if parent.setting else ()
    if courier.stream.paging is Paging.EXPORT:
        await read_exports(courier, terms, names)
    else:
        await read_by_parent(courier, parent, parents, names)


async def _read_within(courier: Courier, terms: Terms, bounds: Bounds) -> None:
    stream = courier.stream
    if stream.paging is Paging.LOG:
        await read_logged_within(courier, bounds)
    else:
        await read_created_within(courier, terms, bounds)
