"""What digests, quiet hours, the acknowledgement clock and the providers' limits ask of a notice."""

from alembic import op

revision = "0002"
down_revision = "0001"

_UP = (
    """ALTER TABLE notify.notice
        ADD rule text, ADD measure text, ADD level text, ADD about text,
        ADD waits boolean NOT NULL DEFAULT false,
        ADD acknowledge_by timestamptz, ADD fell_back_at timestamptz""",
    """UPDATE notify.notice n SET rule = r.said->>'rule', measure = r.said->>'measure', level = r.said->>'level',
        about = concat_ws(E'\\x1f', r.said->>'committee', r.said->'subject'->>'kind', r.said->'subject'->>'id')
        FROM (SELECT DISTINCT ON (decision_id) decision_id, convert_from(record, 'UTF8')::jsonb AS said
            FROM notify.decision_record ORDER BY decision_id, ordinal DESC) r
        WHERE r.decision_id = n.decision_id""",
    """ALTER TABLE notify.notice ALTER rule SET NOT NULL, ALTER measure SET NOT NULL, ALTER level SET NOT NULL,
        ALTER about SET NOT NULL""",
    """CREATE INDEX notice_joining ON notify.notice (channel, recipient, rule, status, priority, not_before)
        WHERE state IN ('created', 'retrying')""",
    "CREATE INDEX notice_listing ON notify.notice (about, recipient) WHERE measure = 'listed_supervision'",
    """CREATE INDEX notice_unacknowledged ON notify.notice (acknowledge_by)
        WHERE acknowledge_by IS NOT NULL AND acknowledged_at IS NULL AND fell_back_at IS NULL""",
    "ALTER TABLE notify.attempt ADD message text NOT NULL DEFAULT ''",
    "UPDATE notify.attempt SET message = notice_id",
    # One row for each message that counts against its provider's limit; `place` is a hash of the address.
    """CREATE TABLE notify.pace (
        channel text NOT NULL,
        place text NOT NULL,
        message text NOT NULL,
        began_at timestamptz NOT NULL,
        ended_at timestamptz,
        PRIMARY KEY (channel, message))""",
    "CREATE INDEX pace_of ON notify.pace (channel, place, began_at)",
    # Places whose provider asked to be left alone for a while.
    """CREATE TABLE notify.pause (
        channel text NOT NULL,
        place text NOT NULL,
        until timestamptz NOT NULL,
        PRIMARY KEY (channel, place))""",
    "ALTER TABLE notify.notice_act DROP CONSTRAINT notice_act_act_check",
    """ALTER TABLE notify.notice_act ADD CONSTRAINT notice_act_act_check
        CHECK (act IN ('retried', 'settled', 'released', 'acknowledged', 'fell_back'))""",
)
_DOWN = (
    "DROP TABLE notify.pace, notify.pause",
    "ALTER TABLE notify.attempt DROP message",
    "DELETE FROM notify.notice_act WHERE act = 'fell_back'",
    "ALTER TABLE notify.notice_act DROP CONSTRAINT notice_act_act_check",
    """ALTER TABLE notify.notice_act ADD CONSTRAINT notice_act_act_check
        CHECK (act IN ('retried', 'settled', 'released', 'acknowledged'))""",
    """ALTER TABLE notify.notice DROP rule, DROP measure, DROP level, DROP about, DROP waits, DROP acknowledge_by,
        DROP fell_back_at""",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)
