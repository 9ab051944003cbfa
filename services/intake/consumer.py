"""The Kafka door: judge a batch of records by the source whose topic they came by, and take them in."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from contracts.vocabulary import Door
from runtime.clock import Clock
from runtime.database import Work
from runtime.streams import Record, SlotBatch
from services.intake.core.admission import Admission
from services.intake.core.cloudevents import assemble
from services.intake.core.reasons import Reason
from services.intake.core.validation import Refused
from services.intake.handlers.counting import Counter
from services.intake.handlers.registering import Doorkeeper
from services.intake.handlers.taking import Arrival, take


class InspectionHandler:
    """Handles the topics of the registered sources; each record is one event in any mode of the Kafka binding."""

    def __init__(self, *, topics: Sequence[str], doorkeeper: Doorkeeper, clock: Clock, counter: Counter) -> None:
        self._topics = tuple(topics)
        self._doorkeeper = doorkeeper
        self._clock = clock
        self._counter = counter

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics to read, fixed for the life of the process."""
        return self._topics

    def handle(self, work: Work, batches: Sequence[SlotBatch]) -> Mapping[tuple[str, int], int]:
        """Take the records in; whatever is wrong with one becomes its dead letter, and the others go on."""
        now = self._clock.now()
        admission = self._doorkeeper.admission(work)
        arrivals = [arrival for batch in batches for arrival in self._arrivals(admission, batch, now)]
        outcomes = take(work, arrivals, received_at=now)
        begin = 0
        for batch in batches:
            end = begin + len(batch.records)
            self._counter.count(self._slug(admission, batch.topic), outcomes[begin:end], at=now)
            begin = end
        return {}

    def key_slot(self, record: Record) -> int | None:  # noqa: ARG002 (a source keys its records as it likes)
        """No key of an upstream system says where its record belongs."""
        return None

    def _arrivals(self, admission: Admission, batch: SlotBatch, now: datetime) -> Iterator[Arrival]:
        source = admission.registry.of_topic(batch.topic)
        slug = self._slug(admission, batch.topic)
        sender = None if source is None else admission.of_source(source, Door.KAFKA)
        standing = None if sender is None else admission.standing(sender)
        for record in batch.records:
            tree = assemble(record.value, record.headers)
            judged = (
                Refused(reason=Reason.UNKNOWN_SOURCE, errors=(f"topic {batch.topic} belongs to no source",))
                if sender is None or standing is None
                else admission.admit(tree, sender, standing, received_at=now)
            )
            yield Arrival(
                judged=judged,
                body=record.value or b"",
                door=Door.KAFKA,
                origin={"slug": slug, "topic": record.topic, "slot": record.slot, "offset": record.offset},
                headers=record.headers,
            )

    def _slug(self, admission: Admission, topic: str) -> str:
        source = admission.registry.of_topic(topic)
        return topic.removeprefix("inspection.") if source is None else source.slug
