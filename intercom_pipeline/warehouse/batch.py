"""Records of one stream that are merged together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from intercom_pipeline.warehouse.decode import Note, Row, decode
from intercom_pipeline.warehouse.gone import Gone
from intercom_pipeline.warehouse.shape import Shape, shape_of
from intercom_pipeline.warehouse.spool import Spool, spool
from intercom_pipeline.warehouse.table import Table


@dataclass(kw_only=True, slots=True)
class Batch:
    """Records of one stream that are merged together.

    Attributes:
        table: The stream's table.
        rows: The newest version of each record, by key.
        gone: Records that Intercom says are gone, by key.
        sighted: Keys that were met, where a sync looks for what has vanished.
        closed: Parents all of whose rows were met; None stands for the whole table.
        may_be_empty: Whether all rows of the table may have vanished.
        orphaned_by: The parents' table, where rows whose parent is gone are gone with it.
        notes: What was noticed about the records.
        spools: Where its rows are written, once they are.
    """

    table: Table
    rows: dict[str, Row] = field(default_factory=dict)
    gone: dict[str, Gone] = field(default_factory=dict)
    sighted: set[str] = field(default_factory=set)
    closed: set[str | None] = field(default_factory=set)
    may_be_empty: bool = False
    orphaned_by: Table | None = None
    notes: Counter[Note] = field(default_factory=Counter)
    spools: Sequence[Spool] = ()
    shape: Shape = field(init=False)

    def __post_init__(self) -> None:
        self.shape = shape_of(self.table)

    @property
    def worth_storing(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.rows or self.gone or self.sighted or self.closed or self.orphaned_by or self.notes)

    @property
    def size(self) -> int:
        """Bytes of the files its rows are written to."""
        return sum(each.file.stat().st_size for each in self.spools if each.largest)

    def add(self, raw: msgspec.Raw | bytes, *, sight: bool = False) -> None:
        """Add a record as Intercom sent it; of two with the same key the newer stays."""
        row = decode(self.shape, raw)
        if not isinstance(row, Row):
            self.notes.update(row)
            return
        if row.notes:
            self.notes.update(row.notes)
        if sight:
            self.sighted.add(row.key)
        known = self.rows.get(row.key)
        if known is None or (row.version or 0) >= (known.version or 0):
            self.rows[row.key] = row
            self.gone.pop(row.key, None)

    def write(self, folder: Path, name: str) -> None:
        """Write the rows to files, so that only DuckDB's part is left for the commit.

        Raises:
            OSError: The folder cannot be written, or the disk is full.
        """
        self.spools = spool(self.table, self.rows.values(), folder, name)
