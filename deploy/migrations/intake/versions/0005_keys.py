"""Keys are bound to networks and rates, and say when they were used last; the rate counts over all API processes."""

from alembic import op

revision = "0005"
down_revision = "0004"

_STATEMENTS = (
    # No networks: from anywhere. No rate: the installation's. `replaces`: the key that it was made in place of.
    """ALTER TABLE intake.api_key
        ADD COLUMN networks cidr[] NOT NULL DEFAULT '{}',
        ADD COLUMN per_second integer CHECK (per_second > 0),
        ADD COLUMN burst integer CHECK (burst > 0),
        ADD COLUMN used_at timestamptz,
        ADD COLUMN replaces text REFERENCES intake.api_key ON DELETE SET NULL""",
    # What is left of a key's quota at a moment; each API process takes a portion out of it.
    """CREATE TABLE intake.key_quota (
        prefix text PRIMARY KEY REFERENCES intake.api_key ON DELETE CASCADE,
        tokens double precision NOT NULL,
        at timestamptz NOT NULL) WITH (fillfactor = 50)""",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE intake.key_quota")
    op.execute(
        """ALTER TABLE intake.api_key DROP COLUMN networks, DROP COLUMN per_second, DROP COLUMN burst,
        DROP COLUMN used_at, DROP COLUMN replaces"""
    )
