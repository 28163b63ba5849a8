"""The first ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _moment = sa.DateTime(timezone=True)
    op.create_table(
        "reply_ledger",
        sa.Column("ledger_id", sa.Text, primary_key=True),
        sa.Column("created_at", _moment, nullable=False),
    )
    op.create_table(
        "reply_plans",
        sa.Column("plan_id", sa.Text, primary_key=True),
        *_texts("campaign", "workspace_id", "message_type"),
        sa.Column("replies", sa.Integer, nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("registered_at", _moment, nullable=False),
        sa.Column("confirmed_at", _moment),
        sa.Column("confirmed_by", sa.Text),
        sa.Column("stopped_at", _moment),
        sa.Column("stopped_by", sa.Text),
        sa.Column("purged_at", _moment),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    _make_sendings(_moment)
    op.create_table(
        "reply_applier",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("since", _moment, nullable=False),
    )


def _make_sendings(moment: sa.DateTime) -> None:
    op.create_table(
        "reply_sendings",
        *(
            sa.Column(name, sa.Text, primary_key=True)
            for name in ("workspace_id", "campaign", "conversation_id", "step")
        ),
        sa.Column("plan_id", sa.Text, sa.ForeignKey("reply_plans.plan_id"), nullable=False),
        *_texts("run_id", "applied_by", "admin_id", "message_type", "body_sha256"),
        sa.Column("newest_part", sa.Text),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("intended_at", moment, nullable=False),
        sa.Column("settled_at", moment),
        sa.Column("part_id", sa.Text),
        sa.Column("request_id", sa.Text),
        sa.Column("reason", sa.Text),
    )
    op.create_index("reply_sendings_of_plan", "reply_sendings", ["plan_id"])
    op.create_index("reply_sendings_by_time", "reply_sendings", ["workspace_id", "intended_at"])


def _texts(*names: str) -> "list[sa.Column[str]]":
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
