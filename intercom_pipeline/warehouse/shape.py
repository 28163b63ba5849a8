"""What a table's records look like, worked out once: which keys there are, and what fits them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

import msgspec

from intercom_pipeline.warehouse.table import LIST, PARENT, Column, Kind, Table

LATEST_TIME = 253_402_300_800
"""The first second of the year 10000: a later time is no time in seconds."""

_INT64 = 2**63
_EXACT_IN_A_DOUBLE = 2**53

_FITTING: Mapping[Kind, Any] = {
    Kind.ID: str | int | None,
    Kind.TEXT: str | None,
    Kind.INTEGER: Annotated[int, msgspec.Meta(ge=-_INT64, le=_INT64 - 1)] | None,
    Kind.NUMBER: float | Annotated[int, msgspec.Meta(ge=-_EXACT_IN_A_DOUBLE, le=_EXACT_IN_A_DOUBLE)] | None,
    Kind.BOOLEAN: bool | None,
    Kind.TIME: Annotated[int, msgspec.Meta(gt=0, lt=LATEST_TIME)] | None,
    Kind.JSON: msgspec.Raw,
}

type_checkers = {kind: msgspec.json.Decoder(fitting) for kind, fitting in _FITTING.items()}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Shape:
    """What is needed to read the records of a table fast, worked out once.

    Attributes:
        table: The table.
        columns: The columns that a record's keys feed.
        own_key: The keys of the primary key that the record itself brings.
        needed: The keys whose values are read here (key, cursor, containers of children), each with the
            attribute of the checking struct that stands for it.
        detached: Keys that live in child tables alone.
        check: Refuses a record with an unknown key or a value that does not fit.
        containers: For a child: reads what the first key of each of its paths holds, down to the list.
        children: The shapes of the child tables.
    """

    table: Table
    columns: Mapping[str, Column]
    own_key: tuple[str, ...]
    needed: Mapping[str, str]
    detached: frozenset[str]
    check: msgspec.json.Decoder[Any]
    containers: Mapping[str, msgspec.json.Decoder[Any]]
    children: tuple["Shape", ...]


@cache
def shape_of(table: Table) -> Shape:
    """The shape of a table's records."""
    # A child's rows are given their parent's id here; a record asked for by its parent brings it along.
    given = {PARENT, LIST} if table.path else set()
    columns = {column.key: column for column in table.sent if column.key not in given}
    own_key = tuple(column.key for column in columns.values() if column.name in table.primary_key)
    cursor = [column.key for column in columns.values() if column.name == table.cursor]
    attributes = {
        key: f"field_{number}" for number, key in enumerate({*columns, *table.ignored, *table.detached})
    }
    needed = {*own_key, *cursor, *(path[0] for child in table.children for path in child.paths)}
    return Shape(
        table=table,
        columns=columns,
        own_key=own_key,
        needed={key: attributes[key] for key in needed},
        detached=table.detached,
        check=_checker(columns, attributes),
        containers={path[0]: _container(table, path[1:]) for path in table.paths if path},
        children=tuple(map(shape_of, table.children)),
    )


def _checker(columns: Mapping[str, Column], attributes: Mapping[str, str]) -> msgspec.json.Decoder[Any]:
    kinds = {key: columns[key].kind if key in columns else Kind.JSON for key in attributes}
    struct = msgspec.defstruct(
        "Record",
        [(attribute, _FITTING[kinds[key]], None) for key, attribute in attributes.items()],
        rename={attribute: key for key, attribute in attributes.items()},
        forbid_unknown_fields=True,
        gc=False,
    )
    return msgspec.json.Decoder(struct)


def _container(table: Table, path: tuple[str, ...]) -> msgspec.json.Decoder[Any]:
    inside: Any = (dict[str, msgspec.Raw] if table.mapped else list[msgspec.Raw]) | None
    for key in reversed(path):
        inside = msgspec.defstruct("Container", [("inside", inside, None)], rename={"inside": key}) | None
    return msgspec.json.Decoder(inside)
