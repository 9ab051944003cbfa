"""Keep the exports that people order, how far each is, and its file until it expires."""

from alembic import op

revision = "0010"
down_revision = "0009"

# `tenants` are what the person saw when ordering, and all that is printed. `seen_at` is moved while it is printed: one that
# stands still was broken off. `attempts` fences: whoever prints an earlier attempt may not end a later one.
EXPORT = """CREATE TABLE export (
    id uuid PRIMARY KEY,
    province text NOT NULL,
    city text NOT NULL,
    county text NOT NULL,
    tenant text NOT NULL,
    tenants text[] NOT NULL,
    asked_by text NOT NULL,
    wish json NOT NULL,
    format text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    rows bigint NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    name text NOT NULL DEFAULT '',
    size bigint NOT NULL DEFAULT 0,
    as_of timestamptz NOT NULL,
    asked_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ended_at timestamptz,
    expires_at timestamptz NOT NULL)"""

PIECE = """CREATE TABLE export_piece (
    export_id uuid NOT NULL REFERENCES export (id) ON DELETE CASCADE,
    number integer NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (export_id, number))"""

INDEXES = (
    "CREATE INDEX export_next ON export (asked_at) WHERE state IN ('waiting', 'running')",
    "CREATE INDEX export_mine ON export (asked_by, asked_at DESC)",
    "CREATE INDEX export_expires ON export (expires_at)",
)


def upgrade() -> None:
    for statement in (EXPORT, PIECE, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE export_piece, export")
