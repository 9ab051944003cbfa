"""Say since when the Kafka door has a backlog: the append time of the oldest record that is not taken in yet."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from runtime.database import Database
from runtime.errors import Unavailable
from services.intake.store import clock

#: Milliseconds to wait for the one record that says how old a backlog is.
POLL_MS = 2_000
_JUST_BEFORE = timedelta(milliseconds=1)


class LogReader(Protocol):
    """What is used of kafka-python's consumer; read_committed, so that the end is that of settled transactions."""

    def partitions_for_topic(self, topic: str) -> Collection[int] | None:
        """The partitions of a topic, None where there is no such topic."""
        ...

    def beginning_offsets(self, partitions: list[Any]) -> Mapping[Any, int]:
        """The first offset still kept."""
        ...

    def end_offsets(self, partitions: list[Any]) -> Mapping[Any, int]:
        """The offset after the last settled record."""
        ...

    def assign(self, partitions: list[Any]) -> None:
        """Read these partitions and no others."""
        ...

    def seek(self, partition: Any, offset: int) -> None:
        """Read on from an offset."""
        ...

    def position(self, partition: Any) -> int | None:
        """The next offset to be read."""
        ...

    def poll(self, timeout_ms: int, max_records: int) -> Mapping[Any, list[Any]]:
        """Some next records."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class Backlog:
    """Compares the positions in the database with the ends of the log; used by one thread at a time.

    `open_reader` makes a reader (again after a fault), `partition` names one.
    """

    def __init__(
        self,
        *,
        database: Database,
        topics: Iterable[str],
        open_reader: Callable[[], LogReader],
        partition: Callable[[str, int], Hashable],
    ) -> None:
        self._database = database
        self._topics = tuple(topics)
        self._open = open_reader
        self._partition = partition
        self._reader: LogReader | None = None

    def oldest(self) -> datetime | None:
        """Return an instant just before the oldest record not taken in was appended, or None where all are.

        Raises `Unavailable` when broker or database do not say. The ends are read before the positions: a position at
        or above an end says that everything appended before this call is committed with us.
        """
        try:
            if self._reader is None:
                self._reader = self._open()
            ends = self._ends(self._reader)
            with self._database.begin() as work:
                positions = clock.positions(work, self._topics)
            behind = [(at, positions.get(at)) for at, end in ends.items() if positions.get(at, 0) < end]
            found = [self._append_time(self._reader, at, offset, ends[at]) for at, offset in behind]
        except Exception as error:  # whatever the client meets, the log does not say, and time waits
            self.close()
            raise Unavailable(f"the log does not say how far it reaches: {error!r}") from error
        return min((instant for instant in found if instant is not None), default=None)

    def close(self) -> None:
        """Close the reader; the next call opens another."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _ends(self, reader: LogReader) -> dict[tuple[str, int], int]:
        slots = [(topic, slot) for topic in self._topics for slot in sorted(reader.partitions_for_topic(topic) or ())]
        ends = reader.end_offsets([self._partition(*slot) for slot in slots]) if slots else {}
        return {slot: ends[self._partition(*slot)] for slot in slots}

    def _append_time(self, reader: LogReader, at: tuple[str, int], offset: int | None, end: int) -> datetime | None:
        """Read the record at a position; None where only markers of transactions lie between it and the end."""
        partition = self._partition(*at)
        start = reader.beginning_offsets([partition])[partition]
        reader.assign([partition])
        reader.seek(partition, max(start, offset or 0))
        for records in reader.poll(POLL_MS, 1).values():
            for record in records:
                return datetime.fromtimestamp(record.timestamp / 1000, UTC) - _JUST_BEFORE
        reached = reader.position(partition)
        if reached is not None and reached >= end:
            return None
        raise Unavailable(f"{at[0]}[{at[1]}] has records from {offset} to {end}, and none could be read")
