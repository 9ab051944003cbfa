"""Count what each source sent by day, so that people see its lag, its mistakes and its silence."""

from alembic import op

revision = "0002"
down_revision = "0001"

# `source` is the CloudEvents attribute. `lag_seconds` sums, over the accepted, how long after its recording each came.
_STATEMENTS = (
    """CREATE TABLE intake.heard_day (
        source text NOT NULL,
        day date NOT NULL,
        accepted bigint NOT NULL,
        duplicate bigint NOT NULL,
        conflict bigint NOT NULL,
        rejected bigint NOT NULL,
        late bigint NOT NULL,
        lag_seconds double precision NOT NULL,
        last_at timestamptz NOT NULL,
        PRIMARY KEY (source, day)) WITH (fillfactor = 50)""",
    "CREATE INDEX dead_letter_lately ON intake.dead_letter (received_at)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX intake.dead_letter_lately")
    op.execute("DROP TABLE intake.heard_day")
