"""Search queries as values, checked against Intercom's rules before they are sent.

    search = Search(query=all_of(Filter("updated_at", ">", 1_700_000_000), Filter("role", "=", "user")))

The rules are those of POST /contacts/search and POST /conversations/search in Intercom's API description.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from intercom_pipeline.intercom.diagnosis import Request
from intercom_pipeline.intercom.errors import Applied, QueryRefused
from intercom_pipeline.intercom.search_fields import CONTACTS, FieldKind
from intercom_pipeline.intercom.versions import contact_dates_are_days

OPERATORS: Final = ("=", "!=", "IN", "NIN", ">", "<", ">=", "<=", "~", "!~", "^", "$")
DAY_OPERATORS: Final = ("=", ">", "<")
"""What a contact's date may be compared with while dates are matched by day."""
MOST_FILTERS: Final = 15
MOST_LEVELS: Final = 2

CONTACT_DATES: Final = frozenset(name for name, kind in CONTACTS.items() if kind is FieldKind.DATE)
"""The contact fields of type date (POST /contacts/search); date custom attributes cannot be known here."""

Value = str | int | bool | None | tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """One comparison. The value of `IN` and `NIN` is a tuple."""

    field: str
    operator: str
    value: Value

    def to_json(self) -> dict[str, Any]:
        """As Intercom takes it."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"field": self.field, "operator": self.operator, "value": value}


@dataclass(frozen=True, slots=True)
class Group:
    """Filters joined by AND or OR; made by `all_of` and `any_of`."""

    operator: Literal["AND", "OR"]
    parts: tuple["Filter | Group", ...]

    def to_json(self) -> dict[str, Any]:
        """As Intercom takes it: a group of filters or a group of groups, never of both."""
        mixed = any(isinstance(part, Group) for part in self.parts)
        parts = [Group("AND", (part,)) if mixed and isinstance(part, Filter) else part for part in self.parts]
        return {"operator": self.operator, "value": [part.to_json() for part in parts]}


Query = Filter | Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What to look for, and in which order."""

    query: Query
    sort_field: str | None = None
    sort_order: Literal["ascending", "descending"] = "descending"

    def to_json(self) -> dict[str, Any]:
        """As Intercom takes it, without `pagination`."""
        body: dict[str, Any] = {"query": self.query.to_json()}
        if self.sort_field is not None:
            body["sort"] = {"field": self.sort_field, "order": self.sort_order}
        return body


def all_of(*parts: Query) -> Group:
    """Every part holds."""
    return Group("AND", parts)


def any_of(*parts: Query) -> Group:
    """At least one part holds."""
    return Group("OR", parts)


def check(query: Query, *, path: str, version: str) -> None:
    """Raise QueryRefused, naming the rule, for a query that Intercom would refuse at `path` in `version`."""
    by_day = path.startswith("/contacts") and contact_dates_are_days(version)
    rule = _broken_rule(query, level=1, by_day=by_day)
    if rule is not None:
        raise QueryRefused(Request(method="POST", path=path).failure(rule, applied=Applied.NO))


def _broken_rule(query: Query, *, level: int, by_day: bool) -> str | None:
    if isinstance(query, Filter):
        return _broken_by_filter(query, by_day=by_day)
    if level > MOST_LEVELS:
        return f"groups nest at most {MOST_LEVELS} levels deep"
    if not query.parts:
        return "a group holds at least one filter"
    if len(query.parts) > MOST_FILTERS:
        return f"a group holds at most {MOST_FILTERS} filters, not {len(query.parts)}"
    rules = (_broken_rule(part, level=level + 1, by_day=by_day) for part in query.parts)
    return next((rule for rule in rules if rule), None)


def _broken_by_filter(wanted: Filter, *, by_day: bool) -> str | None:
    name = f"{wanted.field!r} {wanted.operator}"
    if wanted.operator not in OPERATORS:
        return f"{wanted.operator!r} on {wanted.field!r} is not an operator; they are {' '.join(OPERATORS)}"
    is_list = isinstance(wanted.value, tuple)
    if is_list != (wanted.operator in {"IN", "NIN"}):
        return f"{name}: IN and NIN take a list of values, every other operator one value"
    if is_list and not wanted.value:
        return f"{name}: the list of values is empty"
    if by_day and wanted.field in CONTACT_DATES and wanted.operator not in DAY_OPERATORS:
        return f"{name}: up to API 2.16 a contact's dates go by day, with {' '.join(DAY_OPERATORS)} only"
    return None
