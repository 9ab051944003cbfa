"""Keep the objections to a league table with their answers, and that a table was published, once."""

from alembic import op

revision = "0006"
down_revision = "0005"

OBJECTION = """CREATE TABLE league_objection (
    id uuid PRIMARY KEY,
    committee text NOT NULL,
    province text NOT NULL,
    city text NOT NULL,
    county text NOT NULL,
    tenant text NOT NULL,
    period text NOT NULL,
    said_by text NOT NULL,
    reason text NOT NULL,
    said_at timestamptz NOT NULL,
    answered_by text,
    answer text,
    accepted boolean,
    answered_at timestamptz,
    CHECK ((answered_at IS NULL) = (answer IS NULL) AND (answer IS NULL) = (accepted IS NULL)))"""

PUBLICATION = """CREATE TABLE league_publication (
    committee text NOT NULL,
    province text NOT NULL,
    city text NOT NULL,
    county text NOT NULL,
    tenant text NOT NULL,
    period text NOT NULL,
    said_by text NOT NULL,
    said_at timestamptz NOT NULL,
    event_id text NOT NULL,
    PRIMARY KEY (committee, period))"""


def upgrade() -> None:
    op.execute(OBJECTION)
    op.execute(PUBLICATION)
    op.execute("CREATE INDEX league_objection_period ON league_objection (committee, period, said_at)")


def downgrade() -> None:
    op.execute("DROP TABLE league_objection, league_publication")
