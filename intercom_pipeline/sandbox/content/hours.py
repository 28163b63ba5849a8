"""When things happen: busy hours, weekends, growth, incidents, and office hours.

A `Curve` is a clock that runs fast when much happens and slowly at night. Laying events out at even steps of
such a clock puts them where people work: a reply asked for on a Friday evening comes on Monday by itself.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

WORKSPACE_ZONE = "America/New_York"
HOUR, DAY = 3600, 86_400
HISTORY_DAYS = 760  # contacts begin this long ago
FIRST_CONVERSATIONS_DAYS = 730
OFFICE_OPENS, OFFICE_CLOSES = time(9), time(18)
INCIDENT_DAYS_AGO = (47, 203, 421)  # moved to the working day before where they fall on a weekend
_SATURDAY = 5
_BY_HOUR = (2, 1, 1, 1, 1, 2, 5, 14, 40, 85, 100, 96, 84, 78, 92, 95, 88, 70, 38, 22, 15, 10, 6, 3)
_BY_WEEKDAY = (1.15, 1.1, 1.0, 1.0, 0.85, 0.16, 0.12)
_SIGNUPS_BY_HOUR = (
    20,
    16,
    14,
    14,
    16,
    22,
    34,
    52,
    74,
    94,
    100,
    98,
    90,
    86,
    90,
    88,
    80,
    68,
    56,
    50,
    46,
    40,
    32,
    26,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hour:
    """One hour of the workspace's history: its start (unix seconds), its local place in the week, its age."""

    start: int
    clock: int
    weekday: int
    day: date
    days_ago: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """A clock whose hours weigh what happened in them.

    `edges` are unix seconds (hour starts, and at last `now`); `reached[i]` is the position at `edges[i]`.
    """

    edges: Sequence[int]
    reached: Sequence[float]

    @property
    def end(self) -> float:
        """The position of the last edge; the first edge's is 0."""
        return self.reached[-1]

    def at(self, position: float) -> int:
        """The unix second at a position, held to the ends; it never falls as the position rises."""
        edges, reached = self.edges, self.reached
        if position >= reached[-1]:
            return edges[-1]
        if position <= 0:
            return edges[0]
        i = bisect_right(reached, position)
        start, low = edges[i - 1], reached[i - 1]
        return start + int((position - low) / (reached[i] - low) * (edges[i] - start))

    def position(self, moment: int) -> float:
        """The position of a unix second; moments outside are held to the ends."""
        if moment >= self.edges[-1]:
            return self.end
        i = max(bisect_right(self.edges, moment) - 1, 0)
        part = max(moment - self.edges[i], 0) / (self.edges[i + 1] - self.edges[i])
        return self.reached[i] + part * (self.reached[i + 1] - self.reached[i])


@lru_cache(maxsize=4)
def signups(now: int) -> Curve:
    """When contacts appear: the whole world's hours, and growth."""
    return _curve(now, _signup_weight)


@lru_cache(maxsize=4)
def arrivals(now: int) -> Curve:
    """When conversations begin: the workspace's hours, growth, and days of incidents."""
    incidents = incident_days(now)
    return _curve(now, lambda hour: _arrival_weight(hour, incidents))


@lru_cache(maxsize=4)
def working(now: int) -> Curve:
    """How fast conversations move: a busy hour is about one unit, a night hour next to nothing."""
    return _curve(now, lambda hour: _BY_HOUR[hour.clock] / 90 * _BY_WEEKDAY[hour.weekday])


@lru_cache(maxsize=4)
def incident_days(now: int) -> frozenset[date]:
    """The local days on which the product was down."""
    today = datetime.fromtimestamp(now, ZoneInfo(WORKSPACE_ZONE)).date()
    return frozenset(_working_day(today - timedelta(days=days)) for days in INCIDENT_DAYS_AGO)


def local_day(moment: int) -> date:
    """The workspace's calendar day at a unix second."""
    return datetime.fromtimestamp(moment, ZoneInfo(WORKSPACE_ZONE)).date()


def office_seconds(start: int, end: int) -> int:
    """Seconds of office hours (9 to 18 on weekdays in the workspace's zone) between two unix seconds."""
    return max(_office_position(end) - _office_position(start), 0)


def _working_day(day: date) -> date:
    return day - timedelta(days=max(day.weekday() - _SATURDAY + 1, 0))


def _signup_weight(hour: Hour) -> float:
    weekend = 0.6 if hour.weekday >= _SATURDAY else 1.0
    return _SIGNUPS_BY_HOUR[hour.clock] * weekend * _growth(hour)


def _arrival_weight(hour: Hour, incidents: frozenset[date]) -> float:
    if hour.days_ago > FIRST_CONVERSATIONS_DAYS:
        return 0.001
    spike = 5.0 if hour.day in incidents else 1.0
    return _BY_HOUR[hour.clock] * _BY_WEEKDAY[hour.weekday] * _growth(hour) * spike


def _growth(hour: Hour) -> float:
    return 1.0 + 3.0 * (1 - hour.days_ago / HISTORY_DAYS)


def _curve(now: int, weight: Callable[[Hour], float]) -> Curve:
    edges, reached = list[int](), [0.0]
    for hour in _history(now):
        edges.append(hour.start)
        reached.append(reached[-1] + weight(hour))
    return Curve(edges=[*edges, now], reached=reached)


@lru_cache(maxsize=4)
def _history(now: int) -> tuple[Hour, ...]:
    zone = ZoneInfo(WORKSPACE_ZONE)
    first = (now - HISTORY_DAYS * DAY) // HOUR * HOUR
    return tuple(_hour(start, now, zone) for start in range(first, now, HOUR))


def _hour(start: int, now: int, zone: ZoneInfo) -> Hour:
    local = datetime.fromtimestamp(start, zone)
    return Hour(
        start=start,
        clock=local.hour,
        weekday=local.weekday(),
        day=local.date(),
        days_ago=(now - start) / DAY,
    )


def _office_position(moment: int) -> int:
    openings = _openings()
    day = bisect_right(openings, moment) - 1
    length = (OFFICE_CLOSES.hour - OFFICE_OPENS.hour) * HOUR
    return day * length + min(moment - openings[day], length)


@lru_cache(maxsize=1)
def _openings() -> tuple[int, ...]:
    # From 2005 to 2045, far beyond any record's time: a moment outside would only lose its office hours.
    zone, first = ZoneInfo(WORKSPACE_ZONE), datetime(2005, 1, 3, tzinfo=UTC).date()
    days = (first + timedelta(days=n) for n in range(40 * 365))
    return tuple(
        int(datetime.combine(day, OFFICE_OPENS, zone).timestamp())
        for day in days
        if day.weekday() < _SATURDAY
    )
