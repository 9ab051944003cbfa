"""Let one worker of several export the gauges: a lease that a dead holder loses by itself."""

from datetime import timedelta

from runtime.database import Work


def hold(work: Work, owner: str, term: timedelta) -> bool:
    """Take or renew the lease for `term` by the database's clock; False while another holds it."""
    row = work.connection.execute(
        """INSERT INTO exporter AS e (owner, until) VALUES (%(owner)s, clock_timestamp() + %(term)s)
        ON CONFLICT (only_row) DO UPDATE SET owner = excluded.owner, until = excluded.until
        WHERE e.owner = excluded.owner OR e.until < clock_timestamp() RETURNING owner""",
        {"owner": owner, "term": term},
    ).fetchone()
    return row is not None
