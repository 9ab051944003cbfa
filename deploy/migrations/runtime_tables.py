"""Create the tables that `runtime` keeps in every service's schema: positions, failures, dead letters, outbox, relay."""

from typing import Protocol


class Operations(Protocol):
    """The one thing needed of alembic's `op`."""

    def execute(self, sqltext: str) -> None:
        """Run one statement."""
        ...


# fillfactor leaves room in the page for rows that change with every batch (HOT updates touch no index).
_TABLES = (
    """CREATE TABLE {schema}.installation (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        incarnation integer NOT NULL DEFAULT 1 CHECK (incarnation > 0),
        relay_epoch bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now())""",
    "INSERT INTO {schema}.installation DEFAULT VALUES",
    """CREATE TABLE {schema}.consumer_position (
        topic text NOT NULL,
        slot integer NOT NULL,
        next_offset bigint NOT NULL CHECK (next_offset >= 0),
        epoch bigint NOT NULL DEFAULT 0,
        topic_id text,
        owner text NOT NULL DEFAULT '',
        last_incarnation integer NOT NULL DEFAULT 0,
        last_number bigint NOT NULL DEFAULT 0,
        stopped text,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (topic, slot)) WITH (fillfactor = 50)""",
    """CREATE TABLE {schema}.consumer_failure (
        topic text NOT NULL,
        slot integer NOT NULL,
        "offset" bigint NOT NULL,
        failures integer NOT NULL,
        error text NOT NULL,
        failed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (topic, slot, "offset"))""",
    """CREATE TABLE {schema}.dead_letter (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        received_at timestamptz NOT NULL,
        reason text NOT NULL,
        detail jsonb NOT NULL DEFAULT '[]',
        door text NOT NULL,
        origin jsonb NOT NULL DEFAULT '{{}}',
        source text,
        event_id text,
        tenant text,
        body bytea NOT NULL,
        headers jsonb NOT NULL DEFAULT '[]',
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'dismissed')),
        replayed_at timestamptz,
        note text)""",
    "CREATE INDEX dead_letter_open ON {schema}.dead_letter (id) WHERE state = 'open'",
    "CREATE INDEX dead_letter_tenant ON {schema}.dead_letter (tenant, id)",
    # Rows are only inserted and deleted: vacuum by count, not by share of a table that is nearly always empty.
    """CREATE TABLE {schema}.outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        slot integer NOT NULL,
        key bytea NOT NULL,
        value bytea NOT NULL) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000)""",
    """CREATE TABLE {schema}.relay_mark (
        topic text NOT NULL,
        slot integer NOT NULL,
        next_number bigint NOT NULL DEFAULT 1,
        accepted_at timestamptz NOT NULL DEFAULT '-infinity',
        PRIMARY KEY (topic, slot)) WITH (fillfactor = 50)""",
    """CREATE TABLE {schema}.relay_batch (
        topic text NOT NULL,
        slot integer NOT NULL,
        first_number bigint NOT NULL,
        accepted_at timestamptz NOT NULL,
        ids bigint[] NOT NULL,
        PRIMARY KEY (topic, slot))""",
    """CREATE TABLE {schema}.relay_tick (
        topic text PRIMARY KEY,
        value timestamptz NOT NULL) WITH (fillfactor = 50)""",
)


def create(op: Operations, schema: str) -> None:
    """Create them in `schema`, which exists; called once, from revision 0001 of each service."""
    for statement in _TABLES:
        op.execute(statement.format(schema=schema))
