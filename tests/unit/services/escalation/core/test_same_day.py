"""Which findings bind a day, and what counts for it (S1-13)."""

from contracts.facts import Fact
from services.escalation.core.cases.hazard import Hazard, fold
from services.escalation.core.heard import hear
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.same_day import duties, earliest, first_act, waits_until
from tests.unit.services.escalation.stories import all_divisions, moment
from tests.unit.services.escalation.visits import closed, found, handed, rectified

WHERE = Jurisdiction(committee="330400", divisions=all_divisions(), begins=moment("2020-03-25"))


def hazard(*facts: Fact) -> Hazard:
    known = fold("J-1", "", [hear(one) for one in facts], all_divisions())
    assert known is not None
    return known


def test_each_round_has_one_duty() -> None:
    """Found, found again, closed out and found once more: two rounds, two days."""
    known = hazard(
        found("2020-03-26 09:00"), found("2020-03-27 09:00"), closed("2020-03-28 09:00"), found("2020-03-30 23:59")
    )

    assert [(duty.number, duty.due) for duty in duties(known, ["undercover"], WHERE)] == [
        (0, moment("2020-03-27")),
        (1, moment("2020-03-31")),
    ]


def test_an_act_counts_for_its_round_or_an_earlier_one() -> None:
    """The hand-over of the first round is none of the second."""
    known = hazard(
        found("2020-03-26 09:00"), handed("2020-03-26 10:00"), closed("2020-03-28 09:00"), found("2020-03-30 09:00")
    )
    first, second = duties(known, ["undercover"], WHERE)

    assert (first_act(known, "hazard.handed_over", first), first_act(known, "hazard.handed_over", second)) == (
        moment("2020-03-26 10:00"),
        None,
    )


def test_what_was_put_right_before_the_day_ended_waits_no_more() -> None:
    """One second before 24:00 it is done; at 24:00 it still waited."""
    answers = []
    for when in ("2020-03-26 23:59", "2020-03-27 00:00"):
        known = hazard(found("2020-03-26 09:00"), rectified(when))
        (duty,) = duties(known, ["undercover"], WHERE)
        answers.append(waits_until(known, duty))

    assert answers == [(False, None), (True, moment("2020-03-27"))]


def test_the_earliest_known_moment() -> None:
    """Unknown moments are no moments."""
    assert (earliest(None, moment("05-02"), moment("05-01")), earliest(None, None)) == (moment("05-01"), None)
