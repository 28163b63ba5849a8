"""Search queries: read, checked as Intercom checks them, and turned into values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from intercom_pipeline.sandbox.collection import ORDER_FIELDS, OrderField
from intercom_pipeline.sandbox.errors import ApiError, invalid, missing
from intercom_pipeline.sandbox.paging import Order
from intercom_pipeline.sandbox.search_fields import (
    KNOWN_OPERATORS,
    OPERATORS,
    FieldType,
    custom_attribute,
    field_types,
)

MOST_FILTERS = 15
MOST_LEVELS = 2
DATES = (FieldType.DAY, FieldType.SECOND, FieldType.INSTANT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """One condition; `values` holds several only for IN and NIN."""

    field: str
    type: FieldType
    operator: str
    values: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Conditions of which all (`every`) or at least one must hold."""

    every: bool
    members: tuple["Filter | Group", ...]


Query = Filter | Group


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """By what a query is read: the kind searched and the API version."""

    kind: str
    version: str


def read_query(query: Any, rules: Rules, *, level: int = 1) -> Query:
    """Read a search's `query`; raises 400 for unknown fields or operators, misfits, and too many filters.

    A group holds at most 15 filters, and two levels of groups is the most (Intercom's search description).
    """
    if not isinstance(query, Mapping):
        raise missing("query is required", field="query")
    if query.get("operator") in {"AND", "OR"}:
        return _read_group(query, rules, level)
    return _read_filter(query, rules)


def read_order(sort: Any, *, default: Order) -> Order:
    """Read a search's `sort`; raises 400 for a field that cannot sort or a direction that is none."""
    if sort is None:
        return default
    if not isinstance(sort, Mapping):
        raise invalid("sort must be an object", field="sort")
    field, order = sort.get("field", default.field), sort.get("order", "descending")
    if field not in ORDER_FIELDS:
        raise invalid(f"Cannot sort by '{field}'", field="sort")
    if order not in {"ascending", "descending"}:
        message = f"Invalid sort order '{order}'. Must be one of: ascending, descending"
        raise ApiError(status=400, code="invalid_sort_order", message=message)
    return Order(field=cast(OrderField, field), descending=order == "descending")


def _read_group(query: Mapping[str, Any], rules: Rules, level: int) -> Group:
    members = query.get("value")
    if level > MOST_LEVELS:
        raise invalid(f"Filters can be nested in at most {MOST_LEVELS} levels", field="query")
    if not isinstance(members, list) or not members:
        raise invalid("The value of AND and OR must be a list of filters", field="query")
    if len(members) > MOST_FILTERS:
        raise invalid(f"A group can hold at most {MOST_FILTERS} filters", field="query")
    read = tuple(read_query(member, rules, level=level + 1) for member in members)
    return Group(every=query["operator"] == "AND", members=read)


def _read_filter(query: Mapping[str, Any], rules: Rules) -> Filter:
    field, operator = query.get("field"), query.get("operator")
    if not isinstance(field, str):
        raise missing("field is required", field="field")
    if operator not in KNOWN_OPERATORS:
        raise invalid(f"Invalid operator '{operator}'", field="operator")
    kind = _type_of(field, query.get("value"), rules)
    if operator not in OPERATORS[kind]:
        raise invalid(f"Operator '{operator}' is not supported on the {kind} field '{field}'", field=field)
    return Filter(field=field, type=kind, operator=operator, values=_read_values(query, field, kind))


def _type_of(field: str, value: Any, rules: Rules) -> FieldType:
    kind = field_types(rules.kind, rules.version).get(field)
    if kind is not None:
        return kind
    if custom_attribute(rules.kind, field):
        return _type_of_value(value[0] if isinstance(value, list) and value else value)
    raise invalid(f"'{field}' is not a searchable field", field=field)


def _type_of_value(value: Any) -> FieldType:
    """A custom attribute is compared as what it is compared with."""
    if isinstance(value, bool):
        return FieldType.FLAG
    return FieldType.NUMBER if isinstance(value, int) else FieldType.TEXT


def _read_values(query: Mapping[str, Any], field: str, kind: FieldType) -> tuple[Any, ...]:
    value = query.get("value")
    if query["operator"] in {"IN", "NIN"}:
        if not isinstance(value, list):
            raise invalid(f"The value of {query['operator']} must be a list", field=field)
        return tuple(_read_value(each, field, kind) for each in value)
    if isinstance(value, list | dict):
        raise invalid(f"The value of '{field}' must be a single value", field=field)
    return (_read_value(value, field, kind),)


def _read_value(value: Any, field: str, kind: FieldType) -> Any:
    if value is None:
        return None
    if kind is FieldType.FLAG:
        return _read_flag(value, field)
    if kind is FieldType.NUMBER or kind in DATES:
        return _read_number(value, field)
    return _text(value)


def _read_flag(value: Any, field: str) -> bool:
    flag = {"true": True, "false": False}.get(_text(value))
    if flag is None:
        raise invalid(f"'{value}' is not a boolean value for '{field}'", field=field)
    return flag


def _read_number(value: Any, field: str) -> int:
    # Intercom's own examples send a date as text.
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise invalid(f"'{value}' is not a valid value for '{field}'", field=field) from error


def _text(value: Any) -> str:
    """Text is compared without regard to case, and anything compared as text is its JSON writing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).casefold()
