"""Personal data of notices stand in the schema pii: who holds a seat, whom an attempt was for, which addresses are gone."""

from alembic import op

revision = "0007"
down_revision = "0006"

_UP = (
    """CREATE TABLE pii.seat_holder (
        seat_id bigint PRIMARY KEY REFERENCES notify.roster (id) ON DELETE CASCADE,
        holder text NOT NULL,
        addresses jsonb NOT NULL)""",
    "INSERT INTO pii.seat_holder (seat_id, holder, addresses) SELECT id, holder, addresses FROM notify.roster",
    """CREATE TRIGGER seat_holder_changes AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON pii.seat_holder
        FOR EACH STATEMENT EXECUTE FUNCTION notify.raise_settings_version()""",
    """CREATE TABLE pii.attempt_to (
        notice_id text NOT NULL,
        attempt integer NOT NULL,
        holder text NOT NULL,
        address text NOT NULL,
        PRIMARY KEY (notice_id, attempt),
        FOREIGN KEY (notice_id, attempt) REFERENCES notify.attempt (notice_id, attempt) ON DELETE CASCADE)""",
    """INSERT INTO pii.attempt_to (notice_id, attempt, holder, address)
        SELECT notice_id, attempt, holder, address FROM notify.attempt""",
    "CREATE INDEX attempt_to_holder ON pii.attempt_to (holder)",
    "ALTER TABLE notify.roster DROP holder, DROP addresses",
    "ALTER TABLE notify.attempt DROP holder, DROP address",
    "ALTER TABLE notify.gone_address SET SCHEMA pii",
)
_DOWN = (
    "ALTER TABLE pii.gone_address SET SCHEMA notify",
    "ALTER TABLE notify.attempt ADD holder text NOT NULL DEFAULT '', ADD address text NOT NULL DEFAULT ''",
    """UPDATE notify.attempt a SET holder = t.holder, address = t.address FROM pii.attempt_to t
        WHERE (t.notice_id, t.attempt) = (a.notice_id, a.attempt)""",
    "ALTER TABLE notify.attempt ALTER holder DROP DEFAULT, ALTER address DROP DEFAULT",
    "ALTER TABLE notify.roster ADD holder text NOT NULL DEFAULT '', ADD addresses jsonb NOT NULL DEFAULT '{}'",
    """UPDATE notify.roster r SET holder = h.holder, addresses = h.addresses FROM pii.seat_holder h
        WHERE h.seat_id = r.id""",
    "ALTER TABLE notify.roster ALTER holder DROP DEFAULT, ALTER addresses DROP DEFAULT",
    "DROP TABLE pii.seat_holder, pii.attempt_to",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)
