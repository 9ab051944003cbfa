"""A record of escalation.facts is a decision, or it says what it is instead."""

from typing import Any, cast

import msgspec
import pytest

from contracts.decisions import DECISION_TYPE, Decision
from contracts.facts import Fact
from contracts.topics import ESCALATION_FACTS, slot_of
from contracts.vocabulary import Measure
from runtime import codec
from runtime.database import Work
from runtime.errors import NewerVersion, Rejected
from runtime.metrics import Metrics
from runtime.streams import Record, SlotBatch
from services.notify.consumer import DecisionHandler
from services.notify.core.notice import Notice
from services.notify.metrics import NOTIFY_METRICS
from tests.unit.services.notify.given import NOW, decision, planned


class Ears:
    """Hears decisions and plans nothing but what it is told to."""

    def __init__(self, *notices: Notice) -> None:
        self.heard: list[Decision] = []
        self._notices = list(notices)

    def hear(self, _work: Work, decisions: list[Decision]) -> list[Notice]:
        self.heard += decisions
        return self._notices


def record(value: bytes | None, key: bytes | None = b"331081") -> Record:
    return Record(ESCALATION_FACTS, slot_of("331081"), 0, key, value, (), 0)


def document(data: Any, kind: str = DECISION_TYPE) -> bytes:
    return codec.encode(
        Fact(
            id="f",
            source="/bihuan/escalation",
            type=kind,
            time=NOW,
            tenant="331081",
            committee="331081",
            data=msgspec.Raw(msgspec.json.encode(data)),
        )
    )


def handle(ears: Ears, *records: Record) -> Metrics:
    metrics = Metrics(NOTIFY_METRICS)
    handler = DecisionHandler(hearing=cast("Any", ears), metrics=metrics)
    handler.handle(cast("Work", None), [SlotBatch(ESCALATION_FACTS, 0, records)])
    return metrics


def test_decisions_are_heard_in_their_order() -> None:
    """All of a batch together; a tick is none."""
    ears = Ears()
    told = [decision(decision_id=f"d-{n}") for n in range(3)]

    handle(ears, *(record(document(each)) for each in told), record(b"{}", codec.TICK_KEY))

    assert ears.heard == told


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "undecodable"),
        (b"not json", "undecodable"),
        (document({}), "invalid_data"),
        (document({**msgspec.to_builtins(decision()), "status": "shouted"}), "invalid_data"),
        (document({}, "hazard.reported.v1"), "unknown_type"),
    ],
    ids=["nothing", "no JSON", "no decision", "an unknown word", "another type"],
)
def test_what_is_no_decision_is_poison(value: bytes | None, reason: str) -> None:
    """It is parked with its reason."""
    with pytest.raises(Rejected) as refused:
        handle(Ears(), record(value))

    assert refused.value.reason == reason


def test_a_newer_decision_holds_the_slot() -> None:
    """Readers are upgraded first; nothing is skipped."""
    with pytest.raises(NewerVersion):
        handle(Ears(), record(document({}, "decision.recorded.v2")))


def test_a_key_says_in_which_slot_it_belongs() -> None:
    """A misrouted record is found by it; a tick and a missing key say nothing."""
    handler = DecisionHandler(hearing=cast("Any", Ears()), metrics=Metrics(NOTIFY_METRICS))

    slots = [handler.key_slot(record(b"", key)) for key in (b"331081", None, codec.TICK_KEY, "温岭".encode())]

    assert slots == [slot_of("331081"), None, None, None]


def test_what_is_told_to_nobody_is_counted() -> None:
    """By channel."""
    aside = planned(decision(measure=Measure.INSTANT_REPORT, historic=True))

    metrics = handle(Ears(*aside), record(document(decision())))

    assert [
        metrics.value("notify_deliveries_total", channel=c, outcome="suppressed") for c in ("email", "webhook")
    ] == [2, 2]
