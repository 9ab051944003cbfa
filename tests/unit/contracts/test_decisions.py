"""Facts about the record of a decision."""

from datetime import UTC, datetime

import msgspec
import pytest

from contracts.decisions import Decision, PolicyVersion, Subject
from contracts.vocabulary import Level, Measure, RuleId, Status, SubjectKind

DUE = datetime(2023, 5, 20, 16, 0, tzinfo=UTC)

OVERDUE = Decision(
    decision_id="d-1",
    at=DUE,
    known_at=DUE,
    tenant="331081003",
    level=Level.TOWN,
    rule=RuleId.OVERDUE,
    step="",
    measure=Measure.REMIND,
    status=Status.RAISED,
    subject=Subject(kind=SubjectKind.HAZARD, id="H-1"),
    clauses=("S2-22",),
    policy=PolicyVersion(id="wenling-2023", version="1"),
    reason="已逾期。",
    facts=("e-1",),
    late_recorded=False,
    occurrence="1",
    committee="331081",
)


def test_every_field_of_the_interface_travels() -> None:
    """A record shows each promised field, also where it is empty or false."""
    promised = "decision_id at known_at tenant level rule step measure status subject clauses policy reason facts late_recorded"

    assert set(promised.split()) <= msgspec.json.decode(msgspec.json.encode(OVERDUE)).keys()


def test_a_decision_survives_the_wire() -> None:
    """What comes back equals what went out."""
    assert msgspec.json.decode(msgspec.json.encode(OVERDUE), type=Decision) == OVERDUE


def test_an_unknown_status_is_not_guessed_at() -> None:
    """A reader that does not know a word stops rather than misreads it."""
    newer = msgspec.json.encode(OVERDUE).replace(b'"raised"', b'"postponed"')

    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(newer, type=Decision)
