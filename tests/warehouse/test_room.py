"""Memory is bounded, and yet a record of any size finds room."""

from pathlib import Path

from intercom_pipeline.warehouse.batch import Batch
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.merge import Changes
from intercom_pipeline.warehouse.opening import open_warehouse
from intercom_pipeline.warehouse.table import Column, Kind, Table

COLUMNS = tuple(Column(name=each, kind=Kind.TEXT, description="A column.") for each in ("id", "body"))
TABLE = Table(name="things", description="Things.", grain="a thing", columns=COLUMNS)
LONG = 60_000_000


def test_a_record_of_60_megabytes_is_stored_and_replaced(tmp_path: Path) -> None:
    """With as much memory as it takes, for that commit alone."""
    limit = "SELECT current_setting('memory_limit')"
    with open_warehouse(DataFolder(tmp_path), [TABLE]) as warehouse:
        usual = warehouse.connection.execute(limit).fetchall()
        for letter, expected in ((b"x", Changes(read=1, inserted=1)), (b"y", Changes(read=1, updated=1))):
            batch = Batch(table=TABLE)
            batch.add(b'{"id":"1","body":"' + letter * LONG + b'"}')
            assert warehouse.commit([batch], [])["things"] == expected
            assert warehouse.connection.execute(limit).fetchall() == usual
        stored = warehouse.connection.execute("SELECT length(body), left(body, 1) FROM things").fetchall()
        assert stored == [(LONG, "y")]
