"""Run the revisions of one service on the connection that deploy.migrate hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema=context.config.attributes["schema"],
    transaction_per_migration=True,  # an index built concurrently cannot share a transaction with the next revision
)
with context.begin_transaction():
    context.run_migrations()
