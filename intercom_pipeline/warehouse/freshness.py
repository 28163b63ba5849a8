"""How far each stream is and what differed from what was expected, as the published file tells."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from intercom_pipeline.warehouse.reading import count_rows


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamStatus:
    """How far one stream is, and what its part in its last run was.

    Attributes:
        stream: Its name.
        rows: Records that are there, not flagged as gone.
        completed_at: When it was last synced completely; None if never.
        bookmark: The newest cursor value stored; None without a cursor.
        open_slices: Slices that a stopped run left for the next.
        swept_at: When a sweep of it last ended complete; None if never.
        run_id: The last run it had a part in; this and what follows are as in `pipeline.runs`.
    """

    stream: str
    rows: int
    completed_at: datetime | None
    bookmark: datetime | None
    open_slices: int
    swept_at: datetime | None
    run_id: str | None
    finished_at: datetime | None
    work: str | None
    result: str | None
    error: str | None
    records_read: int | None
    requests: int | None
    retries: int | None
    waited_seconds: float | None
    received_bytes: int | None
    seconds: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftSeen:
    """A field in which Intercom's records differed from the declared columns.

    Attributes:
        drift: What was different.
        occurrences: In how many records.
    """

    table: str
    field: str
    drift: str
    first_seen_at: datetime
    last_seen_at: datetime
    occurrences: int


_STREAMS = """
WITH all_runs AS (
    -- A file of the first release has no column called work.
    SELECT * FROM pipeline.runs UNION ALL BY NAME SELECT NULL::VARCHAR AS work WHERE false
), last_runs AS (
    SELECT * FROM all_runs QUALIFY row_number() OVER (PARTITION BY stream ORDER BY finished_at DESC) = 1
), sweeps AS (
    SELECT stream, max(finished_at) AS swept_at FROM all_runs
    WHERE work = 'sweep' AND result = 'complete' GROUP BY stream
), unfinished AS (SELECT stream, count(*) AS open_slices FROM pipeline.slices GROUP BY stream)
SELECT stream, completed_at, bookmark, coalesce(open_slices, 0) AS open_slices, swept_at, run_id,
    finished_at, work, result, error, records_read, requests, retries, waited_seconds, received_bytes, seconds
FROM last_runs FULL JOIN pipeline.bookmarks USING (stream) FULL JOIN unfinished USING (stream)
    LEFT JOIN sweeps USING (stream)
ORDER BY stream
"""


def streams(connection: duckdb.DuckDBPyConnection) -> list[StreamStatus]:
    """How far each stream is that was ever synced."""
    found = _records(connection.execute(_STREAMS))
    return [StreamStatus(rows=count_rows(connection, "main", each["stream"])[0], **each) for each in found]


_DRIFT = """
SELECT table_name AS "table", field, drift, first_seen_at, last_seen_at, occurrences
FROM pipeline.schema_events ORDER BY occurrences DESC, table_name, field, drift
"""


def drift(connection: duckdb.DuckDBPyConnection) -> list[DriftSeen]:
    """What differed from the declared columns, the most frequent first."""
    return [DriftSeen(**each) for each in _records(connection.execute(_DRIFT))]


def _records(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The rows of a result by column name."""
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
