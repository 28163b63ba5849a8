"""How much of the rate limit a sync uses, and what an incremental sync costs, at 50 ms latency.

uv run python -m benchmarks.allowance [CONTACTS CONVERSATIONS ARTICLES]
A first sync of 20,000 contacts, 5,000 conversations with their parts and 500 articles at 10,000 requests a
minute; then 200 contacts and 100 conversations change, and a second sync brings the changes in.
"""

import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import duckdb

from benchmarks.measuring import Measured, Served, measured, row, sandbox

LIMIT_PER_MINUTE = 10_000
SHARE = 0.8
WINDOW_SECONDS = 10
USABLE = int(LIMIT_PER_MINUTE // 6 * SHARE)
COMMAND = str(Path(sys.executable).with_name("intercom-pipeline"))


def environment(served: Served, folder: str) -> dict[str, str]:
    return {**served.environment, "INTERCOM_DATA_DIR": folder, "INTERCOM_RATE_SHARE": str(SHARE)}


def used_by_window(served: Served, process: "subprocess.Popen[bytes]") -> list[int]:
    """Requests answered in each whole window of the rate limit while a process runs."""
    edges = []
    while process.poll() is None:
        time.sleep(WINDOW_SECONDS - time.time() % WINDOW_SECONDS)
        edges.append(served.requests())
    return [after - before for before, after in pairwise(edges[:-1])]


def first_sync(served: Served, folder: str) -> list[int]:
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [COMMAND, "sync"], env=environment(served, folder), stdout=output, stderr=output
        )
        used = used_by_window(served, process)
        if process.returncode:
            output.seek(0)
            raise SystemExit(output.read().decode())
    return used


def change(served: Served, contacts: int, conversations: int) -> list[str]:
    """Change that many records; gives the new names of the contacts."""
    names = [f"Changed {number}" for number in range(contacts)]
    known = served.control("GET", "records/contacts")
    for name, record in zip(names, known[:: len(known) // contacts], strict=False):
        arguments = {"contact_id": record["id"], "name": name}
        served.control("POST", "mutate", {"do": "update_contact", "with": arguments})
    known = served.control("GET", "records/conversations")
    for record in known[:: len(known) // conversations][:conversations]:
        arguments = {"conversation_id": record["id"], "body": "<p>A change to be found</p>"}
        served.control("POST", "mutate", {"do": "reply", "with": arguments})
    return names


def arrived(folder: str) -> tuple[int, int]:
    """Changed contacts and changed conversations that are in the published file."""
    with duckdb.connect(str(Path(folder) / "intercom.duckdb"), read_only=True) as connection:
        [contacts] = connection.execute(
            "SELECT count(*) FROM contacts WHERE name LIKE 'Changed %'"
        ).fetchall()[0]
        [conversations] = connection.execute(
            "SELECT count(DISTINCT conversation_id) FROM conversation_parts "
            "WHERE body LIKE '%A change to be found%'"
        ).fetchall()[0]
    return contacts, conversations


def main() -> None:
    numbers = [int(argument) for argument in sys.argv[1:]] or [20_000, 5_000, 500]
    contacts, conversations, articles = numbers
    sizes = {"contacts": contacts, "conversations": conversations, "articles": articles}
    with (
        sandbox(**sizes, latency_ms=50, limit_per_minute=LIMIT_PER_MINUTE, seed=21) as served,
        tempfile.TemporaryDirectory() as folder,
    ):
        began = time.monotonic()
        used = first_sync(served, folder)
        seconds = time.monotonic() - began
        counters = served.control("GET", "counters")
        change(served, 200, 100)
        served.control("DELETE", "counters")
        second = measured(COMMAND, "sync", **environment(served, folder))
        show(numbers, used, counters, seconds)
        show_second(served, second, arrived(folder))


def show(numbers: list[int], used: list[int], counters: dict[str, object], seconds: float) -> None:
    steady = used[1:-1] or used
    print(f"First sync of {numbers} (contacts, conversations, articles): {counters['requests']} requests")
    print(f"in about {seconds:.0f} s, at most {counters['peak_concurrency']} at once\n")
    row("whole window", *range(1, len(used) + 1))
    row(*["---"] * (len(used) + 1))
    row("requests", *used)
    row(f"of {USABLE} usable", *(f"{each / USABLE:.0%}" for each in used))
    refused = sum(status.get("429", 0) for status in counters["endpoints"].values())  # type: ignore[attr-defined]
    print(
        f"\nSteady part: {sum(steady) / len(steady) / USABLE:.1%} of the usable allowance; 429: {refused}\n"
    )


def show_second(served: Served, second: Measured, found: tuple[int, int]) -> None:
    print(f"Incremental sync: {served.requests()} requests, {second.seconds:.1f} s in all;")
    print(f"{found[0]} of 200 contacts and {found[1]} of 100 conversations arrived.")


if __name__ == "__main__":
    main()
