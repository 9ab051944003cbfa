"""Offer sums of everything to Grafana's own reader: views without a name, an address or a word that anybody wrote.

Grafana cannot limit a person to a county, so its reader sees no row of a hazard, a person or a letter, only how many there
are. The views are made anew with each migration; nothing of ours reads them.
"""

import hashlib
from typing import Final

from psycopg import Connection, sql

from deploy.isolation import READER, patiently

SCHEMA: Final = "aggregates"

# A day is one of Shanghai. Codes name areas; `sector` and `rule` are words of the product's own vocabulary.
VIEWS: Final = {
    "hazards": """SELECT city, county, sector, level, state, overdue, sum(hazards)::bigint AS hazards
        FROM reporting.tally GROUP BY 1, 2, 3, 4, 5, 6""",
    "overdue_by_age": """SELECT city, county, level,
            width_bucket(extract(epoch FROM now() - overdue_since) / 86400, ARRAY[1, 3, 7, 15, 30, 90]) AS bucket,
            count(*) AS hazards
        FROM reporting.hazard WHERE overdue GROUP BY 1, 2, 3, 4""",
    "closed_by_month": """SELECT date_trunc('month', closed_at AT TIME ZONE 'Asia/Shanghai')::date AS month, city, county,
            level, count(*) AS closed, count(*) FILTER (WHERE in_time) AS in_time,
            count(*) FILTER (WHERE in_time IS NOT NULL) AS with_deadline
        FROM reporting.hazard WHERE closed_at IS NOT NULL GROUP BY 1, 2, 3, 4""",
    "reported_by_day": """SELECT (reported_at AT TIME ZONE 'Asia/Shanghai')::date AS day, city, county, level,
            count(*) AS hazards FROM reporting.hazard GROUP BY 1, 2, 3, 4""",
    "decisions_by_day": """SELECT (at AT TIME ZONE 'Asia/Shanghai')::date AS day, city, county, level, rule, measure, status,
            count(*) AS decisions FROM reporting.decision GROUP BY 1, 2, 3, 4, 5, 6, 7""",
    "notices_by_day": """SELECT (at AT TIME ZONE 'Asia/Shanghai')::date AS day, city, county, channel, state,
            count(*) AS notices FROM reporting.notice GROUP BY 1, 2, 3, 4, 5""",
    "sources_by_day": """SELECT d.day, a.slug AS source, sum(d.accepted)::bigint AS accepted,
            sum(d.duplicate)::bigint AS duplicate, sum(d.conflict)::bigint AS conflict,
            sum(d.rejected)::bigint AS rejected, sum(d.late)::bigint AS late
        FROM intake.heard_day d JOIN intake.source_attribute a ON a.attribute = d.source GROUP BY 1, 2""",
}


def drop(connection: Connection[tuple[object, ...]]) -> None:
    """Take the views away, so that a migration may change what they read."""
    patiently(connection, [sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(SCHEMA))])


def apply(connection: Connection[tuple[object, ...]]) -> None:
    """Make the views anew where they are not what stands above; the reader has a right to nothing else."""
    schema, reader = sql.Identifier(SCHEMA), sql.Identifier(READER)
    mark = hashlib.sha256(repr(sorted(VIEWS.items())).encode()).hexdigest()
    if mark == _marked(connection):
        return
    statements = [
        sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema),
        sql.SQL("CREATE SCHEMA {}").format(schema),
        sql.SQL("COMMENT ON SCHEMA {} IS {}").format(schema, sql.Literal(mark)),
        sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, reader),
    ]
    for name, query in VIEWS.items():
        view = sql.Identifier(SCHEMA, name)
        statements.append(sql.SQL("CREATE VIEW {} AS {}").format(view, sql.SQL(query)))
        statements.append(sql.SQL("GRANT SELECT ON {} TO {}").format(view, reader))
    patiently(connection, statements)


def _marked(connection: Connection[tuple[object, ...]]) -> object:
    row = connection.execute("SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", (SCHEMA,)).fetchone()
    return row[0] if row else None
