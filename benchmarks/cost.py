"""What an increment costs in requests after the same changes in workspaces of 1, 10 and 100 times the size.

uv run python -m benchmarks.cost [TIMES …]
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.measuring import row
from intercom_pipeline.intercom.connection import Connection, Secret
from intercom_pipeline.sandbox import Options as Behaviour
from intercom_pipeline.sandbox import Sandbox, Sizes, Workspace, serve
from intercom_pipeline.sync.choice import choose
from intercom_pipeline.sync.options import Options
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.sync.run import run
from intercom_pipeline.sync.stream import Replication, Stream
from intercom_pipeline.warehouse.files import DataFolder

DEFAULTS = (1, 10, 100)
ONE = Sizes(
    contacts=300,
    conversations=100,
    tickets=50,
    articles=20,
    companies=30,
    calls=20,
    activity_logs=60,
    long_conversations=0,
)
VERSION = "2.14"
CHANGED = {"contacts": 20, "conversations": 10, "tickets": 5, "articles": 2}
GROWING = ("contacts", "conversations", "tickets", "articles", "companies", "calls", "activity_logs")
A_DAY = 86_400


def times_as_large(sizes: Sizes, times: int) -> Sizes:
    """Sizes with so many times as many of whatever grows with a business."""
    grown = {size.name: getattr(sizes, size.name) * times for size in fields(sizes) if size.name in GROWING}
    return replace(sizes, **grown)


def costs(sizes: Sizes, seed: int = 71) -> dict[str, SyncResult]:
    """How each stream's increment ended, a day and the changes after a first sync."""
    options = Behaviour(limit_per_minute=600_000_000)
    with tempfile.TemporaryDirectory() as folder, serve(sizes=sizes, options=options, seed=seed) as sandbox:
        synced(sandbox, Path(folder))
        sandbox.workspace.clock.advance(A_DAY)
        change(sandbox.workspace)
        return synced(sandbox, Path(folder))


def synced(sandbox: Sandbox, folder: Path) -> dict[str, SyncResult]:
    """How the streams ended that a sync brings up to date by itself.

    Raises:
        SystemExit: One failed.
    """
    choice = choose(Options(run_id=uuid4().hex))
    events = run(
        choice.streams,
        connection=Connection(
            token=Secret(sandbox.token), base_url=sandbox.url, rate_share=1.0, version=VERSION
        ),
        folder=DataFolder(folder),
        options=choice.options,
    )
    results = [event for event in events if isinstance(event, SyncResult)]
    failed = [result for result in results if result.outcome in {Outcome.FAILED, Outcome.PARTIAL}]
    if failed:
        raise SystemExit(f"{failed[0].stream.name} failed: {failed[0].error}")
    return {result.stream.name: result for result in results}


def change(workspace: Workspace) -> None:
    """The same changes whatever the size: half of the contacts have notes, none a list over ten entries."""
    noted: list[str] = []
    plain: list[str] = []
    for record in workspace.records("contacts", version=VERSION):
        if not any(
            isinstance(held, dict) and (held.get("total_count") or 0) > 10 for held in record.values()
        ):
            (noted if record["notes"]["total_count"] else plain).append(record["id"])
    half = CHANGED["contacts"] // 2
    for contact_id in noted[:half] + plain[:half]:
        workspace.update_contact(contact_id, name="Changed")
    for conversation_id in ids(workspace, "conversations"):
        workspace.reply(conversation_id)
    for ticket_id in ids(workspace, "tickets"):
        workspace.reply_to_ticket(ticket_id)
    for article_id in ids(workspace, "articles"):
        workspace.update_article(article_id, title="Changed")


def ids(workspace: Workspace, kind: str) -> Iterator[str]:
    """The ids of the oldest records of a kind, as many as are to change."""
    records: list[dict[str, Any]] = workspace.records(kind, version=VERSION)
    return (str(record["id"]) for record in records[: CHANGED[kind]])


def is_read_whole(stream: Stream) -> bool:
    """Whether a stream's cost is that of its whole list, by design."""
    return stream.replication is Replication.FULL_REFRESH and not (
        stream.parent and stream.parent.changed_only
    )


def kept_current(stream: Stream) -> str:
    """How a stream is kept current, in words."""
    if stream.parent and stream.parent.changed_only:
        return f"by {stream.parent.table} that changed"
    return stream.replication


def show(found: Mapping[int, Mapping[str, SyncResult]]) -> None:
    """A table: the requests of each stream's increment, by size; what takes one at most is summed up."""
    row("stream", "kept current by", *(f"{times} x" for times in found))
    row(*["---"] * (2 + len(found)))
    first = next(iter(found.values()))
    streams = [result.stream for result in first.values() if result.outcome is not Outcome.SKIPPED]
    by_changes = [stream for stream in streams if not is_read_whole(stream)]
    whole = [stream for stream in streams if is_read_whole(stream)]
    long = [stream for stream in whole if any(_sum(of_it, [stream]) > 1 for of_it in found.values())]
    for stream in (*by_changes, *long):
        row(stream.name, kept_current(stream), *(_sum(of_it, [stream]) for of_it in found.values()))
    others = [stream for stream in whole if stream not in long]
    for words, chosen in (
        (f"{len(others)} short lists", others),
        ("**all that are read by changes**", by_changes),
        ("**all that are read whole**", whole),
    ):
        row(words, "", *(_sum(of_it, chosen) for of_it in found.values()))


def _sum(results: Mapping[str, SyncResult], streams: Sequence[Stream]) -> int:
    return sum(results[stream.name].cost.requests for stream in streams)


def main() -> None:
    """Measure, and print the table."""
    sizes = [int(argument) for argument in sys.argv[1:]] or DEFAULTS
    show({times: costs(times_as_large(ONE, times)) for times in sizes})


if __name__ == "__main__":
    main()
