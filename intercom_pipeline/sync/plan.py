"""What to ask for: the slices of a backfill, the window of an incremental sync, as searches.

A backfill is cut by `created_at`, which never changes: whatever is updated meanwhile stays in its slice, and
is caught by the incremental sync that follows. (Cut by `updated_at`, records would move between slices.)
"""

from dataclasses import dataclass, replace
from math import ceil

from intercom_pipeline.intercom.search import Filter, Search, all_of
from intercom_pipeline.intercom.versions import contact_dates_are_days
from intercom_pipeline.sync.days import Calendar
from intercom_pipeline.sync.stream import Dates, Stream
from intercom_pipeline.warehouse.progress import Slice, SliceKind

FIRST_MOMENT = 1_293_840_000
"""2011-01-01 UTC: no workspace of Intercom's is older."""

PAGES_A_SLICE = 8
"""Pages a slice should have: enough to be worth its last, half-empty page."""

MOST_PIECES = 64
"""Pieces a slice is cut into at once; each is cut again where it turns out too long."""

_DAY = 86_400
_DAY_MARGIN = 2 * _DAY
"""How much earlier to ask when days are compared: no day has more than 25 hours, no zone is 2 days off."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What a search has to respect in this run.

    Attributes:
        version: The API version in force.
        calendar: The workspace's days.
        workspace: The workspace's id.
        lookback: Seconds before the bookmark that are asked for again, since a change may reach the search
            some minutes late.
    """

    version: str
    calendar: Calendar
    workspace: str
    lookback: int

    def by_day(self, stream: Stream) -> bool:
        """Whether the stream's dates are compared by day."""
        return stream.dates is Dates.DAYS_UNTIL_2_17 and contact_dates_are_days(self.version)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """The part of a stream that a bounded backfill reads: what was created within it.

    Attributes:
        since: The first second (unix) that belongs to it; None for all from the beginning.
        until: The first second (unix) that does not; None for all up to now.
    """

    since: int | None = None
    until: int | None = None


def search_for(stream: Stream, part: Slice, terms: Terms) -> Search:
    """The search that finds a slice's records."""
    if part.kind is SliceKind.BACKFILL:
        return _created_within(stream, part, terms)
    return _updated_since(stream, part.lower, terms)


def newest_first(stream: Stream) -> Search:
    """Every record, the one updated last first."""
    query = Filter(stream.table.cursor or "", ">", 0)
    return Search(query=query, sort_field=stream.table.cursor, sort_order="descending")


def _created_within(stream: Stream, part: Slice, terms: Terms) -> Search:
    calendar, days = terms.calendar, terms.by_day(stream)
    # ">" and "<" are described as "or equal" in places: one second more on either side costs nothing.
    after = (calendar.day_before(part.lower) if days else part.lower - 1) if part.lower else 0
    filters = [Filter("created_at", ">", after)]
    if part.upper is not None:
        before = calendar.day_after(part.upper) if days else part.upper + 1
        filters.append(Filter("created_at", "<", before))
    return Search(query=all_of(*filters), sort_field="created_at", sort_order="ascending")


def _updated_since(stream: Stream, lower: int, terms: Terms) -> Search:
    if terms.by_day(stream):
        # Intercom compares whole days, so days are asked for from well before, newest first, and the
        # reader stops at `lower`.
        query = Filter("updated_at", ">", max(lower - _DAY_MARGIN, 0))
        return Search(query=query, sort_field="updated_at", sort_order="descending")
    query = Filter("updated_at", ">", max(lower - 1, 0))
    return Search(query=query, sort_field="updated_at", sort_order="ascending")


def stops_early(stream: Stream, part: Slice, terms: Terms) -> bool:
    """Whether the slice's pages come newest first and are left at its lower bound."""
    return part.kind is SliceKind.INCREMENTAL and terms.by_day(stream)


def incremental(stream: Stream, *, bookmark: int | None, terms: Terms) -> Slice:
    """The slice of everything updated since the bookmark, and a little before it."""
    lower = max((bookmark or 0) - terms.lookback, 0)
    kind = SliceKind.INCREMENTAL
    return Slice(stream=stream.name, number=1, kind=kind, lower=lower, newest=bookmark)


def cut(part: Slice, *, reached: int, left: int, number: int, stream: Stream, terms: Terms) -> list[Slice]:
    """Cut the rest of a backfill slice into pieces that can be synced at once.

    Args:
        part: The slice whose first page has arrived.
        reached: `created_at` of that page's last record (unix seconds).
        left: Records that are not on that page.
        number: The first free slice number.
        stream: The stream.
        terms: This run's terms.

    Returns:
        The pieces; the slice itself, to go on with, where it is short or cannot be cut.
    """
    end = part.upper if part.upper is not None else (part.newest or reached)
    pages = ceil(left / stream.per_page)
    pieces = min(MOST_PIECES, ceil(pages / PAGES_A_SLICE)) if pages > 2 * PAGES_A_SLICE else 1
    bounds = _bounds(reached, end, pieces, terms, by_day=terms.by_day(stream))
    if len(bounds) < 2:  # noqa: PLR2004 - one piece is no cut
        return [part]
    uppers = [*(bound - 1 for bound in bounds[1:]), part.upper]
    return [
        replace(part, number=number + place, lower=lower, upper=upper, page_token=None)
        for place, (lower, upper) in enumerate(zip(bounds, uppers, strict=True))
    ]


def _bounds(start: int, end: int, pieces: int, terms: Terms, *, by_day: bool) -> list[int]:
    """The first second of each piece, rising."""
    bounds = set(even_bounds(start, end, pieces))
    if by_day:
        bounds = {terms.calendar.first_second(bound) for bound in bounds}
    return sorted(bounds)


def even_bounds(start: int, end: int, pieces: int) -> list[int]:
    """The first second of each of so many equally long pieces, rising."""
    step = max((end - start) // pieces, 1)
    return [start + step * place for place in range(pieces) if start + step * place <= end]
