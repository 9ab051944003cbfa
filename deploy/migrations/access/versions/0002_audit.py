"""The audit: an entry for each act of a person, chained by hashes by the database itself; nobody changes or removes one."""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = (
    # One chain for each tenant: counties do not wait for one another, and each can check its own. '*' is the chain of
    # the whole installation. `seq` has no gaps within a chain: it is taken under the lock of that chain's head. `hash`
    # is over `prev` and the entry, as the function writes it and `runtime/access/chain.py` computes it again.
    """CREATE TABLE access.audit (
        tenant text COLLATE "C" NOT NULL CHECK (tenant ~ '^([0-9]{2,12}|[*])$'),
        seq bigint NOT NULL,
        at timestamptz NOT NULL,
        actor text NOT NULL CHECK (actor <> ''),
        act text NOT NULL CHECK (act <> ''),
        object text NOT NULL,
        detail text NOT NULL,
        province text NOT NULL,
        city text NOT NULL,
        county text NOT NULL,
        prev bytea NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (tenant, seq))""",
    "CREATE INDEX audit_at ON access.audit (at)",
    "CREATE INDEX audit_actor ON access.audit (actor, at)",
    """CREATE TABLE access.audit_head (
        tenant text COLLATE "C" PRIMARY KEY,
        seq bigint NOT NULL,
        hash bytea NOT NULL,
        province text NOT NULL,
        city text NOT NULL,
        county text NOT NULL)""",
    # Every field is written with its length before it, so that no two entries are written alike.
    """CREATE FUNCTION access.audit_line(fields text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT string_agg(length(field) || ':' || field, ',' ORDER BY place)
        FROM unnest(fields) WITH ORDINALITY AS told (field, place) $$""",
    # `place` is province, city, county and tenant. A chain that opens is noted in the installation's, so that a whole
    # chain that vanishes is missed.
    """CREATE FUNCTION access.note(who text, what text, about text, more text, place text[]) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = access, pg_temp SET timezone = 'UTC' AS $$
        DECLARE
            whose text := place[4]; head access.audit_head; opened boolean; moment timestamptz; line text; sum bytea;
        BEGIN
            INSERT INTO access.audit_head (tenant, seq, hash, province, city, county)
            VALUES (whose, 0, sha256(convert_to('bihuan audit ' || whose, 'UTF8')), place[1], place[2], place[3])
            ON CONFLICT DO NOTHING RETURNING true INTO opened;
            SELECT * INTO head FROM access.audit_head WHERE tenant = whose FOR UPDATE;
            moment := clock_timestamp();
            line := access.audit_line(ARRAY[(head.seq + 1)::text, to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS.US'),
                who, what, about, more, place[1], place[2], place[3], whose]);
            sum := sha256(head.hash || convert_to(line, 'UTF8'));
            INSERT INTO access.audit (tenant, seq, at, actor, act, object, detail, province, city, county, prev, hash)
            VALUES (whose, head.seq + 1, moment, who, what, about, more, place[1], place[2], place[3], head.hash, sum);
            UPDATE access.audit_head SET seq = head.seq + 1, hash = sum WHERE tenant = whose;
            IF opened AND whose <> '*' THEN
                PERFORM access.note('bihuan', 'chain opened', whose, '', ARRAY['', '', '', '*']);
            END IF;
            RETURN head.seq + 1;
        END $$""",
    "REVOKE EXECUTE ON FUNCTION access.note(text, text, text, text, text[]) FROM PUBLIC",
    """CREATE FUNCTION access.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege'; END $$""",
    """CREATE FUNCTION access.head_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.tenant = OLD.tenant AND NEW.seq = OLD.seq + 1 THEN RETURN NEW; END IF;
            RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
        END $$""",
    """CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access.audit
        FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change()""",
    """CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON access.audit_head
        FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change()""",
    """CREATE TRIGGER moves_on BEFORE UPDATE ON access.audit_head
        FOR EACH ROW EXECUTE FUNCTION access.head_moves_on()""",
    # Also in a session that plays a replica.
    "ALTER TABLE access.audit ENABLE ALWAYS TRIGGER append_only",
    "ALTER TABLE access.audit_head ENABLE ALWAYS TRIGGER append_only",
    "ALTER TABLE access.audit_head ENABLE ALWAYS TRIGGER moves_on",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE access.audit, access.audit_head")
    op.execute("DROP FUNCTION access.note, access.audit_line, access.refuse_change, access.head_moves_on")
