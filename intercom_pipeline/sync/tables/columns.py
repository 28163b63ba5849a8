"""One line a column: a function for each kind, and the SQL that reads a value out of a JSON column."""

from collections.abc import Mapping
from functools import partial

from intercom_pipeline.warehouse.table import Column, Kind, Person


def _column(
    kind: Kind,
    name: str,
    description: str,
    *,
    field: str = "",
    expression: str = "",
    person: Person | None = None,
    holds: Mapping[str, Person | None] | None = None,
    kept: bool = False,
) -> Column:
    return Column(
        name=name,
        kind=kind,
        description=description,
        field=field,
        expression=expression,
        person=person,
        holds=tuple((holds or {}).items()),
        kept=kept,
    )


identifier = partial(_column, Kind.ID)
text = partial(_column, Kind.TEXT)
integer = partial(_column, Kind.INTEGER)
number = partial(_column, Kind.NUMBER)
boolean = partial(_column, Kind.BOOLEAN)
time = partial(_column, Kind.TIME)
json = partial(_column, Kind.JSON)


def inside(column: str, *keys: str) -> str:
    """SQL for the text of a value inside a JSON column; NULL where it is missing or null."""
    return f"(\"{column}\" ->> '$.{'.'.join(keys)}')"


def whole_number(column: str, *keys: str) -> str:
    """SQL for a whole number inside a JSON column; NULL where it is anything else."""
    return f"try_cast({inside(column, *keys)} AS BIGINT)"


def truth(column: str, *keys: str) -> str:
    """SQL for true or false inside a JSON column; NULL where it is anything else."""
    return f"try_cast({inside(column, *keys)} AS BOOLEAN)"


def unix_time(column: str, *keys: str) -> str:
    """SQL for a moment inside a JSON column, sent as unix seconds; NULL for 0, which means "never"."""
    return f"TRY(to_timestamp(nullif({whole_number(column, *keys)}, 0)))"
