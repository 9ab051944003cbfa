"""The pace of the page for tip-offs counts over all API processes; what is kept of a sender is in no log and no backup of it."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # UNLOGGED: not in the write-ahead log, and after a crash of the server everybody's bucket is full.
    op.execute(
        """CREATE UNLOGGED TABLE intake.sender_quota (
        sender bytea PRIMARY KEY CHECK (length(sender) IN (0, 3)),
        tokens double precision NOT NULL,
        at timestamptz NOT NULL) WITH (fillfactor = 50)"""
    )


def downgrade() -> None:
    op.execute("DROP TABLE intake.sender_quota")
