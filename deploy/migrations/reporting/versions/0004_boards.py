"""Find what waits to be handed over, and sites by a part of their name."""

from alembic import op

revision = "0004"
down_revision = "0003"

INDEXES = (
    """CREATE INDEX hazard_waiting ON hazard (reported_at)
        WHERE handed_over_at IS NULL AND state = 'reported' AND NOT on_the_spot AND NOT historic""",
    "CREATE INDEX hazard_open_site ON hazard (site_id, namespace, committee) INCLUDE (overdue) WHERE open",
    "CREATE INDEX decision_subject ON decision (subject_id, subject_kind) WHERE subject_kind <> 'hazard'",
)

# The operator class is named where the extension lies, as in the first revision.
SEARCH = """DO $$
    DECLARE home text;
    BEGIN
        SELECT n.nspname INTO home FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'pg_trgm';
        EXECUTE format('CREATE INDEX site_search ON site USING gin (name %I.gin_trgm_ops)', home);
    END $$"""


def upgrade() -> None:
    for statement in (*INDEXES, SEARCH):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX hazard_waiting, hazard_open_site, decision_subject, site_search")
