"""Every stream in a line, for `streams`."""

from dataclasses import dataclass

from intercom_pipeline.cli.output import columns, print_json, results
from intercom_pipeline.intercom.versions import SUPPORTED
from intercom_pipeline.settings import Settings
from intercom_pipeline.sync.access import refused_by_version
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.stream import Need, Stream

_ROOM_FOR_COSTS = 140
_BY_DEFAULT = {Need.ALWAYS: "yes", Need.WHERE_AVAILABLE: "where available", Need.ON_REQUEST: "on request"}


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamFacts:
    """What there is to know of a stream before it is synced.

    Attributes:
        stream: Its name, which is that of its own table.
        tables: The tables it fills, its own first.
        grain: What one row of its own table is.
        replication: How it is kept current.
        since: The first API version that has it; empty where all have.
        permission: The permission a token needs, in the words of Intercom's Developer Hub.
        by_default: Whether a sync that names no stream brings it: yes, where available, on request.
        allowed: Whether the API version that is set has it.
        cost: What a sync costs in requests.
    """

    stream: str
    tables: tuple[str, ...]
    grain: str
    replication: str
    since: str
    permission: str
    by_default: str
    allowed: bool
    cost: str


def facts_of(stream: Stream, version: str) -> StreamFacts:
    """What there is to know of a stream, in an API version."""
    return StreamFacts(
        stream=stream.name,
        tables=tuple(table.name for table in stream.tables()),
        grain=stream.table.grain,
        replication=stream.replication.value,
        since="" if stream.minimum_version == SUPPORTED[0] else stream.minimum_version,
        permission=stream.permission,
        by_default=_BY_DEFAULT[stream.need],
        allowed=refused_by_version(stream, version) is None,
        cost=stream.cost,
    )


def print_as_json(settings: Settings) -> None:
    """A list of objects."""
    print_json([facts_of(stream, settings.api_version) for stream in CATALOG])


def print_for_people(settings: Settings) -> None:
    """A line a stream; what it costs and needs where the terminal is wide."""
    console = results()
    wide = console.width >= _ROOM_FOR_COSTS
    more = ("permission", "requests", "further tables") if wide else ()
    table = columns("stream", "one row is", "kept current by", "by default", *more, wrapped=more)
    for facts in (facts_of(stream, settings.api_version) for stream in CATALOG):
        default = facts.by_default if facts.allowed else f"needs API {facts.since}"
        cells = (facts.stream, facts.grain, facts.replication, default)
        further = (facts.permission, facts.cost, ", ".join(facts.tables[1:]))
        table.add_row(*cells, *further[: len(more)], style=None if facts.allowed else "dim")
    console.print(table)
    console.print(
        f"\nThe API version is {settings.api_version} (INTERCOM_API_VERSION). A stream on request is synced "
        "where it is named, or where INTERCOM_ALSO_SYNC names it.",
        style="dim",
        soft_wrap=True,
    )
    if not wide:
        console.print("A wider terminal, or --json, shows permissions and costs too.", style="dim")
