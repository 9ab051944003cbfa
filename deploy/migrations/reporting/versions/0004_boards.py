"""Find what waits to be handed over, and what is open at a site."""

from alembic import op

revision = "0004"
down_revision = "0003"

INDEXES = (
    """CREATE INDEX hazard_waiting ON hazard (reported_at)
        WHERE handed_over_at IS NULL AND state = 'reported' AND NOT on_the_spot AND NOT historic""",
    "CREATE INDEX hazard_open_site ON hazard (site_id, namespace, committee) INCLUDE (overdue) WHERE open",
    "CREATE INDEX decision_subject ON decision (subject_id, subject_kind) WHERE subject_kind <> 'hazard'",
)


def upgrade() -> None:
    for statement in INDEXES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX hazard_waiting, hazard_open_site, decision_subject")
