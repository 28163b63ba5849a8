"""What the pipeline remembers, as rows in schema `pipeline`: bookmarks, open slices, runs, drift."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from enum import StrEnum

import duckdb

from intercom_pipeline.warehouse.decode import Note


class SliceKind(StrEnum):
    """What the bounds of a slice mean."""

    BACKFILL = "backfill"
    """Records created from `lower` to `upper`."""
    INCREMENTAL = "incremental"
    """Records updated since `lower`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice:
    """Work begun and not ended.

    Attributes:
        stream: The stream it belongs to.
        number: Tells the slices of a stream apart.
        kind: What the bounds mean.
        lower: First second (unix).
        upper: Last second (unix); None when it is open.
        page_token: The page to ask for next; None at the first.
        newest: The bookmark to set when the stream is complete (unix seconds), as far as it is known.
    """

    stream: str
    number: int
    kind: SliceKind
    lower: int
    upper: int | None = None
    page_token: str | None = None
    newest: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How a commit moves a stream on.

    Attributes:
        stream: The stream.
        slices: Slices as they stand after the commit, new ones among them.
        ended: Numbers of the slices that end with it.
        complete: The stream is complete: its bookmark moves.
        bookmark: The new bookmark (unix seconds), where the stream has a cursor.
        asked: Parents that were asked for their records, each with when its row was written (unix
            microseconds).
    """

    stream: str
    slices: tuple[Slice, ...] = ()
    ended: tuple[int, ...] = ()
    complete: bool = False
    bookmark: int | None = None
    asked: tuple[tuple[str, int | None], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One stream's part in one run: a row of `pipeline.runs`, whose comments say what the fields mean."""

    run_id: str
    stream: str
    started_at: datetime
    finished_at: datetime
    result: str
    error: str | None
    records_read: int
    rows_inserted: int
    rows_updated: int
    rows_unchanged: int
    rows_removed: int
    requests: int
    retries: int
    waited_seconds: float
    received_bytes: int
    seconds: float
    bookmark_before: datetime | None
    bookmark_after: datetime | None
    work: str


def bookmark(connection: duckdb.DuckDBPyConnection, stream: str) -> tuple[bool, int | None]:
    """Whether the stream was ever synced completely, and its bookmark in unix seconds."""
    row = connection.execute(
        "SELECT epoch(bookmark)::BIGINT FROM pipeline.bookmarks WHERE stream = ?", [stream]
    ).fetchone()
    return (row is not None, row[0] if row else None)


def open_slices(connection: duckdb.DuckDBPyConnection, stream: str) -> list[Slice]:
    """The slices an earlier run left unfinished, oldest first."""
    names = [field.name for field in fields(Slice)]
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM pipeline.slices WHERE stream = ? ORDER BY lower, number", [stream]
    ).fetchall()
    slices = (dict(zip(names, row, strict=True)) for row in rows)
    return [Slice(**{**values, "kind": SliceKind(values["kind"])}) for values in slices]


def forget(connection: duckdb.DuckDBPyConnection, stream: str) -> None:
    """Forget how far a stream is, so that the next sync asks for everything. Its rows stay."""
    connection.execute("DELETE FROM pipeline.slices WHERE stream = ?", [stream])
    connection.execute("DELETE FROM pipeline.bookmarks WHERE stream = ?", [stream])
    connection.execute("DELETE FROM pipeline.parents_asked WHERE stream = ?", [stream])


def store(connection: duckdb.DuckDBPyConnection, steps: Sequence[Progress]) -> None:
    """Store progress, inside the caller's transaction; of several steps of a slice the last one counts."""
    slices = {(each.stream, each.number): each for step in steps for each in step.slices}
    ended = {(step.stream, number) for step in steps for number in step.ended}
    keys = [{"stream": stream, "number": number} for stream, number in slices.keys() | ended]
    connection.execute(
        "DELETE FROM pipeline.slices s "
        "USING (SELECT unnest(?::STRUCT(stream VARCHAR, number BIGINT)[]) AS key) "
        "WHERE s.stream = key.stream AND s.number = key.number",
        [keys],
    )
    insert(connection, "pipeline.slices", [each for key, each in slices.items() if key not in ended])
    _store_asked(connection, steps)
    for step in steps:
        if step.complete:
            connection.execute(
                "INSERT OR REPLACE INTO pipeline.bookmarks VALUES (?, to_timestamp(?::BIGINT), now())",
                [step.stream, step.bookmark],
            )


def _store_asked(connection: duckdb.DuckDBPyConnection, steps: Sequence[Progress]) -> None:
    asked = {(step.stream, parent): version for step in steps for parent, version in step.asked}
    if asked:
        rows = [{"s": stream, "p": parent, "v": version} for (stream, parent), version in asked.items()]
        connection.execute(
            "INSERT OR REPLACE INTO pipeline.parents_asked SELECT s, p, make_timestamptz(v) FROM "
            "(SELECT unnest(?::STRUCT(s VARCHAR, p VARCHAR, v BIGINT)[], recursive := true))",
            [rows],
        )


def insert(connection: duckdb.DuckDBPyConnection, table: str, values: Sequence[Slice | Run]) -> None:
    """Append values as rows of the table that has their fields."""
    if values:
        row = "(" + ", ".join("?" for _ in fields(values[0])) + ")"
        rows = ", ".join(row for _ in values)
        connection.execute(
            f"INSERT INTO {table} VALUES {rows}", [cell for each in values for cell in astuple(each)]
        )


def note_drift(connection: duckdb.DuckDBPyConnection, notes: Mapping[Note, int]) -> None:
    """Count observations of drift."""
    for note, occurrences in notes.items():
        connection.execute(
            "INSERT INTO pipeline.schema_events VALUES (?, ?, ?, now(), now(), ?) "
            "ON CONFLICT DO UPDATE SET last_seen_at = now(), "
            "occurrences = occurrences + excluded.occurrences",
            [note.table, note.field, note.drift.value, occurrences],
        )
