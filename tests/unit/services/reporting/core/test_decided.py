"""What stands is the last record of a decision; a hazard is overdue while an overdue decision about it stands."""

from datetime import datetime
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.decisions import Decision, PolicyVersion, Subject
from contracts.vocabulary import Level, Measure, RuleId, Status, SubjectKind
from contracts.withholding import WITHHELD
from services.reporting.core.days import read_deadline
from services.reporting.core.decided import (
    STANDING,
    DecisionRecord,
    decided_deadline,
    latest,
    read_decision,
)
from services.reporting.core.rows import HazardKey
from tests.unit.services.reporting.facts import at, saying

HAZARD = Subject(SubjectKind.HAZARD, "H-1")


def record(
    status: Status = Status.RAISED,
    *,
    number: int = 1,
    decision_id: str = "d",
    rule: RuleId = RuleId.OVERDUE,
    since: datetime | None = None,
    subject: Subject = HAZARD,
    context: dict[str, str] | None = None,
) -> DecisionRecord:
    decision = Decision(
        decision_id=decision_id,
        at=at("2023-05-27 10:00"),
        known_at=at("2023-05-27 10:00"),
        tenant="331081003",
        level=Level.TOWN,
        rule=rule,
        step="first",
        measure=Measure.REMIND,
        status=status,
        subject=subject,
        clauses=("S2-22",),
        policy=PolicyVersion("wenling-2023", "1"),
        reason="整改期限已过。",
        facts=(),
        late_recorded=False,
        occurrence="0",
        committee="331081",
        since=since,
        context=context or {},
    )
    return read_decision(saying("decision.recorded", decision, number=number))


@given(st.permutations([Status.RAISED, Status.CLEARED, Status.RETRACTED]), st.randoms(use_true_random=False))
def test_the_last_place_in_the_log_counts(statuses: list[Status], dice: Random) -> None:
    """Whatever order the records come in, the one with the highest number says how the decision stands."""
    records = [record(status, number=n) for n, status in enumerate(statuses, 1)]
    shuffled = dice.sample(records, len(records))

    assert statuses[-1] == latest(shuffled)["331081", "d"].decision.status


@pytest.mark.parametrize("status", list(Status))
def test_decisions_stand_until_they_are_ended(status: Status) -> None:
    """Raised, proposed, provisional, confirmed and questioned stand; what ended or never began does not."""
    ended = {Status.REJECTED, Status.CLEARED, Status.RETRACTED, Status.COALESCED}

    assert (status not in ended, status in STANDING) == (record(status).stands, record(status).stands)


def test_a_decision_belongs_to_the_hazard_it_is_about_or_names() -> None:
    """The subject, else the hazard its context names, else none."""
    about_site = Subject(SubjectKind.SITE, "S-1")

    assert HazardKey("331081", "test", "H-1") == record().hazard
    assert HazardKey("331081", "test", "H-9") == record(subject=about_site, context={"hazard_id": "H-9"}).hazard
    assert record(subject=about_site).hazard is None


def test_the_latest_deadline_that_was_named_counts() -> None:
    """A record without one says nothing; an instant at midnight was a date."""
    named = [
        record(number=1, context={"due": "2023-05-21T00:00:00+08:00"}),
        record(number=2, context={"due": "2023-05-30T16:00:00Z"}),
        record(number=3),
    ]

    assert read_deadline("2023-05-30") == decided_deadline(named)
    assert decided_deadline([record()]) is None


def test_a_decision_that_cannot_be_read_raises() -> None:
    """What is missing is named."""
    broken = saying("decision.recorded", {"decision_id": "d"})

    with pytest.raises(ValueError, match="missing required field"):
        read_decision(broken)


def test_of_a_restricted_decision_nothing_is_kept_but_that_it_is_there() -> None:
    """A referral is counted and stands in the timeline; what it says stays with escalation (S0-22, S3-27)."""
    kept = record()
    open_ = msgspec.structs.replace(kept.decision, reason="乙厂的隐患拒不整改，建议抄告。")

    read = read_decision(saying("decision.recorded", msgspec.structs.replace(open_, restricted=True)))

    assert read.decision.reason == WITHHELD
    assert (read.decision.facts, read.decision.status) == ((), open_.status)
    assert "乙厂".encode() not in bytes(read.data)
    assert read_decision(saying("decision.recorded", open_)).decision == open_
