"""What an assistant sees of a query's answer: as many rows and as much of each value as its bounds allow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final

import duckdb
import msgspec

from intercom_pipeline.warehouse.asking import QueryFailed, as_json, each_once

_AT_ONCE: Final = 20
_MOST_COLUMNS: Final = 500
_LONGEST_NAME: Final = 100
_CUT_SAYS: Final = 40
"""The characters in which a cut value says how much is left out."""
_BYTES_A_CHARACTER: Final = 6
"""At most, as JSON: a control character is written like `\\u0001`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """How much a query may take and give.

    Attributes:
        rows: Rows at most.
        seconds: For how long DuckDB may work on it.
        memory_bytes: What DuckDB may hold in memory.
        answer_bytes: What names, types and rows may come to together, as JSON.
        cell_characters: Longer values are cut to so many characters.
    """

    rows: int = 100
    seconds: float = 10.0
    memory_bytes: int = 512_000_000
    answer_bytes: int = 50_000
    cell_characters: int = 4_000

    @property
    def process_bytes(self) -> int:
        """The address space that the process may have: DuckDB's memory, its code and threads."""
        return self.memory_bytes + 1_500_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Excerpt:
    """What a query gave, as far as its bounds reach.

    Attributes:
        names: The columns' names, each once.
        types: Their DuckDB types.
        rows: Rows of JSON values.
        more: Whether there were more rows.
        cut: How many values were too long and are shown in part.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[list[Any]]
    more: bool
    cut: int


def taken(cursor: duckdb.DuckDBPyConnection, bounds: Bounds) -> Excerpt:
    """The rows until one more would be too many, or too large together.

    Raises:
        QueryFailed: The names and types of its columns leave no room for a row.
    """
    kinds = [str(column[1]) for column in cursor.description or []]
    head = _head(cursor, kinds)
    room = bounds.answer_bytes - len(msgspec.json.encode(head))
    if room < bounds.answer_bytes // 2:
        raise _too_wide("The names and types of its columns alone fill the answer")
    longest = _longest_cell(len(kinds), room, bounds)
    rows: list[list[Any]] = []
    cut = 0
    more = False
    for row in _rows(cursor):
        cells = _cells(row, kinds, longest)
        if not rows and _size(cells) > room:
            cells = _cells(row, kinds, max(1, longest // _BYTES_A_CHARACTER))
        room -= _size(cells)
        if more := len(rows) == bounds.rows or (room < 0 and bool(rows)):
            break
        rows.append([cell.json for cell in cells])
        cut += sum(cell.is_cut for cell in cells)
    return replace(head, rows=rows, more=more, cut=cut)


def _head(cursor: duckdb.DuckDBPyConnection, kinds: Sequence[str]) -> Excerpt:
    """The names and types alone."""
    if len(kinds) > _MOST_COLUMNS:
        raise _too_wide(f"It has {len(kinds):,} columns, and {_MOST_COLUMNS} are the most")
    names = each_once([column[0][:_LONGEST_NAME] for column in cursor.description or []])
    return Excerpt(
        names=names, types=tuple(kind[:_LONGEST_NAME] for kind in kinds), rows=[], more=False, cut=0
    )


def _too_wide(why: str) -> QueryFailed:
    return QueryFailed(
        "The answer would be too wide.", why=f"{why}.", fix="Choose the columns that are needed, by name."
    )


def _longest_cell(columns: int, room: int, bounds: Bounds) -> int:
    """The characters that a value may have, so that one row at least has room."""
    return max(1, min(bounds.cell_characters, room // max(columns, 1) - _CUT_SAYS))


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[Sequence[Any]]:
    # A few at a time, because a row may be a conversation of megabytes.
    return chain.from_iterable(iter(lambda: cursor.fetchmany(_AT_ONCE), []))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cell:
    json: msgspec.Raw
    is_cut: bool = False


def _cells(row: Sequence[Any], kinds: Sequence[str], longest: int) -> list[_Cell]:
    return [_cell(value, kind, longest) for value, kind in zip(row, kinds, strict=True)]


def _size(cells: Sequence[_Cell]) -> int:
    """The bytes of a row, with what stands between its values."""
    return sum(len(bytes(cell.json)) + 1 for cell in cells) + 2


def _cell(value: Any, kind: str, longest: int) -> _Cell:
    """A value as JSON, or the beginning of its text where it is too long."""
    encoded = as_json(value, kind)
    text = value if isinstance(value, str) else encoded.decode()
    if len(text) <= longest:
        return _Cell(json=msgspec.Raw(encoded))
    shown = f"{text[:longest]}… ({len(text) - longest} more characters)"
    return _Cell(json=msgspec.Raw(msgspec.json.encode(shown)), is_cut=True)
