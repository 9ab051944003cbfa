"""Count by day and by cause, for trends: kept by the transactions that change the hazards, as the sums are."""

from alembic import op

revision = "0003"
down_revision = "0002"

# `open` and `overdue` of a day are those reported that day that still are so; the other numbers happened that day.
FLOW = """CREATE TABLE flow (
    committee text NOT NULL,
    province text NOT NULL,
    city text NOT NULL,
    county text NOT NULL,
    tenant text NOT NULL,
    day date NOT NULL,
    reported bigint NOT NULL,
    open bigint NOT NULL,
    overdue bigint NOT NULL,
    closed bigint NOT NULL,
    in_time bigint NOT NULL,
    late bigint NOT NULL,
    PRIMARY KEY (day, tenant, committee)) WITH (fillfactor = 70)"""

CAUSE = """CREATE TABLE cause (
    committee text NOT NULL,
    province text NOT NULL,
    city text NOT NULL,
    county text NOT NULL,
    tenant text NOT NULL,
    month date NOT NULL,
    category text NOT NULL,
    reported bigint NOT NULL,
    open bigint NOT NULL,
    overdue bigint NOT NULL,
    PRIMARY KEY (month, tenant, category, committee)) WITH (fillfactor = 70)"""

DAY = "({} AT TIME ZONE 'Asia/Shanghai')::date"
PLACE = "committee, province, city, county, tenant"

FLOWS = f"""INSERT INTO flow SELECT {PLACE}, day, sum(reported), sum(open), sum(overdue), sum(closed), sum(in_time),
        sum(late) FROM (
    SELECT {PLACE}, {DAY.format("reported_at")} AS day, 1 AS reported, open::int AS open, overdue::int AS overdue,
        0 AS closed, 0 AS in_time, 0 AS late FROM hazard
    UNION ALL SELECT {PLACE}, {DAY.format("closed_at")}, 0, 0, 0, 1, 0, 0 FROM hazard WHERE closed_at IS NOT NULL
    UNION ALL SELECT {PLACE}, {DAY.format("done_at")}, 0, 0, 0, 0, in_time::int, (NOT in_time)::int FROM hazard
        WHERE done_at IS NOT NULL AND in_time IS NOT NULL) moved GROUP BY {PLACE}, day"""

CAUSES = f"""INSERT INTO cause SELECT {PLACE}, date_trunc('month', {DAY.format("reported_at")})::date AS month, category,
    count(*), count(*) FILTER (WHERE open), count(*) FILTER (WHERE overdue) FROM hazard
    GROUP BY {PLACE}, month, category"""

INDEXES = (
    "CREATE INDEX flow_open ON flow (day) WHERE open <> 0",
    """CREATE INDEX decision_came_back ON decision (first_known_at)
        WHERE rule IN ('repeat_offence', 'recurrence') AND stood""",
)


def upgrade() -> None:
    for statement in (FLOW, CAUSE, FLOWS, CAUSES, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX decision_came_back")
    op.execute("DROP TABLE flow, cause")
