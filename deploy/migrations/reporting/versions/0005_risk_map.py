"""Place sites on a map, and keep what another platform has still to be told.

Sites that are there already get their coordinates by `bihuan reporting rebuild`.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

SITE = """ALTER TABLE site
    ADD COLUMN lon double precision,
    ADD COLUMN lat double precision,
    ADD COLUMN coord_sys text NOT NULL DEFAULT ''"""

# One row for each hazard that changed since it was told; `version` grows with each change, so that a change during an
# attempt is told again. `changed_at` is when the oldest change not yet told became known: the lag.
PUSH = """CREATE TABLE risk_push (
    committee text NOT NULL,
    namespace text NOT NULL,
    hazard_id text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    changed_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    error text NOT NULL DEFAULT '',
    PRIMARY KEY (hazard_id, namespace, committee)) WITH (fillfactor = 60)"""

# Which platform is told: another address knows nothing yet and is told of all that is open.
PLATFORM = """CREATE TABLE risk_platform (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    address text NOT NULL,
    since timestamptz NOT NULL)"""

INDEXES = ("CREATE INDEX risk_push_next ON risk_push (next_at)",)


def upgrade() -> None:
    for statement in (SITE, PUSH, PLATFORM, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE risk_push, risk_platform")
    op.execute("ALTER TABLE site DROP COLUMN lon, DROP COLUMN lat, DROP COLUMN coord_sys")
