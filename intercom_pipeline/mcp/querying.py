"""The tool that asks the published file in SQL."""

from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Final, TypedDict

import anyio
from mcp_types import CallToolResult
from pydantic import Field

from intercom_pipeline.mcp.reading import answer
from intercom_pipeline.warehouse.apart import ask_apart
from intercom_pipeline.warehouse.excerpts import Bounds, Excerpt
from intercom_pipeline.warehouse.files import DataFolder

MOST_ROWS: Final = 1_000
_AT_ONCE: Final = 2

Sql = Annotated[str, Field(max_length=20_000, description="One SELECT statement in DuckDB's SQL.")]
RowLimit = Annotated[int, Field(ge=1, le=MOST_ROWS, description="How many rows at most.")]


class Rows(TypedDict):
    """What a query gave."""

    columns: Annotated[list[str], Field(description="The columns' names.")]
    types: Annotated[list[str], Field(description="Their DuckDB types.")]
    rows: Annotated[list[list[Any]], Field(description="The rows, each a list of values.")]
    more: Annotated[bool, Field(description="Whether there are more rows.")]
    note: Annotated[str, Field(description="What is left out; empty where this is all.")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Querying:
    """Asks the published file of a data folder, two queries at a time."""

    folder: DataFolder
    _turns: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(_AT_ONCE))

    async def query_warehouse(self, sql: Sql, limit: RowLimit = 100) -> Annotated[CallToolResult, Rows]:
        """Ask the last sync's copy of the workspace in SQL: counts, trends and joins over all records.

        It reads only, has 10 seconds, and no access to files. Times are in UTC; rows of records that are gone
        from Intercom have _deleted_at set. Tables among others: contacts, conversations, conversation_parts
        (what was said; body_text is plain), companies, tickets, articles, admins, tags. To look them up:
        SELECT schema_name, table_name, comment FROM duckdb_tables()
        SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = 'conversations'
        An example:
        SELECT date_trunc('week', created_at) AS week, count(*) FROM conversations
        WHERE _deleted_at IS NULL GROUP BY ALL ORDER BY week
        """
        ask = partial(ask_apart, self.folder, sql, Bounds(rows=limit))
        return answer(_rows(await anyio.to_thread.run_sync(ask, limiter=self._turns)))


def _rows(excerpt: Excerpt) -> Rows:
    notes = []
    if excerpt.more:
        notes.append(f"These are the first {len(excerpt.rows)} rows: aggregate, or choose fewer columns.")
    if excerpt.cut:
        notes.append(f"{excerpt.cut} long values are cut: substring() reads on.")
    return Rows(
        columns=list(excerpt.names),
        types=list(excerpt.types),
        rows=excerpt.rows,
        more=excerpt.more,
        note=" ".join(notes),
    )
