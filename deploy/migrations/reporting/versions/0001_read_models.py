"""Create the read models of reporting: facts as they came, hazards, decisions, notices, sites, totals.

Every key and index begins with its most selective column. With the committee first the planner, while it has no
statistics of a young table, takes an index by its useless prefix and reads the whole table for each row: measured,
a hundred times slower.
"""

from alembic import op

from deploy.migrations import runtime_tables

revision = "0001"
down_revision = None

# A fact is kept as it came. root_id is the event at the bottom of its chain of corrections (its own id for a fact that
# corrects nothing), so that a hazard's facts and all that corrects them are found without recursion.
FACT = """CREATE TABLE fact (
    committee text NOT NULL,
    source text NOT NULL,
    event_id text NOT NULL,
    root_id text NOT NULL,
    namespace text NOT NULL,
    hazard_id text,
    about text[],
    type text NOT NULL,
    tenant text NOT NULL,
    happened_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    known_at timestamptz NOT NULL,
    incarnation integer NOT NULL,
    number bigint NOT NULL,
    document bytea NOT NULL,
    PRIMARY KEY (event_id, source, committee))"""

# open and overdue are derived by the database itself: overdue can never be anything but a part of open.
HAZARD = """CREATE TABLE hazard (
    committee text NOT NULL,
    namespace text NOT NULL,
    hazard_id text NOT NULL,
    province text NOT NULL,
    city text NOT NULL,
    county text NOT NULL,
    tenant text NOT NULL,
    state text NOT NULL CHECK (state IN
        ('reported', 'handed_over', 'rectifying', 'rectified', 'failed', 'passed', 'closed', 'withdrawn')),
    level text NOT NULL CHECK (level IN ('general', 'major')),
    category text NOT NULL,
    criterion text NOT NULL,
    description text NOT NULL,
    sector text NOT NULL,
    found_by text NOT NULL,
    campaign text NOT NULL,
    site_id text NOT NULL,
    site_name text NOT NULL,
    address text NOT NULL,
    responsible_unit text NOT NULL,
    supervising_unit text NOT NULL,
    sources text[] NOT NULL,
    reports integer NOT NULL CHECK (reports > 0),
    original_due_at timestamptz,
    original_whole_day boolean,
    due_at timestamptz,
    due_whole_day boolean,
    later_deadline_ignored boolean NOT NULL,
    extensions integer NOT NULL,
    extensions_refused integer NOT NULL,
    suspended_at timestamptz,
    plan_target_date text,
    plan_filed_at timestamptz,
    reported_at timestamptz NOT NULL,
    handed_over_at timestamptz,
    escalated_up_at timestamptz,
    returned_at timestamptz,
    refused_at timestamptz,
    rectified_at timestamptz,
    passed_at timestamptz,
    failed_at timestamptz,
    failures integer NOT NULL,
    closed_at timestamptz,
    withdrawn_at timestamptz,
    done_at timestamptz,
    days_left integer,
    in_time boolean,
    historic boolean NOT NULL,
    known_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    overdue_since timestamptz,
    search text NOT NULL,
    open boolean NOT NULL GENERATED ALWAYS AS (state NOT IN ('closed', 'withdrawn')) STORED,
    overdue boolean NOT NULL GENERATED ALWAYS AS (
        overdue_since IS NOT NULL AND state IN ('reported', 'handed_over', 'rectifying', 'failed')) STORED,
    PRIMARY KEY (hazard_id, namespace, committee),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))) WITH (fillfactor = 80)"""

DECISION = """CREATE TABLE decision (
    committee text NOT NULL,
    decision_id text NOT NULL,
    namespace text NOT NULL,
    hazard_id text,
    province text NOT NULL,
    city text NOT NULL,
    county text NOT NULL,
    tenant text NOT NULL,
    level text NOT NULL,
    rule text NOT NULL,
    step text NOT NULL,
    measure text NOT NULL,
    status text NOT NULL,
    subject_kind text NOT NULL,
    subject_id text NOT NULL,
    at timestamptz NOT NULL,
    known_at timestamptz NOT NULL,
    first_known_at timestamptz NOT NULL,
    since timestamptz,
    stood boolean NOT NULL,
    historic boolean NOT NULL,
    incarnation integer NOT NULL,
    number bigint NOT NULL,
    document bytea NOT NULL,
    PRIMARY KEY (decision_id, committee)) WITH (fillfactor = 80)"""

DECISION_RECORD = """CREATE TABLE decision_record (
    committee text NOT NULL,
    source text NOT NULL,
    event_id text NOT NULL,
    decision_id text NOT NULL,
    status text NOT NULL,
    at timestamptz NOT NULL,
    known_at timestamptz NOT NULL,
    incarnation integer NOT NULL,
    number bigint NOT NULL,
    document bytea NOT NULL,
    PRIMARY KEY (event_id, source, committee))"""

NOTICE = """CREATE TABLE notice (
    committee text NOT NULL,
    notice_id text NOT NULL,
    province text NOT NULL,
    city text NOT NULL,
    county text NOT NULL,
    tenant text NOT NULL,
    channel text NOT NULL,
    recipient text NOT NULL,
    state text NOT NULL,
    attempt integer NOT NULL,
    suppression text,
    at timestamptz NOT NULL,
    incarnation integer NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (notice_id, committee)) WITH (fillfactor = 80)"""

NOTICE_RECORD = """CREATE TABLE notice_record (
    committee text NOT NULL,
    source text NOT NULL,
    event_id text NOT NULL,
    notice_id text NOT NULL,
    at timestamptz NOT NULL,
    incarnation integer NOT NULL,
    number bigint NOT NULL,
    document bytea NOT NULL,
    PRIMARY KEY (event_id, source, committee))"""

NOTICE_DECISION = """CREATE TABLE notice_decision (
    committee text NOT NULL,
    decision_id text NOT NULL,
    notice_id text NOT NULL,
    PRIMARY KEY (decision_id, notice_id, committee))"""

SITE = """CREATE TABLE site (
    committee text NOT NULL,
    namespace text NOT NULL,
    site_id text NOT NULL,
    name text NOT NULL,
    address text NOT NULL,
    kind text NOT NULL,
    sector text NOT NULL,
    supervising_unit text NOT NULL,
    registered boolean NOT NULL,
    said_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    source text NOT NULL,
    event_id text NOT NULL,
    PRIMARY KEY (site_id, namespace, committee))"""

# The sums are kept by the transactions that change the rows; a gauge compares them with the rows.
TALLY = """CREATE TABLE tally (
    committee text NOT NULL,
    province text NOT NULL,
    city text NOT NULL,
    county text NOT NULL,
    tenant text NOT NULL,
    sector text NOT NULL,
    level text NOT NULL,
    state text NOT NULL,
    overdue boolean NOT NULL,
    hazards bigint NOT NULL,
    PRIMARY KEY (tenant, sector, level, state, overdue, committee)) WITH (fillfactor = 50)"""

FRONTIER = """CREATE TABLE frontier (
    slot integer PRIMARY KEY,
    ticked_at timestamptz NOT NULL) WITH (fillfactor = 50)"""

EXPORTER = """CREATE TABLE exporter (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    owner text NOT NULL,
    until timestamptz NOT NULL)"""

INDEXES = (
    "CREATE INDEX fact_hazard ON fact (hazard_id, namespace, committee) WHERE hazard_id IS NOT NULL",
    "CREATE INDEX fact_about ON fact USING gin (about) WHERE about IS NOT NULL",
    "CREATE INDEX fact_correction ON fact (root_id, source, committee) WHERE root_id <> event_id",
    "CREATE INDEX hazard_newest ON hazard (reported_at DESC, committee, namespace, hazard_id)",
    "CREATE INDEX hazard_county_newest ON hazard (county, reported_at DESC, committee, namespace, hazard_id)",
    "CREATE INDEX hazard_worst ON hazard (overdue_since, committee, namespace, hazard_id) WHERE overdue",
    "CREATE INDEX hazard_site ON hazard (site_id, namespace, committee)",
    "CREATE INDEX decision_hazard ON decision (hazard_id, namespace, committee) WHERE hazard_id IS NOT NULL",
    "CREATE INDEX decision_news ON decision (first_known_at DESC, committee, decision_id)",
    "CREATE INDEX decision_record_decision ON decision_record (decision_id, committee)",
    "CREATE INDEX notice_record_notice ON notice_record (notice_id, committee)",
)


def upgrade() -> None:
    runtime_tables.create(op, "reporting")
    for statement in (FACT, HAZARD, DECISION, DECISION_RECORD, NOTICE, NOTICE_RECORD, NOTICE_DECISION, SITE, TALLY):
        op.execute(statement)
    for statement in (FRONTIER, EXPORTER, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP SCHEMA reporting CASCADE")
