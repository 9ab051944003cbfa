"""Keep what people asked of another policy, and the answers: jobs that run beside the service."""

from alembic import op

revision = "0003"
down_revision = "0002"

# `seen_at` is moved while the job runs: one that stands still was broken off. `answer` is counted and cut (JSON).
WHAT_IF = """CREATE TABLE what_if (
    id uuid PRIMARY KEY,
    committee text NOT NULL,
    province text NOT NULL,
    city text NOT NULL,
    county text NOT NULL,
    tenant text NOT NULL,
    question json NOT NULL,
    state text NOT NULL,
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    answer json,
    asked_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL)"""


def upgrade() -> None:
    op.execute(WHAT_IF)
    op.execute("CREATE INDEX what_if_newest ON what_if (asked_at)")


def downgrade() -> None:
    op.execute("DROP TABLE what_if")
