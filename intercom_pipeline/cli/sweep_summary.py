"""How a sweep ended, for people: how many records were compared, and which are gone for which reason."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from intercom_pipeline.cli.output import columns, duration, number, show
from intercom_pipeline.cli.sync_summary import print_end, reasoned
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.warehouse.flagged import Flagged

_NUMBERS = ("compared", "brought up to date", "requests", "time")
_DULL = {"result": Outcome.COMPLETE.value, "brought up to date": "0"}
"""What says nothing where it is the same for every stream."""


def print_for_people(ended: Sequence[SyncResult], published: Path, seconds: float, flagged: Flagged) -> None:
    """A line a stream, then what was skipped and where to read it."""
    rows = [
        _row(result, flagged.get(result.stream.name, {}))
        for result in ended
        if result.outcome is not Outcome.SKIPPED
    ]
    if rows:
        names = [name for name in rows[0] if any(row[name] != _DULL.get(name) for row in rows)]
        table = columns(*names, right=_NUMBERS, wrapped=("gone", "brought up to date"))
        for row in rows:
            table.add_row(*(row[name] for name in names))
        show(table)
    print_end(ended, published, seconds)


def _row(result: SyncResult, reasons: Mapping[str, int]) -> dict[str, str]:
    total = result.total
    gone = f"{number(sum(reasons.values()))}: {reasoned(reasons)}" if reasons else "none"
    return {
        "stream": result.stream.name,
        "result": result.outcome.value,
        "compared": number(total.read),
        "brought up to date": number(total.inserted + total.updated),
        "requests": number(result.cost.requests),
        "time": duration(result.seconds),
        "gone": gone if result.outcome is Outcome.COMPLETE else "",
    }
