"""When a notice may leave."""

from contracts.vocabulary import Measure
from tests.unit.services.notify.given import NOW, decision, later, planned, routes, situation


def test_a_notice_waits_for_higher_rungs() -> None:
    """An ordinary notice settles for as long as its route says."""
    (notice,) = planned(decision(), situation(tree=routes(settle_seconds=30)))

    assert later(seconds=30) == notice.not_before


def test_an_urgent_notice_leaves_at_once() -> None:
    """An instant report does not settle and goes first."""
    notices = planned(decision(measure=Measure.INSTANT_REPORT))

    assert {(NOW, 0)} == {(notice.not_before, notice.priority) for notice in notices}


def test_major_hazards_go_before_the_others() -> None:
    """The worker takes up the grave before the ordinary."""
    (major,) = planned(decision(context={"hazard_level": "major"}))
    (general,) = planned(decision(context={"hazard_level": "general"}))

    assert major.priority < general.priority
