"""A function that makes room for a month of facts: the worker uses the tables and owns none of them."""

from alembic import op

from deploy.migrations import months

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    months.create(op, "escalation", "fact", "timestamptz")


def downgrade() -> None:
    op.execute("DROP FUNCTION escalation.make_month(date)")
    op.execute("DROP FUNCTION escalation.drop_month(date)")
