"""Every stream in a line, for `streams`."""

from dataclasses import dataclass

from rich.text import Text

from intercom_pipeline.cli.output import columns, joined, print_json, results, show, typed
from intercom_pipeline.intercom.versions import SUPPORTED
from intercom_pipeline.settings import Settings
from intercom_pipeline.sync.access import refused_by_version
from intercom_pipeline.sync.catalog import CATALOG, stream_named
from intercom_pipeline.sync.stream import Need, Stream

_ROOM_FOR_WAYS = 100
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
        since: The first API version that has it; None where all have.
        permission: The permission a token needs, in the words of Intercom's Developer Hub.
        by_default: Whether a sync that names no stream brings it: yes, where available, on request.
        allowed: Whether the API version that is set has it.
        cost: What a sync costs in requests.
    """

    stream: str
    tables: tuple[str, ...]
    grain: str
    replication: str
    since: str | None
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
        since=None if stream.minimum_version == SUPPORTED[0] else stream.minimum_version,
        permission=stream.permission,
        by_default=_BY_DEFAULT[stream.need],
        allowed=refused_by_version(stream, version) is None,
        cost=stream.cost,
    )


def print_as_json(settings: Settings) -> None:
    """A list of objects."""
    print_json([facts_of(stream, settings.api_version) for stream in CATALOG])


def print_for_people(settings: Settings) -> None:
    """A line a stream; how it is kept current, what it costs and needs where the terminal is wide."""
    width = results().width
    how = ("kept current by",) if width >= _ROOM_FOR_WAYS else ()
    more = ("permission", "requests", "further tables") if width >= _ROOM_FOR_COSTS else ()
    names = ("stream", "one row is", "by default", *how, *more)
    table = columns(*names, wrapped=("one row is", *more))
    for facts in (facts_of(stream, settings.api_version) for stream in CATALOG):
        cells = _cells(facts)
        table.add_row(*(cells[name] for name in names), style=None if facts.allowed else "dim")
    show(table)
    _print_legend(settings, whole=bool(more))


def print_one_as_json(name: str, settings: Settings) -> None:
    """One object.

    Raises:
        UnknownStream: There is no such stream.
    """
    print_json(facts_of(stream_named(name), settings.api_version))


def print_one(name: str, settings: Settings) -> None:
    """All there is to know of one stream, a line a fact.

    Raises:
        UnknownStream: There is no such stream.
    """
    cells = _cells(facts_of(stream_named(name), settings.api_version))
    for title, text in cells.items():
        results().print(Text.assemble((f"{title:<17}", "dim"), text or "none"), soft_wrap=True)


def _cells(facts: StreamFacts) -> dict[str, str]:
    return {
        "stream": facts.stream,
        "one row is": facts.grain,
        "by default": _default(facts),
        "kept current by": facts.replication,
        "permission": facts.permission,
        "requests": facts.cost,
        "further tables": ", ".join(facts.tables[1:]),
    }


def _default(facts: StreamFacts) -> str:
    if facts.allowed:
        return facts.by_default
    on_request = facts.by_default == _BY_DEFAULT[Need.ON_REQUEST]
    return joined([facts.by_default if on_request else "", f"needs API {facts.since}"])


def _print_legend(settings: Settings, *, whole: bool) -> None:
    console = results()
    console.print(
        f"\nThe API version is {settings.api_version} (INTERCOM_API_VERSION). A stream on request is synced "
        "where it is named, or where INTERCOM_ALSO_SYNC names it.",
        style="dim",
        soft_wrap=True,
    )
    if not whole:
        example = f"{typed()} streams {CATALOG[0].name}"
        console.print(
            f"A wider terminal, --json or a name ({example}) shows permissions and costs too.",
            style="dim",
            soft_wrap=True,
        )
