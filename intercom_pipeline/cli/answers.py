"""A query's answer: asked for, and printed as a table, JSON or CSV; and what DuckDB says where it refuses."""

import csv
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import duckdb
import msgspec
from rich.cells import cell_len
from rich.text import Text

from intercom_pipeline.cli.exits import QueryFailed
from intercom_pipeline.cli.output import columns, counted, print_json, remarks, results, show

_WIDEST_CELL = 60
_NARROWEST_CELL = 8
_GAP = 2
# What makes a spreadsheet take a text for a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
        names=_each_once([column[0] for column in described]),
        types=tuple(str(column[1]) for column in described),
        rows=rows[:limit],
        more=limit is not None and len(rows) > limit,
    )


def refused(error: duckdb.Error) -> QueryFailed:
    """DuckDB's refusal in three lines: what it says, the line of the query, and where in it."""
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
    return QueryFailed(
        what, why="DuckDB refuses the query.", fix="intercom-pipeline tables shows what there is."
    )


def _each_once(names: Sequence[str]) -> tuple[str, ...]:
    """The names, a repeated one with a number, so that a JSON object can hold them all."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return tuple(distinct)


def print_as_json(answer: Answer) -> None:
    """A list of objects; a value of type JSON as what it holds."""
    holds_json = [kind == "JSON" for kind in answer.types]
    print_json(
        [
            {
                name: msgspec.Raw(value.encode()) if raw and value is not None else value
                for name, raw, value in zip(answer.names, holds_json, row, strict=True)
            }
            for row in answer.rows
        ]
    )


def print_as_csv(answer: Answer) -> None:
    """A line of names and a line a row; text is quoted, NULL is empty, no text can act as a formula."""
    writer = csv.writer(sys.stdout, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([_harmless(name) for name in answer.names])
    writer.writerows([_harmless(_plain(value)) for value in row] for row in answer.rows)


def _harmless(text: str | float | Decimal) -> str | float | Decimal:
    return f"'{text}" if isinstance(text, str) and text.startswith(_FORMULA) else text


def _plain(value: Any) -> str | float | Decimal:
    """A value in one cell: numbers as they are, moments as ISO 8601, lists and structures as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float, Decimal)):
        return value
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (list, tuple, dict)):
        return msgspec.json.encode(value, enc_hook=str).decode()
    return str(value)


def print_for_people(answer: Answer) -> None:
    """A table as wide as the terminal, a line a row; on stderr what it leaves out."""
    if not answer.names:
        remarks().print("The statement gave no rows.")
        return
    _print_left_out(answer, print_table(answer))


def print_table(answer: Answer) -> int:
    """A table as wide as the terminal, a line a row; how many of the columns had room."""
    cells = [[_cell(value) for value in row] for row in answer.rows]
    widths = _widths(answer.names, cells, results().width)
    numeric = [name for at, name in enumerate(answer.names) if _is_numeric(answer.rows, at)]
    table = columns(*answer.names[: len(widths)], right=numeric)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in cells:
        table.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in row[: len(widths)]))
    show(table)
    return len(widths)


def _print_left_out(answer: Answer, shown: int) -> None:
    remark = counted(len(answer.rows), "row")
    if answer.more:
        remark += ", and more (see --limit)"
    if shown < len(answer.names):
        remark += (
            f", {shown} of {len(answer.names)} columns shown (name those you want, or use --json or --csv)"
        )
    remarks().print(remark, style="dim")


def _cell(value: Any) -> str:
    """A value on one line that cannot steer the terminal."""
    text = "NULL" if value is None else str(_plain(_in_utc(value)))
    line = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)
    return line if len(line) <= _WIDEST_CELL else line[: _WIDEST_CELL - 1] + "…"


def _in_utc(value: Any) -> Any:
    """A moment as it reads in UTC, without the zone; any other value as it is."""
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value)
    return value


def _is_numeric(rows: Sequence[Sequence[Any]], at: int) -> bool:
    values = [row[at] for row in rows if row[at] is not None]
    return bool(values) and all(isinstance(value, (int, float, Decimal)) for value in values)


def _widths(names: Sequence[str], cells: Sequence[Sequence[str]], room: int) -> list[int]:
    """The widths of the columns that have room beside each other, from the left; the last may be cut."""
    widths: list[int] = []
    for at, name in enumerate(names):
        wanted = max(cell_len(text) for text in [name, *(row[at] for row in cells)])
        width = min(wanted, room)
        if width < min(wanted, _NARROWEST_CELL):
            break
        widths.append(width)
        room -= width + _GAP
    return widths
