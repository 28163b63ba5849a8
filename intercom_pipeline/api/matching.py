"""A search query as a condition in SQL, which finds in the warehouse what the search finds in Intercom.

Upper and lower case are the same, a comparison with nothing fails and its contrary holds, and of several
values one has to match. Dates are compared as Intercom compares them: those of contacts by calendar day up to
API version 2.16, those of conversations by second, "greater" meaning "or equal" there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from intercom_pipeline.api.places import Place, place_of
from intercom_pipeline.intercom.search import Filter, Query, Value
from intercom_pipeline.intercom.search_fields import FieldKind
from intercom_pipeline.intercom.where_text import shown
from intercom_pipeline.sync.days import Calendar
from intercom_pipeline.warehouse.errors import NotSearchable
from intercom_pipeline.warehouse.shape import LATEST_TIME
from intercom_pipeline.warehouse.table import Table

_NEGATED = {"!=": "=", "NIN": "IN", "!~": "~"}
_TEXTS = {
    "=": "lower({0}) = lower(?)",
    "IN": "lower({0}) IN (SELECT lower(unnest(?::VARCHAR[])))",
    "~": "contains(lower({0}), lower(?))",
    "^": "starts_with(lower({0}), lower(?))",
    "$": "suffix(lower({0}), lower(?))",
}
_NUMBERS = {
    "=": "{0} = ?",
    "IN": "{0} IN (SELECT unnest(?::BIGINT[]))",
    ">": "{0} > ?",
    "<": "{0} < ?",
    ">=": "{0} >= ?",
    "<=": "{0} <= ?",
}
_LARGEST = 2**63
_LATEST_DAY = LATEST_TIME - 3 * 86_400
"""A moment in unix seconds after which a calendar may have no next day."""


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL over the columns of a table.

    Attributes:
        sql: The condition, true or false and never NULL.
        values: What stands for each `?` in it.
    """

    sql: str
    values: tuple[Any, ...] = ()


def condition(query: Query, table: Table, *, days: Calendar | None = None) -> Condition:
    """What holds for the rows of a table whose records a query finds.

    Args:
        query: The query.
        table: That of contacts or conversations, with the columns that the file has.
        days: The workspace's calendar where contacts' dates are compared by day; None for exact seconds.

    Raises:
        NotSearchable: The table does not hold a field, or it cannot be compared so.
    """
    if isinstance(query, Filter):
        return _of_filter(query, place_of(query.field, table), _Dates.of(table, days))
    if not query.parts:
        raise NotSearchable("A group holds at least one filter.", fix="Leave the empty group out.")
    parts = [condition(part, table, days=days) for part in query.parts]
    joined = f" {query.operator} ".join(part.sql for part in parts)
    return Condition(f"({joined})", tuple(value for part in parts for value in part.values))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Dates:
    """How dates are compared.

    Attributes:
        days: The calendar whose days count; None where seconds do.
        or_equal: Whether `>` and `<` include what they name.
    """

    days: Calendar | None
    or_equal: bool

    @classmethod
    def of(cls, table: Table, days: Calendar | None) -> Self:
        """How those of a table are."""
        contacts = table.name == "contacts"
        return cls(days=days if contacts else None, or_equal=not contacts)

    def span(self, second: int) -> tuple[int, int]:
        """The first and the last second that are the same date."""
        if self.days is None:
            return second, second
        return self.days.first_second(second), self.days.first_second(self.days.day_after(second)) - 1


def _of_filter(wanted: Filter, place: Place, dates: _Dates) -> Condition:
    _check(wanted, place.kind)
    operator = _NEGATED.get(wanted.operator, wanted.operator)
    if wanted.value is None:
        found = Condition(f"{place.value} IS NOT NULL")
        return _anywhere(place, found, negated=operator == wanted.operator)
    sql, values = _compared(place, operator, wanted.value, dates)
    found = Condition(f"coalesce({sql}, false)", values)
    return _anywhere(place, found, negated=operator != wanted.operator)


def _anywhere(place: Place, found: Condition, *, negated: bool) -> Condition:
    """Whether the value, or any of several, is found so; or whether none is."""
    sql = f"EXISTS (SELECT 1 FROM {place.rows} WHERE {found.sql})" if place.rows else f"({found.sql})"
    return Condition(f"NOT {sql}" if negated else sql, found.values)


def _compared(place: Place, operator: str, value: Value, dates: _Dates) -> tuple[str, tuple[Any, ...]]:
    many = value if isinstance(value, tuple) else (value,)
    match _compared_as(place.kind, operator, many):
        case FieldKind.DATE:
            return _date(place.value, operator, [_whole(each) for each in many], dates)
        case FieldKind.INTEGER:
            number = place.value if place.kind is FieldKind.INTEGER else f"TRY_CAST({place.value} AS DOUBLE)"
            return _filled(_NUMBERS[operator], number, [_whole(each) for each in many])
        case FieldKind.BOOLEAN:
            return f"{place.value} = ?", (_truth(many[0]),)
    return _filled(_TEXTS[operator], place.value, [_text(each) for each in many])


def _compared_as(kind: FieldKind, operator: str, values: Sequence[Any]) -> FieldKind:
    """What two values are compared as: a custom attribute as what it is compared with."""
    if kind is not FieldKind.ANY:
        return kind
    if operator in {">", "<", ">=", "<="}:
        return FieldKind.INTEGER
    whole = all(isinstance(each, int) and not isinstance(each, bool) for each in values)
    return FieldKind.INTEGER if whole and operator in _NUMBERS else FieldKind.TEXT


def _filled(pattern: str, value: str, wanted: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    return pattern.format(value), ((list(wanted),) if "unnest" in pattern else tuple(wanted))


def _date(value: str, operator: str, seconds: Sequence[int], dates: _Dates) -> tuple[str, tuple[int, ...]]:
    if max(seconds) > _LATEST_DAY:
        raise _unfit(max(seconds))
    spans = [dates.span(max(second, 0)) for second in seconds]
    if operator in {"=", "IN"}:
        same = " OR ".join([f"{value} BETWEEN ? AND ?"] * len(spans))
        return same, tuple(end for span in spans for end in span)
    low, high = spans[0]
    if dates.or_equal:
        operator = f"{operator[0]}="
    return f"{value} {operator} ?", (low if operator in {"<", ">="} else high,)


def _check(wanted: Filter, kind: FieldKind) -> None:
    """Refuse what cannot be compared at all."""
    listed = wanted.operator in {"IN", "NIN"}
    if wanted.operator not in kind.operators:
        raise NotSearchable(
            f"'{wanted.field}', a {kind}, cannot be compared with {shown(wanted.operator)}.",
            fix=f"It takes {' '.join(kind.operators)}.",
        )
    if listed != isinstance(wanted.value, tuple):
        raise NotSearchable(
            f"'{wanted.field}' {wanted.operator} needs {'a list of values' if listed else 'one value'}.",
            fix="IN and NIN take a tuple of values, the other operators one value.",
        )
    if wanted.value is None and wanted.operator not in {"=", "!="}:
        raise NotSearchable("null, for no value, goes with = and != only.", fix="Give a value.")


def _whole(value: Any) -> int:
    """A whole number; Intercom takes it as text, too."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise _unfit(value) from None
    if not -_LARGEST <= number < _LARGEST:
        raise _unfit(value)
    return number


def _truth(value: Any) -> bool:
    truth = {"true": True, "false": False}.get(_text(value).lower())
    if truth is None:
        raise _unfit(value)
    return truth


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which no text in a database can hold
        raise _unfit(text) from None
    return text


def _unfit(value: Any) -> NotSearchable:
    return NotSearchable(
        f"The field cannot be compared with {shown(str(value))}.", fix="Give a value that fits."
    )
