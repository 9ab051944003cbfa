"""Back-dating is visible: one alert per late fact that ends or undoes something (interface section 2)."""

import msgspec

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


def test_two_cases_that_speak_of_one_hazard_alert_once() -> None:
    """The hazard's lateness and the site's repeat offence end by the same late word: one record, one alert."""
    first, second = report("05-08", inspection_id="I-1"), report("05-10", "H-2", inspection_id="I-2")
    void = msgspec.structs.replace(fact("hazard.reported", "05-10", known="05-25 09:00"), correction=second.id)

    records = run(first, second, void, until="05-26")

    ended = {record.rule for record in records if record.status == "retracted" and record.subject.id == "H-2"}
    assert {"overdue", "repeat_offence"} <= ended
    assert said(records, "late_evidence") == ["late_evidence raised 05-25 09:00"]
