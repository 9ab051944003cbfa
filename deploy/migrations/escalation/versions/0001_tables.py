"""Create the tables of escalation: case files, armed deadlines, the facts as they came, decisions and their history."""

from alembic import op

from deploy.migrations import runtime_tables

revision = "0001"
down_revision = None

# The state of one case: a cache of its facts and decisions, folded again where its version differs from the code's.
# `waits` names what an open case waits for (clock, rectified, no_deadline, ..), empty where nothing does: that alarms.
# Room is left in the page for the next version of a row; it touches no index, so it is a HOT update. Small states stay
# in the row, large ones go beside it uncompressed: compressing costs more than the rest of the statement.
CASE_FILE = """CREATE TABLE case_file (
    committee text NOT NULL,
    key text COLLATE "C" NOT NULL,
    slot integer NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    province text NOT NULL,
    city text NOT NULL,
    county text NOT NULL,
    tenant text NOT NULL,
    state_version integer NOT NULL,
    state bytea NOT NULL,
    next_at timestamptz,
    waits text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (committee, key)) WITH (fillfactor = 60, toast_tuple_target = 4000)"""

# One armed clock per case: rows are only inserted and deleted, each with the case that it belongs to.
DEADLINE = """CREATE TABLE deadline (
    slot integer NOT NULL,
    fire_at timestamptz NOT NULL,
    committee text NOT NULL,
    key text COLLATE "C" NOT NULL,
    PRIMARY KEY (slot, fire_at, committee, key))
    WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 10000)"""

# Up to when time is known to have passed in a slot: the last tick that was used up.
FRONTIER = """CREATE TABLE frontier (
    slot integer PRIMARY KEY,
    ticked_at timestamptz NOT NULL) WITH (fillfactor = 50)"""

# Every fact as it came, once per case that it belongs to (key '' where no rule reads it), by the month it became known.
FACT = """CREATE TABLE fact (
    committee text NOT NULL,
    source text NOT NULL,
    event_id text NOT NULL,
    key text COLLATE "C" NOT NULL,
    slot integer NOT NULL,
    incarnation integer NOT NULL,
    number bigint NOT NULL,
    type text NOT NULL,
    happened_at timestamptz NOT NULL,
    known_at timestamptz NOT NULL,
    province text NOT NULL,
    city text NOT NULL,
    county text NOT NULL,
    tenant text NOT NULL,
    document bytea NOT NULL,
    PRIMARY KEY (committee, source, event_id, key, known_at)) PARTITION BY RANGE (known_at)"""

# Which cases once gave to a case: with their facts it can be folded again.
CONTRIBUTION = """CREATE TABLE contribution (
    committee text NOT NULL,
    key text COLLATE "C" NOT NULL,
    giver text COLLATE "C" NOT NULL,
    PRIMARY KEY (committee, key, giver))"""

# Where each decision stands now; `found_at` is the instant at which it was found to fall due.
DECISION = """CREATE TABLE decision (
    committee text NOT NULL,
    decision_id text NOT NULL,
    slot integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    province text NOT NULL,
    city text NOT NULL,
    county text NOT NULL,
    tenant text NOT NULL,
    level text NOT NULL,
    rule text NOT NULL,
    step text NOT NULL,
    measure text NOT NULL,
    status text NOT NULL,
    namespace text NOT NULL,
    subject_kind text NOT NULL,
    subject_id text NOT NULL,
    at timestamptz NOT NULL,
    known_at timestamptz NOT NULL,
    found_at timestamptz NOT NULL,
    record json NOT NULL,
    PRIMARY KEY (committee, decision_id)) WITH (fillfactor = 70)"""

# Every state that a decision had, in the order in which it was reached; `record` is what was announced.
DECISION_RECORD = """CREATE TABLE decision_record (
    committee text NOT NULL,
    decision_id text NOT NULL,
    event_id text NOT NULL,
    place bigint GENERATED ALWAYS AS IDENTITY,
    status text NOT NULL,
    at timestamptz NOT NULL,
    known_at timestamptz NOT NULL,
    record json NOT NULL,
    PRIMARY KEY (committee, decision_id, event_id))"""

# What people said through the API of a decision as it stood then: once, whatever happens until the word comes back.
WORD = """CREATE TABLE word (
    committee text NOT NULL,
    decision_id text NOT NULL,
    stood_at timestamptz NOT NULL,
    verdict text NOT NULL,
    said_by text NOT NULL,
    said_at timestamptz NOT NULL,
    PRIMARY KEY (committee, decision_id, stood_at))"""

# What is written and read whole costs more to compress than to keep (in CREATE TABLE only from PostgreSQL 16 on).
UNCOMPRESSED = (
    "ALTER TABLE case_file ALTER COLUMN state SET STORAGE EXTERNAL",
    "ALTER TABLE fact ALTER COLUMN document SET STORAGE EXTERNAL",
)

INDEXES = (
    "CREATE INDEX case_file_hazard ON case_file (id) WHERE kind = 'hazard'",
    "CREATE INDEX case_file_waiting ON case_file (committee) WHERE kind = 'correction'",
    "CREATE INDEX case_file_without_clock ON case_file (committee, key) WHERE waits = ''",
    "CREATE INDEX fact_case ON fact (committee, key)",
    "CREATE INDEX decision_newest ON decision (known_at, committee, decision_id)",
    "CREATE INDEX decision_case ON decision (committee, key)",
    "CREATE INDEX decision_subject ON decision (subject_id)",
    """CREATE INDEX decision_proposed ON decision (known_at, committee, decision_id)
        WHERE status IN ('proposed', 'questioned')""",
)


def upgrade() -> None:
    runtime_tables.create(op, "escalation")
    tables = (CASE_FILE, DEADLINE, FRONTIER, FACT, CONTRIBUTION, DECISION, DECISION_RECORD, WORD)
    for statement in (*tables, *UNCOMPRESSED, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP SCHEMA escalation CASCADE")
