"""Sources, keys, the ids that were heard, imports, ledgers and the state of the clock."""

from alembic import op

from deploy.migrations import runtime_tables

revision = "0001"
down_revision = None

_STATEMENTS = (
    # A registered upstream system. `tenants` are sub-trees it may speak for, '*' all of them; `namespace` is what its
    # hazard ids live in. A source without a topic comes by HTTP, file or ledger only.
    """CREATE TABLE intake.source (
        slug text PRIMARY KEY,
        name text NOT NULL,
        namespace text NOT NULL,
        tenants text[] NOT NULL CHECK (cardinality(tenants) > 0),
        topic text UNIQUE,
        historic boolean NOT NULL DEFAULT false,
        registered_at timestamptz NOT NULL DEFAULT now())""",
    # The values of the CloudEvents attribute `source` that a registered source uses; each belongs to one of them.
    """CREATE TABLE intake.source_attribute (
        attribute text PRIMARY KEY,
        slug text NOT NULL REFERENCES intake.source ON DELETE CASCADE)""",
    # Only the hash of a key is kept; `prefix` is its public part. A key without a source operates and sends nothing.
    """CREATE TABLE intake.api_key (
        prefix text PRIMARY KEY,
        digest bytea NOT NULL,
        slug text REFERENCES intake.source ON DELETE CASCADE,
        tenants text[] NOT NULL CHECK (cardinality(tenants) > 0),
        operates boolean NOT NULL DEFAULT false,
        label text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz)""",
    # What was heard, by the month it was received in, so that whole months can be dropped. A month in the key makes
    # (source, event_id) unique per month only: the store looks in the other months too, and queues writers at a turn.
    """CREATE TABLE intake.event_id (
        source text NOT NULL,
        event_id text NOT NULL,
        month date NOT NULL,
        digest bytea NOT NULL,
        received_at timestamptz NOT NULL,
        PRIMARY KEY (source, event_id, month)) PARTITION BY RANGE (month)""",
    # `refused` is json, not jsonb: the cells of a row keep the order of its columns.
    """CREATE TABLE intake.import_job (
        id uuid PRIMARY KEY,
        started_at timestamptz NOT NULL,
        finished_at timestamptz,
        slug text NOT NULL REFERENCES intake.source,
        tenant text NOT NULL,
        mapping text NOT NULL,
        file_name text NOT NULL,
        file_digest bytea NOT NULL,
        historic boolean NOT NULL,
        asked_by text NOT NULL,
        counts jsonb NOT NULL DEFAULT '{}',
        refused json NOT NULL DEFAULT '[]')""",
    "CREATE INDEX import_job_started ON intake.import_job (slug, started_at)",
    # The last event that each row of a ledger implied, so that a changed row corrects it. `origin_id` is the event at
    # the bottom of its chain, which a correction names; an empty `digest` says that the event was voided.
    """CREATE TABLE intake.ledger_event (
        slug text NOT NULL REFERENCES intake.source,
        row_key text NOT NULL,
        kind text NOT NULL,
        event_id text NOT NULL,
        origin_id text NOT NULL,
        happened_at timestamptz NOT NULL,
        tenant text NOT NULL,
        digest bytea NOT NULL,
        PRIMARY KEY (slug, row_key, kind))""",
    # Whether ticks are held because clocks disagree, and who accepted which clock.
    """CREATE TABLE intake.clock_hold (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        held_since timestamptz,
        trouble text,
        sentence text NOT NULL DEFAULT '',
        accepted_apart interval NOT NULL DEFAULT '0',
        accepted_tick timestamptz)""",
    "INSERT INTO intake.clock_hold DEFAULT VALUES",
    """CREATE TABLE intake.clock_acceptance (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        accepted_at timestamptz NOT NULL,
        accepted_by text NOT NULL,
        database_at timestamptz NOT NULL,
        last_tick timestamptz,
        held_for text NOT NULL,
        reason text NOT NULL)""",
    # What people do in our own services comes by a topic like any other.
    """INSERT INTO intake.source (slug, name, namespace, tenants, topic)
        VALUES ('bihuan', '人员操作', 'bihuan', '{*}', 'inspection.bihuan')""",
    "INSERT INTO intake.source_attribute (attribute, slug) VALUES ('/bihuan/people', 'bihuan')",
)


def upgrade() -> None:
    runtime_tables.create(op, "intake")
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP SCHEMA intake CASCADE")
