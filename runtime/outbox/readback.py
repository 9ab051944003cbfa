"""Read back what the log has of a service and its database has not: after a restore from an older copy, and only then.

The relay makes a number durable before it publishes under it. So a record with a number above the database's mark was
published by a database that is not this one any more.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from runtime import codec
from runtime.errors import Unavailable
from runtime.outbox import rows
from runtime.settings import ProcessSettings

if TYPE_CHECKING:
    from kafka import KafkaConsumer, TopicPartition

    from runtime.database import Database

POLL_MS = 500
PATIENCE = 40  # polls without a record until the broker counts as away
_NOTHING = (0, 0)


def unknown_records(
    settings: ProcessSettings, database: "Database", *, topic: str, slots: int, incarnation: int
) -> Iterator[bytes]:
    """The documents of a topic, slot by slot and in order, that this database does not know to have published.

    `incarnation` is the one in which the database's marks were given: that of the last reading back, or the first one,
    never the one that a restore has just begun. Raises `Unavailable` where the broker does not answer.
    """
    from kafka import TopicPartition
    from kafka.errors import KafkaError

    from runtime import broker

    reader = broker.consumer(settings, client_id="readback")
    try:
        ranges = broker.ranges(reader, [TopicPartition(topic, slot) for slot in range(slots)])
        with database.begin() as work:  # after the ends: what another process publishes meanwhile is below its mark
            marks = rows.marks(work, topic)
        for partition, (first, end) in ranges.items():
            yield from _slot(reader, partition, first, end, (incarnation, marks.get(partition.partition, 0)))
    except KafkaError as error:
        raise Unavailable(f"the log cannot be read back: {error!r}") from error
    finally:
        reader.close()


def _slot(
    reader: "KafkaConsumer", partition: "TopicPartition", first: int, end: int, mark: tuple[int, int]
) -> Iterator[bytes]:
    """What lies above the mark; its place is found by halves, for a slot may hold years."""
    low, high = first, end
    while low < high:
        middle = (low + high) // 2
        found = next(_documents(reader, partition, middle, end), None)
        if found is not None and _number(found[1]) <= mark:
            low = found[0] + 1
        else:
            high = middle
    for _, document in _documents(reader, partition, low, end):
        if _number(document) > mark:
            yield document


def _documents(
    reader: "KafkaConsumer", partition: "TopicPartition", begin: int, end: int
) -> Iterator[tuple[int, bytes]]:
    """(offset, document) of what the relay wrote from `begin` on, up to `end`; markers of transactions take offsets."""
    reader.assign([partition])
    reader.seek(partition, begin)
    silent = 0
    while reader.position(partition) < end:
        records = reader.poll(timeout_ms=POLL_MS).get(partition, [])
        silent = 0 if records else silent + 1
        if silent > PATIENCE:
            raise Unavailable(
                f"{partition.topic}/{partition.partition} stopped at {reader.position(partition)} of {end}"
            )
        for record in records:
            if record.offset < end and record.value is not None and codec.sequence_of(record.value) is not None:
                yield record.offset, record.value


def _number(document: bytes) -> tuple[int, int]:
    return codec.sequence_of(document) or _NOTHING
