"""Persons whose identity is protected: a key of their own, what is sealed under it, and who looked at it."""

from alembic import op

revision = "0001"
down_revision = None

_STATEMENTS = (
    # `handle` is random and stands everywhere else in place of the person. Without `wrapped` nothing of them opens.
    """CREATE TABLE pii.person (
        handle uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind ~ '^[a-z]+$'),
        province text NOT NULL, city text NOT NULL, county text NOT NULL, tenant text NOT NULL,
        master text,
        wrapped bytea,
        kept_at timestamptz NOT NULL,
        erased_at timestamptz,
        erased_by text,
        erased_why text,
        CHECK ((wrapped IS NULL) = (master IS NULL) AND (wrapped IS NULL) = (erased_at IS NOT NULL)))""",
    "CREATE INDEX person_master ON pii.person (master) WHERE wrapped IS NOT NULL",
    """CREATE TABLE pii.sealed (
        handle uuid NOT NULL REFERENCES pii.person,
        name text NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (handle, name))""",
    """CREATE TABLE pii.opening (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        handle uuid NOT NULL REFERENCES pii.person,
        at timestamptz NOT NULL,
        "by" text NOT NULL,
        what text NOT NULL,
        reason text NOT NULL CHECK (reason <> ''))""",
    "CREATE INDEX opening_of ON pii.opening (handle, at)",
    # What is on record stays: not even the owner changes or removes a row without taking the trigger away first.
    """CREATE FUNCTION pii.stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'pii.opening is append-only'; END $$""",
    """CREATE TRIGGER opening_stays BEFORE UPDATE OR DELETE ON pii.opening
        FOR EACH ROW EXECUTE FUNCTION pii.stays()""",
    """CREATE TRIGGER opening_stays_whole BEFORE TRUNCATE ON pii.opening
        FOR EACH STATEMENT EXECUTE FUNCTION pii.stays()""",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE pii.opening, pii.sealed, pii.person")
    op.execute("DROP FUNCTION pii.stays")
