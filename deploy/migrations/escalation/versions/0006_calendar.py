"""Keep what changed a committee's calendar, and the journal of the dates that moved by it."""

from alembic import op

revision = "0006"
down_revision = "0005"

# `document` is the fact as it came. `reached` is the last case (its key) that was counted anew, `done` whether all were:
# the slot stays at the fact until then.
CHANGE = """CREATE TABLE calendar_change (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    committee text NOT NULL,
    source text NOT NULL,
    event_id text NOT NULL,
    known_at timestamptz NOT NULL,
    document bytea NOT NULL,
    reached text COLLATE "C" NOT NULL DEFAULT '',
    done boolean NOT NULL DEFAULT false,
    UNIQUE (committee, source, event_id))"""

# One date of one case, as it was and as it is; `firm_*`: whether a notice to come could still move it.
JOURNAL = """CREATE TABLE recounted (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    committee text NOT NULL,
    key text COLLATE "C" NOT NULL,
    rule text NOT NULL,
    change bigint NOT NULL REFERENCES calendar_change,
    province text NOT NULL,
    city text NOT NULL,
    county text NOT NULL,
    tenant text NOT NULL,
    before_at timestamptz,
    before_firm boolean NOT NULL,
    after_at timestamptz,
    after_firm boolean NOT NULL,
    UNIQUE (committee, key, rule, change))"""


def upgrade() -> None:
    for statement in (CHANGE, JOURNAL, "CREATE INDEX recounted_change ON recounted (change, place)"):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE recounted, calendar_change")
