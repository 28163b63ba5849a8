"""What a killed sync left behind, and what the next one asked for again."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from benchmarks.killing_yard import DELETED, DETAILED, SWEPT, Scenario
from intercom_pipeline.sandbox import Request, Sandbox

Key = tuple[str, str, str, bytes]
"""What tells a request: endpoint, path, query and body."""

SETTLING_SECONDS = 5
"""What changed so shortly before the newest change is asked for again by design."""


@dataclass(kw_only=True, slots=True)
class Round:
    """What one kill did.

    Attributes:
        killed: Whether it hit; a sync that had ended before is not counted.
        asked: Requests that were answered before.
        slices: Slices that were open, or 2 where there were none: their pages may be asked for again.
        pages: Pages of these slices that were asked for again.
        details: Details, or notes of a contact, that were stored already and asked for again.
        in_flight: Details, or notes of a contact, asked for again that were not stored yet.
        wrong: What must not be.
    """

    killed: bool = False
    asked: int = 0
    slices: int = 0
    pages: int = 0
    details: int = 0
    in_flight: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Left:
    """What a killed sync left in its warehouse.

    Attributes:
        slices: Open slices by stream.
        stored: By stream, the records stored: id and `updated_at` (unix seconds).
        settling: Paths of the details that may be asked for again by design.
        parents: Contacts whose notes are stored.
        flagged: How many rows are flagged as gone, by stream.
    """

    slices: Mapping[str, int] = field(default_factory=dict)
    stored: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    settling: frozenset[str] = frozenset()
    parents: frozenset[str] = frozenset()
    flagged: Mapping[str, int] = field(default_factory=dict)

    def as_now(self, sandbox: Sandbox) -> frozenset[str]:
        """Paths of the details and notes that are stored as the workspace has them."""
        notes = {f"/contacts/{key}/notes" for key in self.parents}
        for name in DETAILED:
            true = {record["id"]: record["updated_at"] for record in sandbox.workspace.records(name)}
            known = self.stored.get(name, {}).items()
            notes |= {f"/{name}/{key}" for key, version in known if true.get(key) == version}
        return frozenset(notes - self.settling)


def answered(sandbox: Sandbox) -> list[Request]:
    return [request for request in sandbox.requests if request.status in {0, 200}]


def key_of(request: Request) -> Key:
    return request.endpoint, request.path, request.query, request.body


def left_in(folder: Path, copy: Path) -> Left:
    """Look into a copy of what was left, since a look would tidy up."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    if not (copy / "warehouse.duckdb").exists():
        return Left()
    with duckdb.connect(str(copy / "warehouse.duckdb")) as connection:
        if not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'slices'").fetchall():
            return Left()
        return _left(connection)


def _left(connection: duckdb.DuckDBPyConnection) -> Left:
    def pairs(sql: str) -> dict[str, int]:
        return dict(connection.execute(sql).fetchall())

    versions = "SELECT id, epoch(updated_at)::BIGINT FROM {} WHERE _deleted_at IS NULL"
    stored = {name: pairs(versions.format(name)) for name in SWEPT}
    return Left(
        slices=pairs("SELECT stream, count(*) FROM pipeline.slices GROUP BY stream"),
        stored=stored,
        settling=frozenset(
            f"/{name}/{key}"
            for name in DETAILED
            for key, version in stored[name].items()
            if version >= max(stored[name].values()) - SETTLING_SECONDS
        ),
        parents=frozenset(pairs("SELECT parent_id, 1 FROM pipeline.parents_asked")),
        flagged={
            name: pairs(f"SELECT '', count(*) FROM {name} WHERE _deleted_at IS NOT NULL")[""]
            for name in (*SWEPT, "companies", "contact_notes")
        },
    )


def weigh(done: Round, again: Counter[Key], scenario: Scenario, left: Left, stored: AbstractSet[str]) -> None:
    """Count what was asked for again: pages, details, notes; `stored` are the paths that need not be."""
    for (endpoint, path, _, _), number in again.items():
        if "{id}" not in endpoint:
            done.pages += number * (path != "/me")
        elif path in stored:
            done.details += number
        else:
            done.in_flight += number
    done.slices = sum(left.slices.get(name) or 2 for name in scenario.streams)
    if scenario.anew and "articles" not in scenario.streams and done.pages > done.slices:
        done.wrong.append(f"{done.pages} pages asked for again, {done.slices} slices open")
    if done.details:
        done.wrong.append(f"{done.details} details asked for again that were stored")


def compared(sandbox: Sandbox, folder: Path, scenario: Scenario, left: Left) -> Iterator[str]:
    """What of the tables is not as the workspace has it, or was not when the sync was killed."""
    for name, count in left.flagged.items():
        if count not in {0, DELETED.get(name, 0) if scenario.sweep else 0}:
            yield f"{count} {name} were flagged when it was killed"
    with duckdb.connect(str(folder / "intercom.duckdb"), read_only=True) as connection:
        for name in scenario.streams:
            rows = connection.execute(f"SELECT id, _deleted_at IS NULL FROM {name}").fetchall()
            there = {record["id"] for record in sandbox.workspace.records(name)}
            if there - {key for key, kept in rows if kept}:
                yield f"{name} lacks records or flags them falsely"
            if (scenario.anew or scenario.sweep) and {key for key, kept in rows if kept} - there:
                yield f"{name} holds what is gone"
