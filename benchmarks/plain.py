"""The script a user would write: pages with httpx, a DataFrame with pandas, a table in DuckDB.

python benchmarks/plain.py FOLDER
"""

import os
import sys
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pandas as pd


def main() -> None:
    headers = {"Authorization": f"Bearer {os.environ['INTERCOM_ACCESS_TOKEN']}", "Intercom-Version": "2.14"}
    records: list[dict[str, Any]] = []
    with httpx.Client(base_url=os.environ["INTERCOM_BASE_URL"], headers=headers, timeout=60) as client:
        params: dict[str, str | int] = {"per_page": 150}
        while True:
            page = client.get("/contacts", params=params).raise_for_status().json()
            records += page["data"]
            following = page["pages"].get("next")
            if not following:
                break
            params["starting_after"] = following["starting_after"]
    contacts = pd.json_normalize(records)
    # Columns that are empty throughout have no type that DuckDB could take.
    contacts = contacts.dropna(axis="columns", how="all")
    with duckdb.connect(str(Path(sys.argv[1]) / "plain.duckdb")) as connection:
        connection.register("frame", contacts)
        connection.execute("CREATE TABLE contacts AS FROM frame")
        print(connection.execute("SELECT count(*) FROM contacts").fetchall()[0][0])


if __name__ == "__main__":
    main()
