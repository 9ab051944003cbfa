"""Back-dating is visible: one alert per late fact that ends or undoes something (interface section 2)."""

from tests.unit.services.escalation.stories import fact, report, run, said


def test_news_recorded_a_day_late_is_shown() -> None:
    """One late rectification undoes two rungs and alerts once."""
    late = fact("hazard.rectified", "05-19", known="05-25 09:00", hazard_id="H-1", by="厂")

    assert said(run(report("05-08"), late, until="05-26"), "late_evidence") == ["late_evidence raised 05-25 09:00"]


def test_news_of_the_same_day_is_not() -> None:
    """Recorded within twenty-four hours is ordinary."""
    late = fact("hazard.rectified", "05-20 20:00", known="05-21 09:00", hazard_id="H-1", by="厂")

    assert said(run(report("05-08"), late, until="05-26"), "late_evidence") == []


def test_late_news_that_undoes_nothing_is_not_shown() -> None:
    """There is nothing to be suspicious of where nothing had been raised."""
    late = fact("hazard.rectified", "05-10", known="05-16 09:00", hazard_id="H-1", by="厂")

    assert said(run(report("05-08"), late, until="05-26"), "late_evidence") == []
