"""A plan of many replies from the warehouse, as the command makes it, beside the bare requests it takes.

uv run python -m benchmarks.planning [COUNT [LATENCY_MS]]
The command is a process of its own, imports and all; it reads its audience from the published file, renders a
template, looks at every conversation and contact, writes the plan and registers it in a new ledger.
"""

import sys
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.measuring import Measured, Served, measured, row, sandbox

UNLIMITED = 60_000_000
DEFAULTS = (10_000, 0)
SEED = 20
AUDIENCE = (
    "SELECT c.id AS conversation_id, any_value(k.name) AS name FROM conversations AS c "
    "LEFT JOIN conversation_contacts AS j ON j.conversation_id = c.id "
    "LEFT JOIN contacts AS k ON k.id = j.contact_id GROUP BY ALL"
)
TEMPLATE = "<p>Dear {{ name | default('customer') }},</p><p>the exports of last night are complete again.</p>"
COMMAND = str(Path(sys.executable).with_name("intercom-pipeline"))


def synced(served: Served, folder: Path) -> dict[str, str]:
    """What the commands need, once the warehouse holds the workspace."""
    environment = {**served.environment, "INTERCOM_DATA_DIR": str(folder), "INTERCOM_RATE_SHARE": "1"}
    measured(COMMAND, "sync", "contacts", "conversations", **environment)
    return environment


def planned(served: Served, environment: dict[str, str]) -> Measured:
    admins = httpx.get(f"{served.url}/admins", headers={"Authorization": f"Bearer {served.token}"}).json()
    admin = admins["admins"][0]["id"]
    asked = ["--sql", AUDIENCE, "--body", TEMPLATE, "--type", "comment", "--admin", admin, "--json"]
    return measured(COMMAND, "replies", "plan", "--campaign", "benchmark", *asked, **environment)


def bare(served: Served) -> tuple[int, float]:
    """Ask what was asked once more, one request after the other, and look at no answer."""
    asked = [each for each in served.control("GET", "requests") if each["method"] == "POST"]
    headers = {"Authorization": f"Bearer {served.token}", "Content-Type": "application/json"}
    with httpx.Client(base_url=served.url, headers=headers, timeout=60) as client:
        began = time.monotonic()
        for each in asked:
            client.post(each["path"], content=each["body"]).raise_for_status()
        return len(asked), time.monotonic() - began


def main() -> None:
    numbers = [int(argument) for argument in sys.argv[1:]]
    count, latency = (*numbers, *DEFAULTS[len(numbers) :])
    sizes = {"contacts": count // 2, "conversations": count, "articles": 0}
    options = {"limit_per_minute": UNLIMITED, "seed": SEED, "latency_ms": latency}
    with sandbox(**sizes, **options) as served, tempfile.TemporaryDirectory() as folder:
        environment = synced(served, Path(folder))
        served.control("DELETE", "counters")
        before = served.cpu_seconds
        result = planned(served, environment)
        cpu = served.cpu_seconds - before
        searches, seconds = bare(served)
    print(f"{count} conversations, {latency} ms latency\n")
    row("", "seconds", "its CPU s", "sandbox CPU s", "peak MB", "searches")
    row(*["---"] * 6)
    row("replies plan", result.seconds, result.cpu_seconds, cpu, f"{result.peak_mb:.0f}", searches)
    row("bare requests, one by one", seconds, "", "", "", searches)


if __name__ == "__main__":
    main()
