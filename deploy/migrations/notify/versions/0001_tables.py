"""Tables of notify: decision records as heard, notices, attempts, the roster, silences, and what people switch."""

from alembic import op

from deploy.migrations import runtime_tables

revision = "0001"
down_revision = None

SCHEMA = "notify"

_TABLES = (
    # Every record of a decision as it was heard: the memory that makes a replay change nothing, and the words to tell.
    """CREATE TABLE notify.decision_record (
        ordinal bigint GENERATED ALWAYS AS IDENTITY,
        decision_id text NOT NULL,
        digest bytea NOT NULL,
        status text NOT NULL,
        turn integer NOT NULL CHECK (turn >= 0),
        known_at timestamptz NOT NULL,
        thread text NOT NULL,
        heard_at timestamptz NOT NULL,
        record bytea NOT NULL,
        PRIMARY KEY (decision_id, digest))""",
    "CREATE INDEX decision_record_latest ON notify.decision_record (decision_id, ordinal DESC)",
    "CREATE INDEX decision_record_coalesced ON notify.decision_record (thread) WHERE status = 'coalesced'",
    """CREATE TABLE notify.notice (
        id text PRIMARY KEY,
        committee text NOT NULL,
        province text NOT NULL,
        city text NOT NULL,
        county text NOT NULL,
        tenant text NOT NULL,
        decision_id text NOT NULL,
        status text NOT NULL,
        known_at timestamptz NOT NULL,
        turn integer NOT NULL,
        recipient text NOT NULL,
        channel text NOT NULL,
        thread text NOT NULL,
        falls_due timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN
            ('created', 'sending', 'delivered', 'retrying', 'failed', 'ambiguous', 'suppressed')),
        why text NOT NULL,
        priority smallint NOT NULL,
        late boolean NOT NULL,
        created_at timestamptz NOT NULL,
        not_before timestamptz NOT NULL,
        attempt integer NOT NULL CHECK (attempt >= 0),
        doubtful boolean NOT NULL,
        released boolean NOT NULL,
        suppression text,
        error text NOT NULL,
        follows text REFERENCES notify.notice (id),
        folded_into text,
        revision integer NOT NULL,
        lease_until timestamptz,
        delivered_at timestamptz,
        acknowledged_at timestamptz,
        acknowledged_by text,
        CONSTRAINT notice_once UNIQUE (decision_id, status, turn, recipient, channel),
        CONSTRAINT notice_suppressed_for_a_reason CHECK ((state = 'suppressed') = (suppression IS NOT NULL)),
        CONSTRAINT notice_leased_while_sending CHECK ((state = 'sending') = (lease_until IS NOT NULL)))
        WITH (fillfactor = 70)""",
    """CREATE INDEX notice_waiting ON notify.notice (channel, priority, not_before, id)
        WHERE state IN ('created', 'retrying')""",
    "CREATE INDEX notice_leased ON notify.notice (lease_until) WHERE state = 'sending'",
    "CREATE INDEX notice_thread ON notify.notice (thread)",
    "CREATE INDEX notice_listed ON notify.notice (created_at DESC, id DESC)",
    "CREATE INDEX notice_unsettled ON notify.notice (state, created_at DESC, id DESC) WHERE state <> 'delivered'",
    """CREATE TABLE notify.attempt (
        notice_id text NOT NULL REFERENCES notify.notice (id),
        attempt integer NOT NULL CHECK (attempt > 0),
        seat text NOT NULL,
        holder text NOT NULL,
        address text NOT NULL,
        claimed_by text NOT NULL,
        began_at timestamptz NOT NULL,
        ended_at timestamptz,
        outcome text,
        answer text NOT NULL DEFAULT '',
        PRIMARY KEY (notice_id, attempt))""",
    # What people did about a notice: released it, settled it, acknowledged it.
    """CREATE TABLE notify.notice_act (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        notice_id text NOT NULL REFERENCES notify.notice (id),
        act text NOT NULL CHECK (act IN ('retried', 'settled', 'released', 'acknowledged')),
        author text NOT NULL CHECK (author <> ''),
        reason text NOT NULL,
        acted_at timestamptz NOT NULL)""",
    "CREATE INDEX notice_act_of ON notify.notice_act (notice_id, id)",
    # An address that its provider declared gone (HTTP 410) is not written to again until a person removes the row.
    """CREATE TABLE notify.gone_address (
        channel text NOT NULL,
        address text NOT NULL,
        since timestamptz NOT NULL,
        notice_id text NOT NULL,
        PRIMARY KEY (channel, address))""",
    """CREATE TABLE notify.roster (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        role text NOT NULL,
        unit text NOT NULL,
        seat text NOT NULL DEFAULT '',
        holder text NOT NULL,
        addresses jsonb NOT NULL,
        since timestamptz NOT NULL,
        until timestamptz CHECK (until > since),
        CONSTRAINT roster_once UNIQUE (role, unit, seat, since))""",
    """CREATE TABLE notify.silence (
        id uuid PRIMARY KEY,
        author text NOT NULL CHECK (author <> ''),
        reason text NOT NULL CHECK (reason <> ''),
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
        match jsonb NOT NULL,
        recipient text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL,
        lifted_at timestamptz,
        lifted_by text)""",
    "CREATE INDEX silence_by_end ON notify.silence (ends_at DESC, id)",
    """CREATE TABLE notify.tenant_rule (
        tenant text PRIMARY KEY,
        go_live date,
        shadow boolean,
        author text NOT NULL CHECK (author <> ''),
        reason text NOT NULL CHECK (reason <> ''),
        changed_at timestamptz NOT NULL)""",
    # The master switch is the newest row; the others say who threw it when, and why.
    """CREATE TABLE notify.master_switch (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        stopped boolean NOT NULL,
        author text NOT NULL CHECK (author <> ''),
        reason text NOT NULL CHECK (reason <> ''),
        thrown_at timestamptz NOT NULL)""",
    # One number that every change of the four tables above raises, so that workers know when to read them again.
    """CREATE TABLE notify.settings_version (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        version bigint NOT NULL)""",
    "INSERT INTO notify.settings_version (version) VALUES (1)",
    """CREATE FUNCTION notify.raise_settings_version() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE notify.settings_version SET version = version + 1;
            RETURN NULL;
        END $$""",
    *(
        f"""CREATE TRIGGER {table}_changes AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON notify.{table}
        FOR EACH STATEMENT EXECUTE FUNCTION notify.raise_settings_version()"""
        for table in ("roster", "silence", "tenant_rule", "master_switch", "gone_address")
    ),
    # The moves of services.notify.core.notice.TRANSITIONS; a test holds the two together.
    """CREATE FUNCTION notify.refuse_illegal_move() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.state = NEW.state OR (OLD.state || '>' || NEW.state) IN (
                'created>sending', 'created>suppressed', 'created>failed',
                'sending>delivered', 'sending>retrying', 'sending>failed', 'sending>ambiguous',
                'retrying>sending', 'retrying>suppressed', 'retrying>failed', 'retrying>delivered',
                'ambiguous>delivered', 'ambiguous>retrying', 'ambiguous>failed',
                'failed>retrying',
                'suppressed>created', 'suppressed>retrying')
            THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'notice %: no move from % to %', OLD.id, OLD.state, NEW.state
                USING ERRCODE = 'check_violation';
        END $$""",
    """CREATE TRIGGER notice_moves BEFORE UPDATE OF state ON notify.notice
        FOR EACH ROW EXECUTE FUNCTION notify.refuse_illegal_move()""",
)


def upgrade() -> None:
    runtime_tables.create(op, SCHEMA)
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    # Everything of the schema but the table in which the history of revisions is kept.
    op.execute(
        """DO $$ DECLARE name text; BEGIN
            FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'notify' AND tablename <> 'alembic_version'
            LOOP EXECUTE format('DROP TABLE notify.%I CASCADE', name); END LOOP;
        END $$"""
    )
    op.execute("DROP FUNCTION notify.raise_settings_version, notify.refuse_illegal_move")
