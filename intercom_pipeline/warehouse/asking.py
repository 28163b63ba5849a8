"""Ask a database in SQL; what DuckDB says where it refuses."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import msgspec

from intercom_pipeline.errors import PipelineError

_ADVICE: Final = "intercom-pipeline tables shows what there is."


class QueryFailed(PipelineError):
    """DuckDB refuses a query; `what`, `why` and `fix` show where."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a query gave.

    Attributes:
        names: The columns' names, each once.
        types: Their DuckDB types.
        rows: The rows, at most as many as were asked for.
        more: Whether there were more.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    more: bool


def ask(connection: duckdb.DuckDBPyConnection, sql: str, limit: int | None = None) -> Answer:
    """Run a statement (of several, the last one answers) and fetch at most `limit` rows.

    Raises:
        QueryFailed: DuckDB refuses it.
    """
    try:
        statements = connection.extract_statements(sql)
        if not statements:
            raise QueryFailed(
                "There is no statement in the query.",
                why="It is empty, or holds comments alone.",
                fix='For example: intercom-pipeline query "FROM contacts LIMIT 5".',
            )
        cursor = connection.execute(sql)
        described = cursor.description or []
        rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit + 1)
    except duckdb.Error as error:
        raise refused(error) from error
    return Answer(
        names=each_once([column[0] for column in described]),
        types=tuple(str(column[1]) for column in described),
        rows=rows[:limit],
        more=limit is not None and len(rows) > limit,
    )


def refused(error: duckdb.Error, *, advice: str = _ADVICE) -> QueryFailed:
    """DuckDB's refusal in three lines: what it says, the line of the query and where in it, or an advice."""
    said, _, place = str(error).partition("\n\nLINE ")
    what = " ".join(said.split())
    if place:
        line, _, caret = place.partition("\n")
        return QueryFailed(what, why=f"LINE {line}", fix=caret.rstrip())
    if "read-only mode" in what:
        return QueryFailed(
            what,
            why="The published file is for reading; the next sync replaces it.",
            fix="Use a TEMP table, or ATTACH the file (READ_ONLY) to a database of your own.",
        )
    return QueryFailed(what, why="DuckDB refuses the query.", fix=advice)


def as_json(value: Any, kind: str) -> bytes:
    """A value of a DuckDB type as JSON; one of type JSON as what it holds, where a strict parser takes it."""
    if kind == "JSON" and isinstance(value, str):
        with suppress(msgspec.DecodeError, RecursionError):
            msgspec.json.decode(value)
            return value.encode()
    return msgspec.json.encode(value, enc_hook=str)


def each_once(names: Sequence[str]) -> tuple[str, ...]:
    """The names, a repeated one with a number, so that a JSON object can hold them all."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return tuple(distinct)
