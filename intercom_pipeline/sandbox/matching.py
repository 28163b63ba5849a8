"""Which records a query finds, and in what order: bisecting the sorted times wherever the query allows."""

import operator
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from intercom_pipeline.sandbox.collection import (
    ORDER_FIELDS,
    Collection,
    OrderField,
    position_in,
    sort_key,
)
from intercom_pipeline.sandbox.field_values import Reader, reader
from intercom_pipeline.sandbox.paging import Order, Page, PageRequest, page_of
from intercom_pipeline.sandbox.search import DATES, Filter, Group, Query
from intercom_pipeline.sandbox.search_fields import FieldType

_BEGINNING, _END = 0, 1 << 38
_SELECTIONS_KEPT = 64

Test = Callable[[int], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Unix seconds from `low` to `high`, both included."""

    low: int = _BEGINNING
    high: int = _END

    def within(self, other: "Span") -> "Span":
        """What both have in common."""
        return Span(low=max(self.low, other.low), high=min(self.high, other.high))


@dataclass(frozen=True, kw_only=True, slots=True)
class Searched:
    """A query with what is needed to answer it."""

    kind: str
    collection: Collection
    query: Query
    order: Order
    zone: ZoneInfo
    unseen: frozenset[int]
    """Positions that search does not find yet."""


class Searcher:
    """Answers searches of one workspace, and remembers what the newest ones found while nothing changes."""

    def __init__(self) -> None:
        """Nothing is remembered yet."""
        self._kept: OrderedDict[object, Sequence[int]] = OrderedDict()

    def page(self, searched: Searched, asked: PageRequest) -> Page:
        """The page asked for, with the number of all records found."""
        spans, rest = _split(searched.query, searched.zone)
        if _by_order_alone(searched, spans, rest):
            keys: Sequence[int] = searched.collection.orders[searched.order.field]
            span = spans.get(searched.order.field, Span())
            first, last = searched.collection.between(searched.order.field, span.low, span.high)
            return page_of(keys, searched.order, asked, first=first, last=max(first, last))
        keys = self._selected(searched, spans, rest)
        return page_of(keys, searched.order, asked, first=0, last=len(keys))

    def _selected(
        self, searched: Searched, spans: dict[OrderField, Span], rest: list[Query]
    ) -> Sequence[int]:
        collection = searched.collection
        asked = (searched.kind, searched.query, searched.order.field, collection.revision, searched.unseen)
        keys = self._kept.get(asked)
        if keys is None:
            keys = _scan(searched, spans, rest)
            self._kept[asked] = keys
            if len(self._kept) > _SELECTIONS_KEPT:
                self._kept.popitem(last=False)
        return keys


def _by_order_alone(searched: Searched, spans: dict[OrderField, Span], rest: list[Query]) -> bool:
    return not rest and not searched.unseen and set(spans) <= {searched.order.field}


def _scan(searched: Searched, spans: dict[OrderField, Span], rest: list[Query]) -> Sequence[int]:
    collection = searched.collection
    times = collection.times[searched.order.field]
    tests = [_test(query, searched) for query in rest]
    named = _named(collection, rest)
    candidates = _candidates(collection, spans) if named is None else _within_all(collection, spans, named)
    found = [
        sort_key(times[position], position)
        for position in candidates
        if position not in searched.unseen and all(test(position) for test in tests)
    ]
    return array("q", sorted(found))


def _named(collection: Collection, rest: list[Query]) -> set[int] | None:
    """The listed positions that a filter every match must pass names outright; None where none does."""
    for query in rest:
        if isinstance(query, Filter) and query.operator in {"=", "IN"} and query.field in collection.indexes:
            found = collection.indexes[query.field]
            positions = {position for value in query.values for position in found(value)}
            return {position for position in positions if collection.ids[position] in collection}
    return None


def _within_all(
    collection: Collection, spans: dict[OrderField, Span], positions: Iterable[int]
) -> Iterable[int]:
    checked = [(collection.times[name], span) for name, span in spans.items()]
    for position in positions:
        if all(span.low <= times[position] <= span.high for times, span in checked):
            yield position


def _candidates(collection: Collection, spans: dict[OrderField, Span]) -> Iterable[int]:
    """Positions within all spans, walking the order in which the fewest lie within theirs."""
    bounds = {name: collection.between(name, *_ends(spans.get(name, Span()))) for name in ORDER_FIELDS}
    walked: OrderField = min(ORDER_FIELDS, key=lambda name: bounds[name][1] - bounds[name][0])
    first, last = bounds[walked]
    others = {name: span for name, span in spans.items() if name != walked}
    walk = (position_in(key) for key in collection.orders[walked][first : max(first, last)])
    return _within_all(collection, others, walk)


def _ends(span: Span) -> tuple[int, int]:
    return span.low, span.high


def _split(query: Query, zone: ZoneInfo) -> tuple[dict[OrderField, Span], list[Query]]:
    """Take out of a query the spans of `created_at` and `updated_at` that every match must lie in."""
    members = query.members if isinstance(query, Group) and query.every else (query,)
    spans: dict[OrderField, Span] = {}
    rest: list[Query] = []
    for member in members:
        span = _span_of(member, zone)
        if span is None:
            rest.append(member)
        else:
            name, found = span
            spans[name] = spans.get(name, Span()).within(found)
    return spans, rest


def _span_of(query: Query, zone: ZoneInfo) -> tuple[OrderField, Span] | None:
    for name in ORDER_FIELDS:
        if isinstance(query, Filter) and query.field == name:
            span = date_span(query, zone)
            return None if span is None else (name, span)
    return None


def date_span(condition: Filter, zone: ZoneInfo) -> Span | None:
    """The seconds a date condition allows, or None where they are not one span.

    By day (contacts up to 2.16): `=` is the whole day, `>` starts with the next day, `<` ends before the day.
    By second (conversations): `>` and `<` are described as "greater (or equal)" and "lower (or equal)".
    By exact second (contacts from 2.17): `>` and `<` exclude the second itself.
    """
    value = condition.values[0] if len(condition.values) == 1 else None
    if not isinstance(value, int) or condition.operator in {"!=", "IN", "NIN"}:
        return None
    unit = day_span(value, zone) if condition.type is FieldType.DAY else Span(low=value, high=value)
    apart = 0 if condition.type is FieldType.SECOND else 1
    return {
        "=": unit,
        ">": Span(low=unit.high + apart),
        ">=": Span(low=unit.low),
        "<": Span(high=unit.low - apart),
        "<=": Span(high=unit.high),
    }[condition.operator]


def day_span(second: int, zone: ZoneInfo) -> Span:
    """The calendar day around a moment, in a time zone: 23 or 25 hours long where the clocks change."""
    day = datetime.fromtimestamp(second, zone).date()
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=zone)
    return Span(low=_seconds(start), high=_seconds(end) - 1)


def _seconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())


def _test(query: Query, searched: Searched) -> Test:
    if isinstance(query, Group):
        tests = [_test(member, searched) for member in query.members]
        combine = all if query.every else any
        return lambda position: combine(test(position) for test in tests)
    read = reader(searched.kind, query.field, searched.collection)
    span = date_span(query, searched.zone) if query.type in DATES else None
    return _within(read, span) if span is not None else _compared(read, query)


def _within(read: Reader, span: Span) -> Test:
    def test(position: int) -> bool:
        return any(isinstance(value, int) and span.low <= value <= span.high for value in read(position))

    return test


def _compared(read: Reader, condition: Filter) -> Test:
    holds, negated = _COMPARISONS[condition.operator]
    wanted = condition.values

    def test(position: int) -> bool:
        values = read(position) or (None,)
        return negated != any(holds(value, each) for value in values for each in wanted)

    return test


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, wanted: value is not None and wanted is not None and compare(value, wanted)


def _has(value: Any, wanted: Any) -> bool:
    return value is not None and wanted is not None and wanted in value


def _starts(value: Any, wanted: Any) -> bool:
    return value is not None and wanted is not None and bool(value.startswith(wanted))


def _ends_with(value: Any, wanted: Any) -> bool:
    return value is not None and wanted is not None and bool(value.endswith(wanted))


# By operator: how a value is compared, and whether the answer is turned round.
_COMPARISONS: dict[str, tuple[Callable[[Any, Any], bool], bool]] = {
    "=": (operator.eq, False),
    "!=": (operator.eq, True),
    "IN": (operator.eq, False),
    "NIN": (operator.eq, True),
    # Numbers of conversations are described as "greater (or equal)", too; here they are compared strictly.
    ">": (_ordered(operator.gt), False),
    "<": (_ordered(operator.lt), False),
    ">=": (_ordered(operator.ge), False),
    "<=": (_ordered(operator.le), False),
    "~": (_has, False),
    "!~": (_has, True),
    "^": (_starts, False),
    "$": (_ends_with, False),
}
