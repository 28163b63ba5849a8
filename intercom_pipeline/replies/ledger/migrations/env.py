"""What Alembic runs to bring a ledger's tables up to date, on the connection it is given."""

from alembic import context

from intercom_pipeline.replies.ledger.tables import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    # SQLite's driver is told where transactions begin and end, so tables come and go with them, too.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
