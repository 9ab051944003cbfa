"""Keep buckets that all API processes draw from: of keys, and of senders of tip-offs."""

from typing import Final, NamedTuple

from psycopg import sql

from runtime.database import Work
from services.intake.core.quota import Bucket, Quota, draw
from services.intake.core.tip_offs.senders import FULL_AGAIN


class Buckets(NamedTuple):
    """A table of buckets, and the column that names each."""

    table: str
    name: str


OF_KEYS: Final = Buckets("key_quota", "prefix")
OF_SENDERS: Final = Buckets("sender_quota", "sender")


def draw_tokens(
    work: Work, buckets: Buckets, name: str | bytes, quota: Quota, amount: int, spare: int = 0
) -> tuple[int, float]:
    """Take `amount` out of a bucket, and up to `spare` more for later where there is enough.

    Returns how much was taken and 0, or 0 and the seconds to wait. The bucket is held until the transaction ends; its
    clock is the database's.
    """
    named = {"table": sql.Identifier(buckets.table), "name": sql.Identifier(buckets.name)}
    row = work.connection.execute(
        sql.SQL(
            """INSERT INTO {table} AS q VALUES (%s, %s, clock_timestamp()) ON CONFLICT ({name}) DO UPDATE SET {name} = q.{name}
            RETURNING q.tokens, extract(epoch FROM q.at)::float8, extract(epoch FROM clock_timestamp())::float8"""
        ).format(**named),
        (name, quota.burst),
    ).fetchone()
    if row is None:
        raise AssertionError("INSERT .. RETURNING gave no row")
    tokens, at, now = row
    taken = amount + spare
    after, wait = draw(Bucket(tokens, at), quota, taken, now)
    if wait:
        taken = amount
        after, wait = draw(Bucket(tokens, at), quota, taken, now)
    if wait:
        return 0, wait
    work.connection.execute(
        sql.SQL("UPDATE {table} SET tokens = %s, at = to_timestamp(%s) WHERE {name} = %s").format(**named),
        (after.left, after.at, name),
    )
    return taken, 0.0


def forget_senders(work: Work) -> int:
    """Remove the buckets of senders that are full again: nothing of a sender stays longer; returns how many."""
    return work.connection.execute("DELETE FROM sender_quota WHERE at < now() - %s", (FULL_AGAIN,)).rowcount
