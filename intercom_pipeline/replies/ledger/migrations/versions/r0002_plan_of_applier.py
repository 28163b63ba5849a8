"""Which plan the process sends that may send."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of a process that sends meanwhile it stays empty."""
    op.add_column("reply_applier", sa.Column("plan_id", sa.Text))
