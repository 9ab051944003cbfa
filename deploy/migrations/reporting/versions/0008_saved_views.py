"""Keep the views of the ledger that people gave a name."""

from alembic import op

revision = "0008"
down_revision = "0007"

VIEW = """CREATE TABLE saved_view (
    person text NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (person, name))"""


def upgrade() -> None:
    op.execute(VIEW)


def downgrade() -> None:
    op.execute("DROP TABLE saved_view")
