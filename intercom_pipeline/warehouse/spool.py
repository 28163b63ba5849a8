"""Batches as files of lines, one record a line, which is what DuckDB's JSON reader reads fastest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from intercom_pipeline.warehouse.decode import Line, Row
from intercom_pipeline.warehouse.table import Table

_BREAKS = bytes.maketrans(b"\r\n", b"  ")


@dataclass(frozen=True, slots=True)
class Spool:
    """The rows of one table on their way into DuckDB.

    Attributes:
        table: The table.
        file: The file; it is not there where there are no rows.
        largest: Bytes of the longest line; 0 where there are no rows.
    """

    table: Table
    file: Path
    largest: int


def spool(table: Table, rows: Iterable[Row], folder: Path, name: str) -> list[Spool]:
    """Write rows and their children, a file for each table of the tree.

    Raises:
        OSError: The folder cannot be written, or the disk is full.
    """
    lines: dict[str, list[Line]] = {each.name: [] for each in table.tree()}
    for row in rows:
        lines[table.name].append(row.line)
        for child, of_child in row.children.items():
            lines[child].extend(of_child)
    return [_write(each, lines[each.name], folder / f"{name}.{each.name}.ndjson") for each in table.tree()]


def _write(table: Table, lines: Sequence[Line], file: Path) -> Spool:
    text = b"\n".join(lines)
    if text.count(b"\n") >= max(len(lines), 1) or b"\r" in text:
        # In valid JSON a line break stands between values only, where a space does as well.
        text = b"\n".join(bytes(line).translate(_BREAKS) for line in lines)
    if lines:
        # DuckDB's parallel reader stumbles over a large last line without an end.
        file.write_bytes(text + b"\n")
    return Spool(table, file, max((memoryview(line).nbytes for line in lines), default=0))


def remove(spools: Iterable[Spool]) -> None:
    """Remove the files again."""
    for each in spools:
        each.file.unlink(missing_ok=True)
