"""A query's answer, printed as a table, JSON or CSV."""

import csv
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import msgspec
from rich.cells import cell_len
from rich.text import Text

from intercom_pipeline import steering
from intercom_pipeline.cli.output import columns, counted, print_json, remarks, results, show
from intercom_pipeline.steering import one_line
from intercom_pipeline.warehouse.asking import Answer, as_json

_WIDEST_CELL = 60
_NARROWEST_CELL = 8
_GAP = 2
# What makes a spreadsheet take a text for a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def print_as_json(answer: Answer) -> None:
    """A list of objects; a value of type JSON as what it holds."""
    print_json(
        [
            {
                name: msgspec.Raw(as_json(value, kind))
                for name, kind, value in zip(answer.names, answer.types, row, strict=True)
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
    if not isinstance(text, str):
        return text
    # A program gets a text as it is; a terminal would act on what is in it.
    shown = steering.lines(text) if sys.stdout.isatty() else text
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


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
    # A PIVOT makes names of what somebody wrote.
    names = [one_line(name) for name in answer.names]
    widths = _widths(names, cells, results().width)
    numeric = [name for at, name in enumerate(names) if _is_numeric(answer.rows, at)]
    table = columns(*names[: len(widths)], right=numeric)
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
    return one_line(text, _WIDEST_CELL)


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
