"""One hazard's facts, in any order and with any corrections, give one standing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.facts import Fact
from contracts.vocabulary import HazardLevel
from services.reporting.core.days import read_deadline
from services.reporting.core.standing import AWAITING_WORK, ENDED, Standing, State, fold
from tests.unit.services.reporting.facts import BASE, at, fact, follow, reported

MORNING = at("2023-05-19 10:00")


def reaches(tenant: str, other: str) -> bool:
    """A town lies within its county here; the real table is in contracts."""
    return tenant.startswith(other)


def standing_of(*facts: Fact) -> Standing:
    standing = fold(facts, "H-1", reaches)
    assert standing is not None
    return standing


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        pytest.param([], State.REPORTED, id="reported"),
        pytest.param([follow("handed_over", MORNING, to_unit="甲单位")], State.HANDED_OVER, id="handed over"),
        pytest.param([follow("plan_filed", MORNING, target_date="2023-06-01")], State.RECTIFYING, id="a plan"),
        pytest.param([follow("clock_suspended", MORNING)], State.RECTIFYING, id="suspended is still open work"),
        pytest.param([follow("rectified", MORNING)], State.RECTIFIED, id="rectified waits for re-inspection"),
        pytest.param([follow("reinspected", MORNING, passed=False)], State.FAILED, id="failed"),
        pytest.param([follow("reinspected", MORNING, passed=True)], State.PASSED, id="passed waits for close-out"),
        pytest.param([follow("closed", MORNING)], State.CLOSED, id="closed"),
        pytest.param([follow("withdrawn", MORNING, reason="误报")], State.WITHDRAWN, id="withdrawn"),
        pytest.param(
            [follow("handed_over", MORNING), follow("returned", MORNING + timedelta(hours=1), reason="非本辖区")],
            State.REPORTED,
            id="returned waits for a unit again",
        ),
        pytest.param(
            [follow("rectified", MORNING), follow("reinspected", MORNING + timedelta(days=1), passed=False)],
            State.FAILED,
            id="a failed re-inspection takes the rectification back",
        ),
        pytest.param(
            [follow("reinspected", MORNING, passed=False), follow("rectified", MORNING + timedelta(days=1))],
            State.RECTIFIED,
            id="rectified again after a failure",
        ),
        pytest.param(
            [follow("closed", MORNING), follow("reinspected", MORNING + timedelta(days=30), passed=False)],
            State.FAILED,
            id="a failed look-back opens a closed hazard",
        ),
        pytest.param(
            [follow("closed", MORNING), follow("rectified", MORNING + timedelta(hours=1))],
            State.CLOSED,
            id="a close-out is not taken back by a late rectification",
        ),
        pytest.param(
            [follow("closed", MORNING), follow("reinspected", MORNING + timedelta(days=1), passed=True)],
            State.CLOSED,
            id="a passed look-back leaves it closed",
        ),
        pytest.param(
            [follow("closed", MORNING), reported(MORNING + timedelta(days=9), event_id="again")],
            State.REPORTED,
            id="reported again after its close-out",
        ),
        pytest.param(
            [
                follow("closed", MORNING),
                follow("reinspected", MORNING + timedelta(days=1), passed=False),
                follow("rectified", MORNING + timedelta(days=2)),
                reported(MORNING + timedelta(days=9), event_id="again"),
            ],
            State.REPORTED,
            id="reported again after a close-out and another round",
        ),
        pytest.param(
            [follow("reinspected", MORNING, passed=False), follow("plan_filed", MORNING + timedelta(days=1))],
            State.FAILED,
            id="a failure stays in sight until it is put right",
        ),
    ],
)
def test_each_fact_moves_the_state(facts: list[Fact], state: State) -> None:
    """The state after the report and these facts."""
    assert state == standing_of(reported(), *facts).state


def test_fixed_on_the_spot_waits_for_re_inspection() -> None:
    """Absence of a close-out is not a close-out."""
    standing = standing_of(reported(fixed_on_the_spot=True))

    assert (State.RECTIFIED, BASE) == (standing.state, standing.rectified_at)


def test_what_nobody_reported_has_no_standing() -> None:
    """A close-out that arrives before its report is kept and shows nothing."""
    assert fold([follow("closed", MORNING)], "H-1", reaches) is None


def test_a_voided_report_takes_the_hazard_away() -> None:
    """An empty correction of the only report leaves nothing to count."""
    assert fold([reported(), fact("hazard.reported", event_id="void", correction="report")], "H-1", reaches) is None


def test_a_corrected_hazard_id_moves_the_report_to_the_other_hazard() -> None:
    """The corrected event belongs to the hazard that it now names."""
    facts = [reported(), reported(event_id="fix", correction="report", hazard_id="H-2")]

    assert fold(facts, "H-1", reaches) is None
    assert fold(facts, "H-2", reaches) is not None


def test_a_date_gives_the_midnight_after_it() -> None:
    """Due on 20 May is past its deadline from 21 May 00:00."""
    standing = standing_of(reported())

    assert read_deadline("2023-05-20") == standing.deadline
    assert (False, True) == (
        standing.past_deadline(at("2023-05-20 23:59")),
        standing.past_deadline(at("2023-05-21 00:00")),
    )


def test_no_deadline_is_never_past() -> None:
    """None is no date: it is never zero and never late."""
    standing = standing_of(reported(rectify_by=None))

    assert (None, False) == (standing.deadline, standing.past_deadline(at("2099-01-01 00:00")))


@pytest.mark.parametrize(
    ("again", "deadline", "ignored"),
    [
        pytest.param("2023-05-15", "2023-05-15", False, id="brings the deadline forward"),
        pytest.param("2023-05-31", "2023-05-20", True, id="a later deadline is ignored and flagged"),
        pytest.param("2023-05-20", "2023-05-20", False, id="the same says nothing new"),
        pytest.param(None, "2023-05-20", False, id="none says nothing"),
    ],
)
def test_a_second_report_may_only_bring_the_deadline_forward(again: str | None, deadline: str, ignored: bool) -> None:
    """A later word about a known hazard merges its provenance."""
    second = reported(BASE + timedelta(days=1), event_id="second", source="/inspection/other", rectify_by=again)

    standing = standing_of(reported(), second)

    assert (read_deadline(deadline), ignored) == (standing.deadline, standing.later_deadline_ignored)
    assert (2, ("/inspection/test", "/inspection/other")) == (standing.reports, standing.sources)
    assert read_deadline("2023-05-20") == standing.original


def test_a_second_report_may_raise_the_level_and_never_lowers_it() -> None:
    """Major stays major until a regrading."""
    later = BASE + timedelta(days=1)

    assert HazardLevel.MAJOR == standing_of(reported(), reported(later, event_id="b", level="major")).level
    assert HazardLevel.MAJOR == standing_of(reported(level="major"), reported(later, event_id="b")).level
    assert HazardLevel.GENERAL == standing_of(reported(level="major"), follow("regraded", later, level="general")).level


def test_a_report_after_the_close_out_opens_the_next_round_with_its_own_deadline() -> None:
    """The new deadline counts although it is later than the old one."""
    again = reported(at("2023-08-01 09:00"), event_id="again", rectify_by="2023-08-20")

    standing = standing_of(reported(), follow("closed", MORNING), again)

    assert (read_deadline("2023-08-20"), None) == (standing.deadline, standing.outcome)


def test_an_extension_moves_the_deadline_and_keeps_the_original() -> None:
    """Granted moves, refused only counts."""
    standing = standing_of(
        reported(),
        follow("extension_decided", MORNING, granted=True, until="2023-06-20", approver="市安委办", reason="设备交货"),
        follow("extension_decided", MORNING, event_id="no", granted=False, approver="市安委办", reason="理由不足"),
    )

    assert (read_deadline("2023-05-20"), read_deadline("2023-06-20")) == (standing.original, standing.deadline)
    assert (1, 1) == (standing.extensions, standing.extensions_refused)


def test_a_plan_is_shown_and_moves_no_ordered_deadline() -> None:
    """A date that an inspector ordered moves only by a decided extension (S0-10)."""
    standing = standing_of(reported(), follow("plan_filed", MORNING, target_date="2023-07-01", responsible="车间主任"))

    assert standing.plan is not None
    assert ("2023-07-01", read_deadline("2023-05-20")) == (standing.plan.target_date, standing.deadline)


def test_a_suspended_clock_is_not_late_and_its_days_are_added() -> None:
    """Ten days of suspension move the deadline by ten days."""
    held = [reported(), follow("clock_suspended", at("2023-05-18 15:00"))]

    assert not standing_of(*held).past_deadline(at("2023-07-01 00:00"))

    standing = standing_of(*held, follow("clock_resumed", at("2023-05-28 09:00")))

    assert read_deadline("2023-05-30") == standing.deadline


def test_what_stood_still_before_the_report_moves_nothing() -> None:
    """A clock cannot have stood before it ran."""
    standing = standing_of(
        reported(),
        follow("clock_suspended", BASE - timedelta(days=9)),
        follow("clock_resumed", BASE - timedelta(days=2)),
    )

    assert read_deadline("2023-05-20") == standing.deadline


def test_resuming_a_clock_that_runs_changes_nothing() -> None:
    """Only a suspension can be ended."""
    assert read_deadline("2023-05-20") == standing_of(reported(), follow("clock_resumed", MORNING)).deadline


@pytest.mark.parametrize(
    ("facts", "left", "in_time"),
    [
        pytest.param([follow("rectified", at("2023-05-18 10:00"))], 2, True, id="two days in hand"),
        pytest.param([follow("rectified", at("2023-05-23 10:00"))], -3, False, id="three days late"),
        pytest.param(
            [follow("reinspected", at("2023-05-20 10:00"), passed=True)], 0, True, id="passed on the last day"
        ),
        pytest.param([], -12, False, id="only the close-out says when"),
    ],
)
def test_days_are_frozen_at_the_close_out(facts: list[Fact], left: int, in_time: bool) -> None:
    """The credit counts from the rectification, else the re-inspection, else the close-out itself."""
    outcome = standing_of(reported(), *facts, follow("closed", at("2023-06-01 10:00"))).outcome

    assert outcome is not None
    assert (left, in_time) == (outcome.days_left, outcome.in_time)


def test_a_close_out_without_deadline_has_no_days() -> None:
    """Nothing was due, so nothing was early or late."""
    outcome = standing_of(reported(rectify_by=None), follow("closed", MORNING)).outcome

    assert outcome is not None
    assert (None, None) == (outcome.days_left, outcome.in_time)


def test_facts_of_a_unit_below_or_beside_are_left_out() -> None:
    """Only the hazard's own tenant and those above it can speak about it."""
    aside = follow("closed", MORNING, tenant="331081004")
    above = follow("closed", MORNING, tenant="331081")

    assert State.REPORTED == standing_of(reported(), aside).state
    assert State.CLOSED == standing_of(reported(), above).state


def test_a_refusal_is_shown_until_it_is_put_right() -> None:
    """拒不整改 ends with the rectification."""
    refused = [reported(), follow("rectification_refused", MORNING, reason="拒绝停机")]

    assert standing_of(*refused).refused_at == MORNING
    assert standing_of(*refused, follow("rectified", MORNING + timedelta(days=1))).refused_at is None


def test_a_withdrawn_report_stays_withdrawn() -> None:
    """A re-inspection or refusal of what was withdrawn changes nothing."""
    later = MORNING + timedelta(days=1)
    facts = [
        reported(),
        follow("withdrawn", MORNING, reason="误报"),
        follow("reinspected", later, passed=False),
        follow("rectification_refused", later),
        follow("closed", later),
    ]

    assert State.WITHDRAWN == standing_of(*facts).state


def test_later_facts_fill_in_what_the_first_report_did_not_say() -> None:
    """Handed over, escalated up, reassigned: the latest unit is responsible."""
    standing = standing_of(
        reported(responsible_unit=None),
        follow("handed_over", MORNING, to_unit="甲单位"),
        follow("reassigned", MORNING + timedelta(hours=1), to_unit="乙单位", reason="职责划分"),
        follow("escalated_up", MORNING + timedelta(hours=2), to_unit="市安委办"),
    )

    assert ("乙单位", MORNING + timedelta(hours=2)) == (standing.responsible_unit, standing.escalated_up_at)


def test_a_fact_that_is_no_turn_of_a_hazard_changes_nothing() -> None:
    """An enforcement document names the hazard and leaves its state alone."""
    penalty = fact("enforcement.recorded", MORNING, hazard_id="H-1", document_no="〔2023〕1号", kind="penalty")

    assert standing_of(reported()) == standing_of(reported(), penalty)


SUBJECTS = (
    "handed_over",
    "escalated_up",
    "plan_filed",
    "extension_decided",
    "clock_suspended",
    "clock_resumed",
    "rectified",
    "reinspected",
    "closed",
    "regraded",
    "returned",
    "reassigned",
    "withdrawn",
    "rectification_refused",
)
DATES = st.sampled_from(["2023-05-10", "2023-05-20", "2023-06-20", "2023-05-20T17:00:00+08:00"])
MOMENTS = st.integers(-3, 60).map(lambda days: BASE + timedelta(days=days, hours=days % 5))


@st.composite
def later_facts(draw: st.DrawFn, event_id: str) -> Fact:
    """Any fact about the hazard but its report."""
    return follow(
        draw(st.sampled_from(SUBJECTS)),
        draw(MOMENTS),
        event_id=event_id,
        granted=draw(st.booleans()),
        passed=draw(st.booleans()),
        until=draw(DATES),
        target_date=draw(DATES),
        level=draw(st.sampled_from(["general", "major"])),
        tenant=draw(st.sampled_from(["331081003", "331081", "331081004"])),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """A few reports and a handful of later facts and corrections, numbered as the log numbered them."""
    facts = [
        reported(draw(MOMENTS), event_id=f"r{n}", rectify_by=draw(st.none() | DATES))
        for n in range(draw(st.integers(0, 2)))
    ]
    facts += [draw(later_facts(f"f{n}")) for n in range(draw(st.integers(0, 8)))]
    for n in range(draw(st.integers(0, 2)) if facts else 0):
        aim = draw(st.sampled_from(facts))
        data = {} if draw(st.booleans()) else {"hazard_id": "H-1", "level": "major", "passed": True}
        facts.append(fact(aim.type[:-3], draw(MOMENTS), event_id=f"c{n}", correction=aim.id, **data))
    return [msgspec.structs.replace(each, sequence=f"1:{n}") for n, each in enumerate(facts, 1)]


@settings(max_examples=300, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_standing(facts: Sequence[Fact], random: Random) -> None:
    """Facts are folded in the order in which they happened, never in the order in which they came."""
    shuffled = list(facts)
    random.shuffle(shuffled)

    assert fold(facts, "H-1", reaches) == fold(shuffled, "H-1", reaches)


@settings(max_examples=200, deadline=None)
@given(histories())
def test_hearing_everything_twice_changes_nothing(facts: Sequence[Fact]) -> None:
    """A replay is not news."""
    assert fold(facts, "H-1", reaches) == fold([*facts, *facts], "H-1", reaches)


@settings(max_examples=200, deadline=None)
@given(histories(), MOMENTS)
def test_late_is_a_part_of_open(facts: Sequence[Fact], moment: datetime) -> None:
    """What is past its deadline is open and not put right; what is closed has an outcome, what is open has none."""
    standing = fold(facts, "H-1", reaches)
    if standing is None:
        return

    assert not standing.past_deadline(moment) or standing.is_open
    assert (standing.state == State.CLOSED) == (standing.outcome is not None) == (standing.closed_at is not None)


def test_every_state_is_open_or_ended() -> None:
    """The states that await work are open ones."""
    assert not AWAITING_WORK & ENDED
