"""How a sync ended: a table for people, an object for programs, and what went wrong."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from intercom_pipeline.cli.exits import exit_for_results
from intercom_pipeline.cli.output import columns, counted, duration, number, print_error, print_json, results
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.errors import PermissionMissing
from intercom_pipeline.sync.results import Outcome, SyncResult

_CHANGES = ("read", "inserted", "updated", "unchanged", "removed")


def print_for_people(ended: Sequence[SyncResult], published: Path, seconds: float) -> None:
    """What each stream brought, and where to read it."""
    rows = [_row(result) for result in ended]
    # What is the same for every stream says nothing, and 80 columns have no room for it.
    dull = {"result": Outcome.COMPLETE.value, "removed": "0"}
    names = [name for name in rows[0] if any(row[name] != dull.get(name) for row in rows)]
    table = columns(*names, right=(*_CHANGES, "requests", "time"))
    for row in rows:
        table.add_row(*(row[name] for name in names))
    requests = sum(result.cost.requests for result in ended)
    console = results()
    console.print(table)
    console.print(
        f"\n{counted(requests, 'request')} in {duration(seconds)}. To read it: {published}", soft_wrap=True
    )


def _row(result: SyncResult) -> dict[str, str]:
    """A stream's part in the run, by the names of the table's columns."""
    return {
        "stream": result.stream.name,
        "result": result.outcome.value,
        **{name: number(getattr(result.total, name)) for name in _CHANGES},
        "requests": number(result.cost.requests),
        "time": duration(result.seconds),
    }


def print_errors(ended: Sequence[SyncResult]) -> None:
    """What went wrong, each error once with the streams it stopped."""
    streams: dict[tuple[str, str, str], list[str]] = {}
    for result in ended:
        if result.error is not None:
            streams.setdefault(_three_lines(result, result.error), []).append(result.stream.name)
    for (what, why, fix), names in streams.items():
        print_error(PipelineError(what, why=why, fix=fix), about=", ".join(names))


def _three_lines(result: SyncResult, error: PipelineError) -> tuple[str, str, str]:
    """What happened, why and what to do; the stream knows the name of a missing permission."""
    if isinstance(error, PermissionMissing):
        return error.what, error.why, f"{error.fix} It is called “{result.stream.permission}” there."
    return error.what, error.why, error.fix


def print_as_json(ended: Sequence[SyncResult], published: Path, seconds: float) -> None:
    """One object: how the run ended, and how each stream did."""
    print_json(
        {
            "exit_code": int(exit_for_results(ended)),
            "seconds": round(seconds, 3),
            "published": str(published),
            "streams": [_as_json(result) for result in ended],
        }
    )


def _as_json(result: SyncResult) -> dict[str, Any]:
    error = result.error
    return {
        "stream": result.stream.name,
        "result": result.outcome.value,
        "error": error and {"what": error.what, "why": error.why, "fix": error.fix},
        "seconds": round(result.seconds, 3),
        "bookmark_before": _moment(result.bookmark_before),
        "bookmark_after": _moment(result.bookmark_after),
        "cost": result.cost,
        "tables": {
            name: {"rows": glance.rows, "changes": result.changes[name]}
            for name, glance in result.tables.items()
        },
    }


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
