"""Keep the text of every policy pack that ever bound anybody."""

from alembic import op

revision = "0002"
down_revision = "0001"

# One row per version of a pack; the text never changes. `activated_at` is NULL for the first version that a worker found
# on disk before anybody put it into force. `place` is the order in which versions became known.
PACK = """CREATE TABLE pack (
    digest text PRIMARY KEY,
    pack text NOT NULL,
    version text NOT NULL,
    committee text NOT NULL,
    text bytea NOT NULL,
    activated_at timestamptz,
    place bigint GENERATED ALWAYS AS IDENTITY,
    UNIQUE (pack, version))"""


def upgrade() -> None:
    op.execute(PACK)


def downgrade() -> None:
    op.execute("DROP TABLE pack")
