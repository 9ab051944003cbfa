"""What a handler is given and what it answers: whole batches of records of the slots this worker owns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from runtime.database import Work


class Record(NamedTuple):
    """One record as the broker keeps it; `timestamp_ms` is its append time (Unix milliseconds)."""

    topic: str
    slot: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class SlotBatch:
    """The next records of one slot, at least one, in order; `epoch` is its owner's, and another after each assignment."""

    topic: str
    slot: int
    records: tuple[Record, ...]
    epoch: int = 0


class Handler(Protocol):
    """What a service does with records. Called in one thread; one call is one transaction."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics to read, fixed for the life of the process."""
        ...

    def handle(self, work: Work, batches: Sequence[SlotBatch]) -> Mapping[tuple[str, int], int]:
        """Apply the records inside `work`, in which the positions are already compared and set.

        Returns {} or, for a slot whose last tick is not used up, {(topic, slot): offset to stay at}: everything before
        that offset is applied, the record at it will be handed over again. The call may be repeated with the same
        records after a rollback, so nothing but the transaction may change. What a handler remembers of a slot's rows
        it may use as long as the epoch is the same, and only if it was committed (`Work.once_committed`).

        Raises `Rejected` when a record is poison (the consumer finds it and parks it), `NewerVersion` to hold the slot,
        `Unavailable` and `Conflict` to be called again; anything else is a defect.
        """
        ...

    def key_slot(self, record: Record) -> int | None:
        """The slot this record's key belongs to, or None where the key says nothing (no key, a tick)."""
        ...
