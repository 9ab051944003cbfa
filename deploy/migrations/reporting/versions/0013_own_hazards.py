"""Find what an upstream system reported, and what was decided about it, the newest first."""

from alembic import op

revision = "0013"
down_revision = "0012"

INDEXES = (
    "CREATE INDEX hazard_namespace_newest ON hazard (namespace, reported_at DESC, committee, hazard_id)",
    """CREATE INDEX decision_namespace_latest ON decision (namespace, known_at DESC, committee, decision_id)
        WHERE hazard_id IS NOT NULL""",
)


def upgrade() -> None:
    for statement in INDEXES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX hazard_namespace_newest, decision_namespace_latest")
