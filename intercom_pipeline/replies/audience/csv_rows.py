"""Who is answered, from a CSV with a column `conversation_id`."""

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from intercom_pipeline.replies.audience.columns import variables
from intercom_pipeline.replies.audience.conversations import ID, named_once
from intercom_pipeline.replies.audience.faults import AudienceRefused, Fault
from intercom_pipeline.replies.audience.reading import lines_of, opened
from intercom_pipeline.replies.audience.recipient import Recipient

_QUOTED: Final = re.compile(r'"[^"]*"')
_DELIMITERS: Final = ",;\t"


def from_csv(place: str | Path) -> list[Recipient]:
    """The recipients that a file names, or stdin for `-`; every value is text.

    A row is called by the line that it begins on, as an editor counts them: `row 2` follows the header.

    Raises:
        AudienceRefused: It cannot be read, is no such CSV, or rows of it are wrong.
    """
    with opened(place) as stream:
        return in_csv(stream)


def in_csv(stream: BinaryIO) -> list[Recipient]:
    """As `from_csv`, of what is open already."""
    return named_once(_rows(lines_of(stream)))


def _rows(lines: Iterator[str]) -> Iterator[Recipient | Fault]:
    before, first = _first_line(lines)
    reader = csv.reader(chain([first], lines), delimiter=_delimiter(first), strict=True)
    names: list[str] | None = None
    while True:
        row = f"row {before + reader.line_num + 1}"
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Fault(row=row, says=_explained(error))
            return  # What a quote swallowed is not told from rows.
        if cells is None:
            return
        if names is None:
            names = variables(cells)
        elif any(cell.strip() for cell in cells):
            yield _recipient(row, names, cells)


def _first_line(lines: Iterator[str]) -> tuple[int, str]:
    """How many blank lines there are before the first that is not, and that one."""
    for before, line in enumerate(lines):
        if line.strip():
            return before, line
    raise AudienceRefused(
        "The input is empty.",
        why="It has no line.",
        fix=f"Give a CSV with a column {ID}, and a row for each.",
    )


def _delimiter(header: str) -> str:
    """What the header's names stand apart by: a comma where nothing tells."""
    return max(_DELIMITERS, key=_QUOTED.sub("", header).count)


def _recipient(row: str, names: Sequence[str], cells: Sequence[str]) -> Recipient | Fault:
    if len(cells) != len(names):
        says = f"columns in the header: {len(names)}, values here: {len(cells)}"
        return Fault(row=row, says=says)
    values = {name: cell for name, cell in zip(names, cells, strict=True) if name}
    values[ID] = values[ID].strip()
    return Recipient(row=row, conversation_id=values[ID], values=values)


def _explained(error: csv.Error) -> str:
    if "expected after" in str(error):
        return "a quote inside a quoted value has to be written twice"
    return "a quote that is opened here, or in the value after, is not closed"
