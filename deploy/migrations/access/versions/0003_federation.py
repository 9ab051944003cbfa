"""People whom the customer's identity provider names, and sign-ins there that are under way."""

from alembic import op

revision = "0003"
down_revision = "0002"

_STATEMENTS = (
    "ALTER TABLE access.person ADD COLUMN issuer text, ADD COLUMN subject text",
    "ALTER TABLE access.person ADD CONSTRAINT person_named CHECK ((issuer IS NULL) = (subject IS NULL))",
    "CREATE UNIQUE INDEX person_subject ON access.person (issuer, subject) WHERE issuer IS NOT NULL",
    # Only hashes of what the browser carries; nonce and verifier never leave for it.
    """CREATE TABLE access.federated_sign_in (
        state bytea PRIMARY KEY,
        binding bytea NOT NULL,
        nonce text NOT NULL,
        verifier text NOT NULL,
        wanted text NOT NULL,
        opened_at timestamptz NOT NULL DEFAULT now())""",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE access.federated_sign_in")
    op.execute("ALTER TABLE access.person DROP COLUMN issuer, DROP COLUMN subject")
