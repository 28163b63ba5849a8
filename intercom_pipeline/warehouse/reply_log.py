"""What became of bulk replies, for analysts: `pipeline.reply_log`, a copy of what a reply ledger knows.

The ledger stays the truth: its rows are replaced whole, each time. Those of another ledger stay, since one
that was lost can tell nothing any more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

import duckdb

from intercom_pipeline.warehouse.connecting import connected
from intercom_pipeline.warehouse.ddl import create_bookkeeping, has_bookkeeping, identifier, literal, recall
from intercom_pipeline.warehouse.errors import WarehouseMissing
from intercom_pipeline.warehouse.files import DataFolder, only_sync, prepare, private_files, publish
from intercom_pipeline.warehouse.models import Model, make
from intercom_pipeline.warehouse.opening import check_not_later, failures
from intercom_pipeline.warehouse.people.reasons import harmless_in
from intercom_pipeline.warehouse.table import Column, Kind
from intercom_pipeline.warehouse.transaction import counted, transaction

DESCRIPTION = "What became of bulk replies, and of what was done after them, as the reply ledger knows it."
GRAIN = "one step (reply or then) for one conversation in one campaign"

COLUMNS = (
    Column(name="ledger_id", kind=Kind.ID, description="The ledger that knows it."),
    Column(name="workspace_id", kind=Kind.ID, description="Intercom's id of the workspace."),
    Column(
        name="campaign",
        kind=Kind.TEXT,
        description="What the replies are for; a conversation is answered once in a campaign.",
    ),
    Column(name="conversation_id", kind=Kind.ID, description="The conversation's id, as in conversations."),
    Column(name="step", kind=Kind.TEXT, description="reply, or then: what is done with it after the reply."),
    Column(
        name="outcome",
        kind=Kind.TEXT,
        description="What became of it: sent; failed (surely not applied); stale (not sent, since the "
        "conversation had changed or somebody looked); unknown (may have been applied); held (the same, and "
        "a person has to look); intended (being sent).",
    ),
    Column(
        name="message_type",
        kind=Kind.TEXT,
        description="comment or quick_reply, which the customer sees, or note; of a then, what is done.",
    ),
    Column(name="admin_id", kind=Kind.ID, description="The id of the admin who answers, as in admins."),
    Column(name="plan_id", kind=Kind.ID, description="The plan, by the SHA-256 of its content."),
    Column(name="run_id", kind=Kind.ID, description="The run of the plan that last intended it."),
    Column(name="applied_by", kind=Kind.TEXT, description="Who applied the plan: a user, or a Dagster run."),
    Column(
        name="intended_at",
        kind=Kind.TIME,
        description="When it was last about to be sent, by the sending machine's clock (UTC).",
    ),
    Column(
        name="settled_at",
        kind=Kind.TIME,
        description="When its outcome was known, by the same clock (UTC); NULL while it is intended.",
    ),
    Column(name="attempts", kind=Kind.INTEGER, description="How often it was about to be sent."),
    Column(
        name="part_id",
        kind=Kind.ID,
        description="The part that the reply became, as in conversation_parts; NULL where that is not known.",
    ),
    Column(
        name="request_id", kind=Kind.ID, description="Intercom's id of the request; NULL if none was named."
    ),
    Column(
        name="body_sha256",
        kind=Kind.TEXT,
        description="The SHA-256 of the body that was sent, in hexadecimal digits; of nothing for a then.",
    ),
    Column(
        name="reason",
        kind=Kind.TEXT,
        description="Why it was not sent or is not known, or how it was found that it was sent; else NULL.",
    ),
)
"""The columns, as declared to readers."""

PRIMARY_KEY = ("ledger_id", "campaign", "conversation_id", "step")
"""What tells rows apart; the ledger sees to it."""

_TABLE = "pipeline.reply_log"
_AT_ONCE = 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedReply:
    """A row; the columns' descriptions say what each value is."""

    ledger_id: str
    workspace_id: str
    campaign: str
    conversation_id: str
    step: str
    outcome: str
    message_type: str
    admin_id: str
    plan_id: str
    run_id: str
    applied_by: str
    intended_at: datetime
    settled_at: datetime | None
    attempts: int
    part_id: str | None
    request_id: str | None
    body_sha256: str
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """What became of a log that was stored.

    Attributes:
        rows: How many rows the ledger has in it.
        not_made: Why each model that could not be made could not.
    """

    rows: int
    not_made: Mapping[str, str]


def store(
    folder: DataFolder, ledger_id: str, entries: Iterable[LoggedReply], models: Sequence[Model] = ()
) -> Stored:
    """Replace a ledger's rows, make the models over them, and publish the warehouse.

    Args:
        folder: The data folder.
        ledger_id: The ledger.
        entries: All it knows; what is of another workspace than the warehouse is left out.
        models: The models to make.

    Raises:
        WarehouseMissing: No sync has published anything yet.
        WarehouseBusy: A sync runs, or another program holds the database.
        WarehouseError: A file cannot be read or written; the log is as it was.
    """
    if not (folder.warehouse.exists() and folder.published.exists()):
        raise _missing(folder)
    prepare(folder)
    with private_files(), only_sync(folder), failures(folder):
        with connected(folder) as connection:
            check_not_later(connection, folder)
            workspace = recall(connection, "workspace_id") if has_bookkeeping(connection) else None
            if workspace is None:
                raise _missing(folder)
            with transaction(connection):
                create_bookkeeping(connection)
                define(connection)
                harmless = harmless_in(connection, folder)
                ours = (
                    replace(entry, reason=harmless(entry.reason))
                    for entry in entries
                    if entry.workspace_id == workspace
                )
                rows = _replace(connection, ledger_id, ours)
            not_made = make(connection, models)
        publish(folder)
    return Stored(rows=rows, not_made=not_made)


def _missing(folder: DataFolder) -> WarehouseMissing:
    return WarehouseMissing(
        f"There is no warehouse in {folder.path} yet for the reply log.",
        why="A sync makes it. Until then the ledger alone knows what was sent.",
        fix="Run intercom-pipeline sync, then intercom-pipeline replies log.",
    )


def define(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table, or add what an earlier release's lacks."""
    columns = [f"{identifier(column.name)} {column.kind.sql_type}" for column in COLUMNS]
    connection.execute(f"CREATE TABLE IF NOT EXISTS {_TABLE} ({', '.join(columns)})")
    for column in columns:
        connection.execute(f"ALTER TABLE {_TABLE} ADD COLUMN IF NOT EXISTS {column}")
    connection.execute(f"COMMENT ON TABLE {_TABLE} IS {literal(f'{DESCRIPTION} One row is {GRAIN}.')}")
    for each in COLUMNS:
        comment = literal(each.description)
        connection.execute(f"COMMENT ON COLUMN {_TABLE}.{identifier(each.name)} IS {comment}")


def _replace(connection: duckdb.DuckDBPyConnection, ledger_id: str, entries: Iterator[LoggedReply]) -> int:
    connection.execute(f"DELETE FROM {_TABLE} WHERE ledger_id = ?", [ledger_id])
    while rows := list(islice(entries, _AT_ONCE)):
        names = [identifier(column.name) for column in COLUMNS]
        values = [[_bound(getattr(row, column.name)) for row in rows] for column in COLUMNS]
        connection.execute(
            f"INSERT INTO {_TABLE} ({', '.join(names)}) SELECT {', '.join(map(_unnested, COLUMNS))}", values
        )
    return counted(connection, f"SELECT count(*) FROM {_TABLE} WHERE ledger_id = $id", {"id": ledger_id})


def _bound(value: object) -> object:
    """A value as DuckDB takes it: a list of moments fast only as numbers."""
    return (value - _EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else value


def _unnested(column: Column) -> str:
    if column.kind is Kind.TIME:
        return "make_timestamptz(unnest(?::BIGINT[]))"
    return f"unnest(?::{column.kind.sql_type}[])"
