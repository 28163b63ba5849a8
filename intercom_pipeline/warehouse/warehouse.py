"""The writer's database: opened once a run, changed in short transactions, closed before it is published."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from intercom_pipeline.warehouse import progress as memory
from intercom_pipeline.warehouse import views
from intercom_pipeline.warehouse.batch import Batch
from intercom_pipeline.warehouse.ddl import identifier, recall, remember
from intercom_pipeline.warehouse.decode import Row
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.gone import (
    begin_sighting,
    count,
    flag,
    flag_not_sighted,
    flag_orphans,
    not_sighted,
    sight,
)
from intercom_pipeline.warehouse.merge import Changes, insert, merge
from intercom_pipeline.warehouse.migration import REFETCH
from intercom_pipeline.warehouse.people.sieve import Sieve
from intercom_pipeline.warehouse.progress import Progress, Run, Slice
from intercom_pipeline.warehouse.room import room_for
from intercom_pipeline.warehouse.spool import remove, spool
from intercom_pipeline.warehouse.stage import UNREADABLE, rescued, stage
from intercom_pipeline.warehouse.table import Column, Kind, Table
from intercom_pipeline.warehouse.transaction import transaction

_STALE_VIEWS = "views_are_stale"
_PREVIEW_ROWS = 5
_PREVIEW_CHARACTERS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Glance:
    """A table as it stands.

    Attributes:
        rows: Records that are there (not flagged as gone).
        preview: A few rows, values as short text by column; personal ones masked, NULL as None.
    """

    rows: int
    preview: tuple[Mapping[str, str | None], ...]


@dataclass(slots=True)
class Warehouse:
    """An open warehouse. Use it from one thread at a time.

    Attributes:
        folder: Where it lives.
        connection: The open connection to the writer's database.
        tables: The tables that were declared, parents before their children.
        sieve: What each record passes through before it is written; None where everything may be.
        views_are_stale: Whether views may have fallen behind before this run.
    """

    folder: DataFolder
    connection: duckdb.DuckDBPyConnection
    tables: Sequence[Table] = ()
    sieve: Sieve | None = None
    views_are_stale: bool = True

    def table_named(self, name: str) -> Table:
        """The declared table of that name, as this run keeps it."""
        return next(table for table in self.tables if table.name == name)

    def commit(self, batches: Sequence[Batch], progress: Sequence[Progress]) -> dict[str, Changes]:
        """Merge batches, one a table at most, and store the progress they stand for, in one transaction.

        Returns:
            What changed, by table.

        Raises:
            AllVanished: A batch would flag every row of its table; nothing of this commit was stored.
            duckdb.Error: Nothing of this commit was stored (a full disk, say).
        """
        for batch in batches:
            if not batch.spools:
                batch.write(self.folder.scratch, "batch")
        try:
            return self._store_somehow(batches, progress)
        except duckdb.OutOfMemoryException:
            with room_for(self.connection, sum(batch.size for batch in batches)):
                return self._store_somehow(batches, progress)
        finally:
            for batch in batches:
                remove(batch.spools)
                batch.spools = ()

    def _store_somehow(self, batches: Sequence[Batch], progress: Sequence[Progress]) -> dict[str, Changes]:
        """Store batches the fast way; where that cannot read a row, the careful one."""
        new = {batch.table.name for batch in batches if self._is_new(batch)}
        try:
            return self._store(batches, progress, new=new)
        except UNREADABLE:
            # Staged first, the rows that cannot be read are told from the others.
            return self._store(batches, progress, new=frozenset())

    def _store(
        self, batches: Sequence[Batch], progress: Sequence[Progress], *, new: Collection[str]
    ) -> dict[str, Changes]:
        """Store batches; those of the tables named `new` hold nothing that is known."""
        for batch in batches:
            if batch.table.name not in new:
                self._stage(batch)
        changes: dict[str, Changes] = {}
        with transaction(self.connection):
            for batch in batches:
                self._merge(batch, changes, new=batch.table.name in new)
            if progress:
                memory.store(self.connection, progress)
        return changes

    def _is_new(self, batch: Batch) -> bool:
        """Whether none of a batch's records is known, as in most batches of a first sync."""
        if batch.table.history or len(batch.table.primary_key) > 1 or _capped(batch):
            return False
        key = identifier(batch.table.primary_key[0])
        known = self.connection.execute(
            f"SELECT 1 FROM main.{identifier(batch.table.name)} "
            f"WHERE {key} IN (SELECT unnest(?::VARCHAR[])) LIMIT 1",
            [list(batch.rows)],
        ).fetchone()
        return known is None

    def _merge(self, batch: Batch, changes: dict[str, Changes], *, new: bool) -> None:
        table = batch.table
        changes |= insert(self.connection, batch.spools) if new else merge(self.connection, table)
        removed = flag(self.connection, table, list(batch.gone.values())) if batch.gone else 0
        if batch.sighted:
            sight(self.connection, table, batch.sighted)
        if batch.closed:
            removed += flag_not_sighted(self.connection, table, batch.closed, may_be_empty=batch.may_be_empty)
        if batch.orphaned_by:
            removed += flag_orphans(self.connection, table, parent=batch.orphaned_by)
        changes[table.name] += Changes(removed=removed)
        memory.note_drift(self.connection, batch.notes)

    def _stage(self, batch: Batch) -> None:
        """Stage a batch; rows that DuckDB cannot read are found and cut down to what it can."""
        try:
            stage(self.connection, batch.spools)
        except UNREADABLE:
            rows = list(batch.rows.values())
            readable = list(self._readable(batch.table, rows))
            batch.notes.update(note for row in readable for note in row.notes[-1:] if row not in rows)
            self._stage_rows(batch.table, readable)

    def _stage_rows(self, table: Table, rows: Sequence[Row]) -> None:
        spools = spool(table, rows, self.folder.scratch, "again")
        try:
            stage(self.connection, spools)
        finally:
            remove(spools)

    def _readable(self, table: Table, rows: Sequence[Row]) -> Iterator[Row]:
        try:
            self._stage_rows(table, rows)
        except UNREADABLE:
            if len(rows) == 1:
                yield rescued(table, rows[0])
                return
            middle = len(rows) // 2
            yield from self._readable(table, rows[:middle])
            yield from self._readable(table, rows[middle:])
        else:
            yield from rows

    def stored_versions(self, table: Table, keys: Sequence[str]) -> dict[str, int | None]:
        """The cursor (unix seconds) of those records that are stored and not flagged as gone, by key."""
        key, cursor = identifier(table.primary_key[0]), identifier(table.cursor or "")
        rows = self.connection.execute(
            f"SELECT {key}, epoch({cursor})::BIGINT FROM main.{identifier(table.name)} "
            f"WHERE _deleted_at IS NULL AND {key} IN (SELECT unnest(?::VARCHAR[]))",
            [list(keys)],
        ).fetchall()
        return dict(rows)

    def begin_sighting(self, table: Table) -> None:
        """Begin to remember which records of a table are met; what is not met can be told afterwards."""
        begin_sighting(self.connection, table)

    def not_sighted(self, table: Table, *, limit: int) -> list[str]:
        """Keys of rows that are thought to be there and were not met, at most so many."""
        return not_sighted(self.connection, table, limit=limit)

    def newest(self, table: Table) -> int | None:
        """The highest cursor stored (unix seconds)."""
        [(newest,)] = self.connection.execute(
            f"SELECT epoch(max({identifier(table.cursor or '')}))::BIGINT FROM main.{identifier(table.name)}"
        ).fetchall()
        return None if newest is None else int(newest)

    def parents(
        self, stream: str, parent: Table, *, having: str, changed_only: bool, after: str, limit: int
    ) -> list[tuple[str, int | None]]:
        """Records of another stream for which a stream is to be asked, by id, the first so many after an id.

        Args:
            stream: The stream that is asked for.
            parent: The other stream's table.
            having: SQL over its columns that tells which can have any; empty for all that are there.
            changed_only: Leave out those whose rows have not changed since they were asked for last.
            after: The last id that was given before; empty at first.
            limit: How many at most.

        Returns:
            Each id with when its row was written (unix microseconds).
        """
        key = identifier(parent.primary_key[0])
        # Not by `updated_at`: a record may change twice in a second, and not every table has it.
        known = "SELECT 1 FROM pipeline.parents_asked a WHERE a.stream = $stream AND a.parent_id = p." + key
        unchanged = f"EXISTS ({known} AND a.version = p._synced_at)"
        # One that can have none any more may have had some when it was asked.
        return self.connection.execute(
            f"SELECT {key}, epoch_us(_synced_at) FROM main.{identifier(parent.name)} p "
            f"WHERE _deleted_at IS NULL AND {key} > $after "
            f"AND (({having or 'true'}) OR ($changed_only AND EXISTS ({known}))) "
            f"AND NOT ($changed_only AND {unchanged}) ORDER BY {key} LIMIT {limit}",
            {"stream": stream, "after": after, "changed_only": changed_only},
        ).fetchall()

    def count(self, table: Table) -> int:
        """How many records of a table are there (not flagged as gone)."""
        return count(self.connection, table)

    def glance(self, table: Table) -> Glance:
        """How many records of a table are there, and a few of its rows with personal values masked."""
        name = identifier(table.name)
        shown = ", ".join(_shown(column) for column in table.columns)
        rows = self.connection.execute(f"SELECT {shown} FROM main.{name} LIMIT {_PREVIEW_ROWS}").fetchall()
        names = [column.name for column in table.columns]
        return Glance(
            rows=self.count(table),
            preview=tuple(dict(zip(names, row, strict=True)) for row in rows),
        )

    def bookmark(self, stream: str) -> tuple[bool, int | None]:
        """Whether the stream was ever synced completely, and its bookmark in unix seconds."""
        return memory.bookmark(self.connection, stream)

    def open_slices(self, stream: str) -> list[Slice]:
        """The slices an earlier run left unfinished, oldest first."""
        return memory.open_slices(self.connection, stream)

    def fetch_anew(self, stream: str) -> None:
        """Forget how far a stream is, and remember, until that is done, that each record is to be fetched."""
        with transaction(self.connection):
            memory.forget(self.connection, stream)
            remember(self.connection, REFETCH + stream, "a full refresh was asked for")

    def is_to_be_fetched_anew(self, stream: str) -> bool:
        """Whether rows lack what an earlier release did not store, so that each record is asked for again."""
        return recall(self.connection, REFETCH + stream) is not None

    def was_fetched_anew(self, stream: str) -> None:
        """A sync has asked for each record of a stream again."""
        self.connection.execute("DELETE FROM pipeline.about WHERE key = ?", [REFETCH + stream])

    def expect_changes(self) -> None:
        """Remember that views may fall behind their tables, until `refresh_views` says otherwise."""
        self.views_are_stale = recall(self.connection, _STALE_VIEWS) is not None
        remember(self.connection, _STALE_VIEWS, "yes")

    def refresh_views(self, changed: Collection[str]) -> list[str]:
        """Make anew the views that differ since tables changed, also in an earlier run; returns which.

        One that cannot be made stays as it was, until a later run can.
        """
        everything = [table.name for table in self.tables]
        refreshed = views.refresh(self.connection, everything if self.views_are_stale else changed)
        if not refreshed.failed:
            self.connection.execute("DELETE FROM pipeline.about WHERE key = ?", [_STALE_VIEWS])
        return refreshed.made

    def record(self, run: Run) -> None:
        """Keep one stream's part in a run."""
        memory.insert(self.connection, "pipeline.runs", [run])


def _capped(batch: Batch) -> bool:
    """Whether a record came with so many children that some may be missing."""
    caps = [(child.name, child.cap.most) for child in batch.table.children if child.cap]
    return any(len(row.children.get(name, ())) >= most for name, most in caps for row in batch.rows.values())


def _shown(column: Column) -> str:
    """SQL for a column's value in a preview. JSON may hold anything about anyone, so it is masked."""
    name = identifier(column.name)
    if column.personal or column.kind is Kind.JSON:
        return f"CASE WHEN {name} IS NOT NULL THEN '***' END"
    return f"left({name}::VARCHAR, {_PREVIEW_CHARACTERS})"
