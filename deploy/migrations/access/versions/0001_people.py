"""People, the roles they hold for tenants, and their sessions; one schema for all services."""

from alembic import op

revision = "0001"
down_revision = None

_STATEMENTS = (
    # A local account. `name` is what is typed and what the audit keeps; only the argon2 hash of a password is kept.
    """CREATE TABLE access.person (
        name text PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
        display text NOT NULL CHECK (display <> ''),
        digest text NOT NULL,
        must_change boolean NOT NULL,
        failures integer NOT NULL DEFAULT 0,
        locked_until timestamptz,
        password_at timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now(),
        created_by text NOT NULL,
        disabled_at timestamptz)""",
    # A role for a sub-tree of tenants ('*': all of them); without sectors for every sector.
    """CREATE TABLE access.role_grant (
        person text NOT NULL REFERENCES access.person,
        role text NOT NULL,
        tenant text NOT NULL CHECK (tenant ~ '^([0-9]{2,12}|[*])$'),
        sectors text[] NOT NULL DEFAULT '{}',
        granted_at timestamptz NOT NULL DEFAULT now(),
        granted_by text NOT NULL,
        PRIMARY KEY (person, role, tenant))""",
    # Only hashes of tokens are kept: the present one, and for a minute the one before.
    """CREATE TABLE access.session (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        person text NOT NULL REFERENCES access.person,
        digest bytea NOT NULL UNIQUE,
        former bytea,
        former_until timestamptz,
        via text NOT NULL CHECK (via IN ('cookie', 'bearer')),
        opened_at timestamptz NOT NULL DEFAULT now(),
        turned_at timestamptz NOT NULL DEFAULT now(),
        seen_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        ended_why text)""",
    "CREATE INDEX session_former ON access.session (former) WHERE former IS NOT NULL",
    "CREATE INDEX session_person ON access.session (person)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP SCHEMA access CASCADE")
