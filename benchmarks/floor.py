"""The floor: the pages a sync reads, fetched with the same concurrency and written to disk, then one table.

python benchmarks/floor.py FOLDER < requests   (one search body a line, as the sync asked them)
No state, no merge, no types of our own: DuckDB's JSON reader guesses. Nothing useful can be faster.
"""

import asyncio
import os
import sys
from pathlib import Path

import duckdb
import httpx
from httpx_aiohttp import AiohttpTransport

AT_ONCE = 32


async def fetch(folder: Path, bodies: list[str]) -> None:
    """Write the answer to each search into a file of its own."""
    headers = {"Authorization": f"Bearer {os.environ['INTERCOM_ACCESS_TOKEN']}", "Intercom-Version": "2.14"}
    waiting = list(enumerate(bodies))
    async with httpx.AsyncClient(
        base_url=os.environ["INTERCOM_BASE_URL"], headers=headers, transport=AiohttpTransport(), timeout=60
    ) as client:

        async def work() -> None:
            while waiting:
                number, body = waiting.pop()
                answer = await client.post(
                    "/contacts/search", content=body, headers={"Content-Type": "application/json"}
                )
                answer.raise_for_status()
                (folder / f"{number}.json").write_bytes(answer.content)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))


def main() -> None:
    folder = Path(sys.argv[1])
    asyncio.run(fetch(folder, sys.stdin.read().splitlines()))
    with duckdb.connect(str(folder / "floor.duckdb")) as connection:
        connection.execute(
            # Some attributes differ by their capitals alone, which an inferred struct cannot hold.
            "CREATE TABLE contacts AS SELECT unnest(data, max_depth := 2) "
            f"FROM read_json('{folder}/*.json', maximum_object_size = 2000000, ignore_errors = true)"
        )
        print(connection.execute("SELECT count(*) FROM contacts").fetchall()[0][0])


if __name__ == "__main__":
    main()
