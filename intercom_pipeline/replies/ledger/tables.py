"""The ledger's tables, as the latest migration leaves them.

Their names begin with `reply_`: a PostgreSQL database may hold other people's tables, Dagster's for one.
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

VERSION_TABLE: Final = "reply_ledger_version"
"""Where Alembic keeps how far the tables are."""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite, which knows no time zones, keeps it without."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is stored."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy names it
        """What was stored."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


METADATA: Final = MetaData()

LEDGER: Final = Table(
    "reply_ledger",
    METADATA,
    Column("ledger_id", Text, primary_key=True),
    Column("created_at", Moment, nullable=False),
)
"""One row: which ledger this is."""

PLANS: Final = Table(
    "reply_plans",
    METADATA,
    Column("plan_id", Text, primary_key=True),
    Column("campaign", Text, nullable=False),
    Column("workspace_id", Text, nullable=False),
    Column("message_type", Text, nullable=False),
    Column("replies", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("registered_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    Column("confirmed_by", Text),
    Column("stopped_at", Moment),
    Column("stopped_by", Text),
    Column("purged_at", Moment),
    Column("content", LargeBinary, nullable=False),
)

SENDINGS: Final = Table(
    "reply_sendings",
    METADATA,
    # The key: whatever process, plan or run asks, a conversation's step is intended once.
    Column("workspace_id", Text, primary_key=True),
    Column("campaign", Text, primary_key=True),
    Column("conversation_id", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("plan_id", Text, ForeignKey(PLANS.c.plan_id), nullable=False),
    Column("run_id", Text, nullable=False),
    Column("applied_by", Text, nullable=False),
    Column("admin_id", Text, nullable=False),
    Column("message_type", Text, nullable=False),
    Column("body_sha256", Text, nullable=False),
    Column("newest_part", Text),
    Column("outcome", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("intended_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("part_id", Text),
    Column("request_id", Text),
    Column("reason", Text),
    Index("reply_sendings_of_plan", "plan_id"),
    Index("reply_sendings_by_time", "workspace_id", "intended_at"),
)

APPLIER: Final = Table(
    "reply_applier",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("token", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("host", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("plan_id", Text),
)
"""One row: which process may send which plan. Whoever takes over writes its own token: it stops the other."""
