"""Letters that were rebuilt from the log after a restore, while their notices are not planned yet."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("CREATE TABLE notify.letter_rebuilt (letter_id text PRIMARY KEY REFERENCES notify.letter (id))")


def downgrade() -> None:
    op.execute("DROP TABLE notify.letter_rebuilt")
