"""Records printed: a table for people, or as Intercom sent them, one after another as they arrive."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec
from rich.table import Table
from rich.text import Text

from intercom_pipeline import steering
from intercom_pipeline.api.stored import Stored
from intercom_pipeline.cli.everyday import IN_A_TABLE, Form
from intercom_pipeline.cli.output import columns, counted, fitted, remarks, results, show
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.moments import ago
from intercom_pipeline.steering import one_line

Record = Mapping[str, Any]
_WIDEST_CELL = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """How records of a kind look in a table.

    Attributes:
        noun: What one is called.
        cells: The columns' names, and what of a record stands in each.
        flexible: Those whose texts may be cut.
        first_to_go: Those that are left out where there is no room, the first one first.
    """

    noun: str
    cells: Mapping[str, Callable[[Record], str]]
    flexible: tuple[str, ...]
    first_to_go: tuple[str, ...]


def wanted(limit: int | None, form: Form) -> int | None:
    """How many records to ask for: in a table one more than is shown, which tells whether there are more."""
    if form is not Form.TABLE:
        return limit
    return (IN_A_TABLE if limit is None else limit) + 1


def print_records(
    records: Iterable[Record], view: View, form: Form, *, limit: int | None, source: object
) -> None:
    """Print records in a form; of a table, `limit` many at most, with a remark on what it leaves out."""
    if form is Form.LINES:
        print_lines(records)
    elif form is Form.JSON:
        print_array(records)
    else:
        _print_table(iter(records), view, IN_A_TABLE if limit is None else limit, source)


def print_lines(records: Iterable[Record]) -> None:
    """A record a line, each at once."""
    for record in records:
        _write(encoded(record) + b"\n")


def print_array(records: Iterable[Record]) -> None:
    """A JSON array with a record a line; nothing where an error comes before the first one."""
    opening = b"[\n"
    try:
        for record in records:
            _write(opening + encoded(record))
            opening = b",\n"
    except (PipelineError, KeyboardInterrupt):
        if opening == b",\n":
            _write(b"\n")  # the error gets a line of its own
        raise
    _write(b"[]\n" if opening == b"[\n" else b"\n]\n")


def encoded(record: Record) -> bytes:
    """A record as JSON; half of a character, which no UTF-8 holds, is written as an escape."""
    try:
        return steering.escaped(msgspec.json.encode(record))
    except (UnicodeEncodeError, OverflowError):
        return json.dumps(record).encode("ascii")


def indented(record: Record) -> bytes:
    """A record as JSON over several lines; see `encoded`."""
    text = encoded(record)
    try:
        return msgspec.json.format(text, indent=2)
    except msgspec.DecodeError:  # of such an escape
        return json.dumps(json.loads(text), indent=2).encode("ascii")


def _write(text: bytes) -> None:
    sys.stdout.buffer.write(text)
    sys.stdout.flush()


def _print_table(records: Iterator[Record], view: View, limit: int, source: object) -> None:
    shown = list(islice(records, limit))
    more = limit > 0 and next(records, None) is not None
    if shown:
        table, left_out = fitted(
            lambda names: _table(view, names, shown), list(view.cells), view.first_to_go, results().width
        )
        show(table)
    else:
        left_out = []
    _print_left_out(len(shown), view.noun, more=more, left_out=left_out, source=source)


def _table(view: View, names: Sequence[str], records: Sequence[Record]) -> Table:
    table = columns(*names, wrapped=[name for name in names if name in view.flexible])
    for record in records:
        cells = (one_line(view.cells[name](record), _WIDEST_CELL) for name in names)
        table.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells))
    return table


def _print_left_out(count: int, noun: str, *, more: bool, left_out: Sequence[str], source: object) -> None:
    remark = counted(count, noun)
    if more:
        remark += ", and more (see --limit)"
    if left_out:
        remark += f"; no room for {', '.join(left_out)} (see --json)"
    if isinstance(source, Stored):
        remark += f"; from the file published {ago(source.about.published_at)}"
    remarks().print(remark, style="dim")
