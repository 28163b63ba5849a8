"""Deliveries of several streams are stored together, yet none suffers for another."""

import asyncio
from pathlib import Path

import duckdb

from intercom_pipeline.sync.writer import Delivery, Writer
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.opening import open_warehouse
from intercom_pipeline.warehouse.progress import Progress
from intercom_pipeline.warehouse.table import Column, Kind, Table


def table(name: str) -> Table:
    columns = tuple(Column(name=each, kind=Kind.TEXT, description="A column.") for each in ("id", "body"))
    return Table(name=name, description="Rows.", grain="a row", columns=columns)


GOOD, BAD, OTHER = (table(name) for name in ("good", "bad", "other"))


def delivery(table: Table) -> Delivery:
    progress = Progress(stream=table.name, complete=True)
    return Delivery(table=table, records=[b'{"id":"1","body":"b"}'], progress=progress)


def test_only_the_stream_that_cannot_be_stored_fails(tmp_path: Path) -> None:
    """Those that were to be stored in the same transaction are stored, with their progress."""

    async def store(writer: Writer) -> list[BaseException | None]:
        async with writer:
            deliveries = (delivery(each) for each in (GOOD, BAD, OTHER))
            return await asyncio.gather(*map(writer.store, deliveries), return_exceptions=True)

    with open_warehouse(DataFolder(tmp_path), [GOOD, OTHER]) as warehouse:  # there is no table for `bad`
        good, bad, other = asyncio.run(store(Writer(warehouse)))
        assert (good, other) == (None, None)
        assert isinstance(bad, duckdb.CatalogException)
        assert warehouse.connection.execute("FROM good UNION ALL FROM other").fetchall()
        assert [warehouse.bookmark(name)[0] for name in ("good", "bad", "other")] == [True, False, True]
