"""What the command prints, and where: results to stdout, everything about them to stderr.

All that is printed for people goes through the one kind of console here: text is shown as it is, whoever
wrote it. Nothing in it is read as markup, and nothing of it steers the terminal.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Text

from intercom_pipeline import steering
from intercom_pipeline.steering import one_line

if TYPE_CHECKING:
    from intercom_pipeline.errors import PipelineError

_NO_TERMINAL = 10_000
"""Columns of output that goes to a file or a program: lines are not broken there."""
_GAP = 2
_NARROWEST_TEXT = 16
"""Columns that a text needs which may take several lines."""
_KIBI = 1024
_MINUTE = 60
_HOUR = 3600


def typed() -> str:
    """The command as a person types it: what uv runs is not on the path by itself."""
    return "uv run intercom-pipeline" if "UV" in os.environ else "intercom-pipeline"


class _Screen(Console):
    """A console for text that anybody may have written."""

    def __init__(self, *, stderr: bool = False) -> None:
        is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
        super().__init__(
            stderr=stderr,
            markup=False,
            emoji=False,
            highlight=False,
            width=None if is_terminal else _NO_TERMINAL,
        )

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """As any console, without the signs that would steer the terminal: they take no room."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(steering.removed(segment.text), segment.style)


def results() -> Console:
    """stdout, for what was asked for."""
    return _Screen()


def remarks() -> Console:
    """stderr, for progress and errors."""
    return _Screen(stderr=True)


def print_json(value: Any) -> None:
    """One JSON value on stdout; moments as ISO 8601, dataclasses as objects."""
    import msgspec  # noqa: PLC0415 - late

    text = msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2)
    sys.stdout.buffer.write(steering.escaped(text) + b"\n")
    sys.stdout.flush()


def print_error(error: "PipelineError", *, about: str = "") -> None:
    """An error in three lines: what happened, why, what to do. It may be about one stream."""
    what = f"{about}: {error.what}" if about else error.what
    lines = [Text(what, style="bold red"), Text(error.why), Text(error.fix, style="cyan")]
    for line in lines:
        if line.plain:
            remarks().print(line, soft_wrap=True)


def columns(
    *names: str, right: Sequence[str] = (), wrapped: Sequence[str] = (), title: str | None = None
) -> Table:
    """An empty table in the command's one style.

    `right` names the columns of numbers, `wrapped` those of texts that may take several lines.
    """
    table = Table(box=None, pad_edge=False, header_style="dim", title=title, title_justify="left")
    for name in names:
        justify: JustifyMethod = "right" if name in right else "left"
        table.add_column(one_line(name), justify=justify, no_wrap=name not in wrapped)
    return table


def show(table: Table) -> None:
    """A table on stdout; a file or a program gets it without the blanks that fill up its lines."""
    console = results()
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def _is_cut(table: Table, width: int) -> bool:
    """Whether a table has no room in a terminal of so many columns, even with its wrapped columns narrow."""
    room = _NARROWEST_TEXT * sum(not column.no_wrap for column in table.columns)
    whole = [column for column in table.columns if column.no_wrap]
    gaps = _GAP * (len(table.columns) - 1)
    return sum(_width(column) for column in whole) + room + gaps > width


def fitted(
    made: Callable[[Sequence[str]], Table], names: Sequence[str], first_to_go: Sequence[str], width: int
) -> tuple[Table, list[str]]:
    """A table without the columns that a terminal has no room for, and their names; `made` makes it."""
    left_out: list[str] = []
    may_go = [name for name in first_to_go if name in names]
    while _is_cut(table := made([name for name in names if name not in left_out]), width) and may_go:
        left_out.append(may_go.pop(0))
    return table, left_out


def _width(column: Column) -> int:
    """The terminal columns that a column is given, or that its texts want."""
    return column.width or max(cell_len(str(text)) for text in (column.header, *column.cells))


def number(value: float | None) -> str:
    """A count with its thousands apart; nothing where it is not known."""
    return "" if value is None else f"{value:,.0f}"


def counted(count: int, noun: str) -> str:
    """A count with its noun, in the plural where it needs one."""
    return f"{number(count)} {noun}" if count == 1 else f"{number(count)} {noun}s"


def size(value: float) -> str:
    """Bytes in the unit a person would use."""
    for unit in ("bytes", "KiB", "MiB"):
        if value < _KIBI:
            return f"{value:,.0f} {unit}"
        value /= _KIBI
    return f"{value:,.1f} GiB"


def duration(seconds: float | None) -> str:
    """Seconds as a person would say them."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE}:{whole % _MINUTE:02} min"
    return f"{whole // _HOUR}:{whole % _HOUR // _MINUTE:02} h"


def moment(value: datetime | None) -> str:
    """A moment in UTC, to the minute; nothing where there is none."""
    return "" if value is None else f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"


def joined(parts: Iterable[str]) -> str:
    """The parts that say something, with commas between them."""
    return ", ".join(part for part in parts if part)
