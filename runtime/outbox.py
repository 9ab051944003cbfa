"""Announce facts as rows of the transaction that makes them; the relay publishes them later, numbered, in order."""

from collections.abc import Iterable
from dataclasses import dataclass

from runtime.database import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One fact to be published: a JSON document (bytes that end in `}`) without `acceptedtime` and `sequence`."""

    topic: str
    slot: int
    key: bytes
    value: bytes


def announce(work: Work, facts: Iterable[Outgoing]) -> None:
    """Write them to the outbox in their order, inside the caller's transaction."""
    rows = list(facts)
    if not rows:
        return
    with work.connection.cursor(binary=True) as cursor:
        cursor.execute(
            """INSERT INTO outbox (topic, slot, key, value)
            SELECT topic, slot, key, value
            FROM unnest(%b::text[], %b::int4[], %b::bytea[], %b::bytea[]) WITH ORDINALITY AS u(topic, slot, key, value, n)
            ORDER BY n""",
            (
                [row.topic for row in rows],
                [row.slot for row in rows],
                [row.key for row in rows],
                [row.value for row in rows],
            ),
        )
