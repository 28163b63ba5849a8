"""How a run ended: a table for people, an object for programs, what was flagged and what went wrong."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from intercom_pipeline.cli.exits import exit_for_results
from intercom_pipeline.cli.output import (
    columns,
    counted,
    duration,
    fitted,
    joined,
    number,
    print_error,
    print_json,
    results,
    show,
)
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.sync.skipped import why_skipped
from intercom_pipeline.warehouse.flagged import Flagged

_MOST_ROWS = 16
_FIRST_TO_GO = ("unchanged", "requests", "time")
_CHANGES = ("read", "inserted", "updated", "unchanged", "removed")


def print_for_people(ended: Sequence[SyncResult], published: Path, seconds: float) -> None:
    """What each stream brought (of many, the small ones together), what was skipped, and where to read it."""
    rows = _rows([each for each in ended if each.outcome is not Outcome.SKIPPED])
    if rows:
        # What is the same for every stream says nothing, and 80 columns have no room for it.
        dull = {"result": Outcome.COMPLETE.value, "removed": "0"}
        names = [name for name in rows[0] if any(row[name] != dull.get(name) for row in rows)]
        table, _ = fitted(lambda some: _table(rows, some), names, _FIRST_TO_GO, results().width)
        show(table)
    print_end(ended, published, seconds)


def _table(rows: Sequence[Mapping[str, str]], names: Sequence[str]) -> Table:
    table = columns(*names, right=(*_CHANGES, "requests", "time"))
    for row in rows:
        table.add_row(*(row[name] for name in names))
    return table


def print_end(ended: Sequence[SyncResult], published: Path, seconds: float) -> None:
    """What was skipped, what it cost, and where to read it."""
    console = results()
    skipped = why_skipped(ended)
    if skipped:
        console.print()
    for line in skipped:
        console.print(line, style="dim", soft_wrap=True)
    requests = sum(result.cost.requests for result in ended)
    console.print(
        f"\n{counted(requests, 'request')} in {duration(seconds)}. To read it: {published}", soft_wrap=True
    )


def _rows(ended: Sequence[SyncResult]) -> list[dict[str, str]]:
    """A row a stream; where there are too many, one for all the small ones together."""
    if len(ended) <= _MOST_ROWS:
        return [_row([result], result.stream.name) for result in ended]
    whole = sorted(
        ended, key=lambda each: (each.outcome is Outcome.COMPLETE, -each.total.removed, -each.total.read)
    )
    shown = {result.stream.name for result in whole[: _MOST_ROWS - 1]}
    shown |= {result.stream.name for result in ended if result.outcome is not Outcome.COMPLETE}
    others = [result for result in ended if result.stream.name not in shown]
    rows = [_row([result], result.stream.name) for result in ended if result.stream.name in shown]
    return [*rows, _row(others, f"{len(others)} others")] if others else rows


def _row(several: Sequence[SyncResult], name: str) -> dict[str, str]:
    """The part of one or more streams in the run, by the names of the table's columns."""
    return {
        "stream": name,
        "result": several[0].outcome.value,
        **{each: number(sum(getattr(result.total, each) for result in several)) for each in _CHANGES},
        "requests": number(sum(result.cost.requests for result in several)),
        "time": duration(max(result.seconds for result in several)),
    }


def print_flagged(flagged: Flagged) -> None:
    """What is gone from Intercom, by table and reason; nothing where nothing is."""
    console = results()
    for table, reasons in flagged.items():
        console.print(f"Gone from Intercom: {table}: {reasoned(reasons)}", soft_wrap=True)


def reasoned(reasons: Mapping[str, int]) -> str:
    """How many rows were flagged for which reason, the most first."""
    most_first = sorted(reasons.items(), key=lambda each: -each[1])
    return joined(f"{number(count)} {reason}" for reason, count in most_first)


def print_errors(ended: Sequence[SyncResult]) -> None:
    """What went wrong, each error once with the streams it stopped."""
    streams: dict[tuple[str, str, str], list[str]] = {}
    for result in ended:
        error = result.error
        if error is not None and result.outcome is not Outcome.SKIPPED:
            streams.setdefault((error.what, error.why, error.fix), []).append(result.stream.name)
    for (what, why, fix), names in streams.items():
        print_error(PipelineError(what, why=why, fix=fix), about=", ".join(names))


def print_as_json(ended: Sequence[SyncResult], published: Path, seconds: float, flagged: Flagged) -> None:
    """One object: how the run ended, and how each stream did."""
    print_json(
        {
            "exit_code": int(exit_for_results(ended)),
            "seconds": round(seconds, 3),
            "published": str(published),
            "streams": [_as_json(result, flagged) for result in ended],
        }
    )


def _as_json(result: SyncResult, flagged: Flagged) -> dict[str, Any]:
    error = result.error
    return {
        "stream": result.stream.name,
        "result": result.outcome.value,
        "error": error and {"what": error.what, "why": error.why, "fix": error.fix},
        "seconds": round(result.seconds, 3),
        "bookmark_before": _moment(result.bookmark_before),
        "bookmark_after": _moment(result.bookmark_after),
        "cost": result.cost,
        "gone": flagged.get(result.stream.name, {}),
        "tables": {
            name: {"rows": glance.rows, "changes": result.changes[name]}
            for name, glance in result.tables.items()
        },
    }


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
