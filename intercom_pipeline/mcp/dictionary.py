"""The resources: what the tables of the published file hold, and how fresh it is."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

import anyio
import duckdb
import msgspec
from mcp.server.mcpserver.exceptions import ResourceNotFoundError

from intercom_pipeline.warehouse import freshness, reading
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.reading import TableFacts, open_published

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Dictionary:
    """What the published file of a data folder says about itself."""

    folder: DataFolder

    async def tables(self) -> str:
        """Every table of the published file: what one row of it is, and how many there are."""
        found = await self._look(reading.tables)
        return "\n".join(["# Tables of the published file", "", *(_line(table) for table in found)])

    async def table(self, name: str) -> str:
        """The columns of one table, with their types and what they hold."""
        found = {table.address: table for table in await self._look(reading.tables)}
        if name not in found:
            raise ResourceNotFoundError(f"There is no table {name[:60]!r}; intercom://tables lists them.")
        return _columns(found[name])

    async def freshness(self) -> str:
        """When the published file was made, and how each stream's last sync went."""
        return await self._look(self._state)

    def _state(self, connection: duckdb.DuckDBPyConnection) -> str:
        about = asdict(reading.about(connection, self.folder))
        state = about | {"streams": freshness.streams(connection)}
        return msgspec.json.format(msgspec.json.encode(state, enc_hook=str)).decode()

    async def _look(self, ask: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        def look() -> T:
            with open_published(self.folder) as connection:
                return ask(connection)

        return await anyio.to_thread.run_sync(look)


def _line(table: TableFacts) -> str:
    gone = f", {table.gone:,} more are gone from Intercom" if table.gone else ""
    grain = f"one row is {table.grain}" if table.grain else "a view"
    return f"- `{table.address}`: {grain} ({table.rows:,} rows{gone}). {table.description}".rstrip()


def _columns(table: TableFacts) -> str:
    columns = (f"- `{each.name}` {each.type}: {each.description}".rstrip(": ") for each in table.columns)
    return "\n".join([f"# {table.address}", "", _line(table), "", *columns])
