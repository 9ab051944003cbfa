"""The few decisions that make up the problem list are found without reading the others."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("CREATE INDEX decision_listed ON escalation.decision (committee) WHERE rule = 'problem_list'")


def downgrade() -> None:
    op.execute("DROP INDEX escalation.decision_listed")
