"""What a run flagged as gone, told by the published file."""

from collections.abc import Mapping
from typing import TypeAlias

from intercom_pipeline.warehouse.ddl import identifier
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.reading import open_published

Flagged: TypeAlias = Mapping[str, Mapping[str, int]]
"""How many rows were flagged, by table and reason (deleted, merged, archived, vanished)."""

_STREAMS = """
SELECT stream, min(started_at) FROM pipeline.runs
WHERE run_id = ? AND rows_removed > 0 GROUP BY stream ORDER BY stream
"""


def flagged_in(folder: DataFolder, run_id: str) -> Flagged:
    """The rows of each stream's own table that a run flagged; streams without any are left out.

    Raises:
        WarehouseError: There is no published file, or it cannot be read.
    """
    with open_published(folder) as connection:
        streams = connection.execute(_STREAMS, [run_id]).fetchall()
        counts = {
            stream: connection.execute(
                f"SELECT _deleted_reason, count(*) FROM main.{identifier(stream)} "
                "WHERE _deleted_at >= ? GROUP BY ALL ORDER BY ALL",
                [started],
            ).fetchall()
            for stream, started in streams
        }
    return {stream: dict(reasons) for stream, reasons in counts.items() if reasons}
