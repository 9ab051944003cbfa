"""Functions that make and drop months of ids that were heard: the worker uses the tables and owns none of them."""

from alembic import op

from deploy.migrations import months

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    months.create(op, "intake", "event_id", "date")


def downgrade() -> None:
    op.execute("DROP FUNCTION intake.make_month(date)")
    op.execute("DROP FUNCTION intake.drop_month(date)")
