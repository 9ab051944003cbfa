"""Read escalation.facts: every record is one state of one decision."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from contracts.decisions import DECISION_TYPE, Decision
from contracts.events.table import RECOUNTED_TYPE
from contracts.topics import ESCALATION_FACTS, slot_of
from contracts.vocabulary import NoticeState
from runtime import codec
from runtime.database import Work
from runtime.errors import NewerVersion, Rejected
from runtime.metrics import Metrics
from runtime.streams import Record, SlotBatch
from services.notify.handlers.hearing import Hearing
from services.notify.metrics import CHANNELS

_FAMILY: Final = DECISION_TYPE.rpartition(".v")[0]
_decode: Final = msgspec.json.Decoder(Decision).decode


class DecisionHandler:
    """Turns records into decisions and has them heard."""

    topics = (ESCALATION_FACTS,)

    def __init__(self, *, hearing: Hearing, metrics: Metrics) -> None:
        self._hearing = hearing
        self._metrics = metrics

    def handle(self, work: Work, batches: Sequence[SlotBatch]) -> Mapping[tuple[str, int], int]:
        """Have all records heard together; a decision's records stay in their order, within one slot."""
        decisions = [decision for batch in batches for decision in _decisions(batch)]
        if not decisions:
            return {}
        for notice in self._hearing.hear(work, decisions):
            if notice.state is NoticeState.SUPPRESSED and notice.channel in CHANNELS:
                self._metrics.count("notify_deliveries_total", channel=notice.channel, outcome="suppressed")
        return {}

    def key_slot(self, record: Record) -> int | None:
        """Decisions lie in the slot of their root tenant."""
        if record.key is None or record.key == codec.TICK_KEY or not record.key.isascii():
            return None
        return slot_of(record.key.decode("ascii"))


def _decisions(batch: SlotBatch) -> Iterator[Decision]:
    for record in batch.records:
        if record.key == codec.TICK_KEY:
            continue
        fact = codec.decode(record.value or b"")
        if fact.type == RECOUNTED_TYPE:
            continue  # it is read where the case is shown; when the date comes, the decision is told
        if fact.type != DECISION_TYPE:
            if fact.type.rpartition(".v")[0] == _FAMILY:
                raise NewerVersion(f"{fact.type} is newer than {DECISION_TYPE}")
            raise Rejected("unknown_type", [f"{ESCALATION_FACTS} holds no {fact.type}"])
        try:
            yield _decode(fact.data)
        except msgspec.MsgspecError as error:
            raise Rejected("invalid_data", [str(error)]) from error
