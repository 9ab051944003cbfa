"""What was closed out and is found again is a recurrence, whatever hazard id it has (S3-12)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.facts import Fact
from services.escalation.core.calendar import end_of, local_day
from services.escalation.core.cases.site import SiteHistory
from services.escalation.core.rules.recurrence import Parameters, find
from services.escalation.core.terms import Span
from tests.unit.services.escalation.core.rules.site_histories import WHERE, sites
from tests.unit.services.escalation.stories import fact, report, run, said


def closed(when: str, hazard_id: str = "H-1", known: str | None = None) -> Fact:
    return fact("hazard.closed", when, known=known, hazard_id=hazard_id)


def again(when: str, **data: object) -> Fact:
    return report(when, "H-2", rectify_by=None, **data)


OTHER_SITE = {"id": "S-2", "name": "另一厂", "address": "示范路2号", "kind": "unit", "sector": "工贸"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(
            [report("05-08"), closed("05-12"), again("06-01")], ["recurrence raised 06-01 00:00"], id="found again"
        ),
        pytest.param([report("05-08"), again("06-01"), closed("06-02")], [], id="the first was still open"),
        pytest.param(
            [report("05-08"), closed("05-12"), again("06-01", category="electrical")], [], id="another category"
        ),
        pytest.param([report("05-08"), closed("05-12"), again("06-01", site=OTHER_SITE)], [], id="another site"),
        pytest.param(
            [report("05-08", criterion="GB-1"), closed("05-12"), again("06-01", criterion="GB-2")],
            [],
            id="another criterion of one category",
        ),
        pytest.param(
            [report("05-08"), closed("05-12"), again("2024-05-12 23:59")],
            ["recurrence raised 05-12 23:59"],
            id="on the last day of twelve months",
        ),
        pytest.param([report("05-08"), closed("05-12"), again("2024-05-13")], [], id="a day after twelve months"),
        pytest.param(
            [report("05-08"), again("06-01"), closed("05-12", known="06-05 09:00")],
            ["recurrence raised 06-01 00:00"],
            id="the close-out becomes known after the second finding",
        ),
        pytest.param(
            [report("05-08"), closed("05-12"), report("06-01", rectify_by=None, id_="second")],
            ["recurrence raised 06-01 00:00"],
            id="the same id reported again after its close-out",
        ),
    ],
)
def test_recurrence_is_a_new_report_within_twelve_months_of_a_close_out(facts: list[Fact], expected: list[str]) -> None:
    """Same site and criterion, else category; its subject is the newest hazard."""
    records = run(*facts, until="2024-06-01")

    assert said(records, "recurrence") == expected


def test_the_subject_is_the_newest_hazard() -> None:
    """The alert is about what was found last, and names what was there before."""
    alert = next(
        r for r in run(report("05-08"), closed("05-12"), again("06-01"), until="06-02") if r.rule == "recurrence"
    )

    assert (alert.subject.id, "H-1" in alert.reason) == ("H-2", True)


@given(site=sites(), days=st.integers(1, 20))
def test_each_report_is_held_against_every_close_out_before_it(site: SiteHistory, days: int) -> None:
    """What is found is what comparing every report with every close-out of the same key finds."""
    parameters = Parameters(clauses=("S2-24",), within=Span(count=days, unit="calendar_day"))

    found = [(one.subject_id, one.occurrence, one.rests_on) for one in find(site, parameters, WHERE)]

    expected = []
    for hazard in site.hazards:
        for number, (told, _) in enumerate(hazard.reports):
            before = [
                (closure.time, other.hazard_id, closure)
                for other in site.hazards
                if other.repeat_key == hazard.repeat_key and (other is not hazard or number > 0)
                for closure in other.closures
                if closure.time < told.time < end_of(local_day(closure.time) + timedelta(days=days))
            ]
            if before:
                latest = max(one[:2] for one in before)
                last = [closure for *place, closure in before if tuple(place) == latest][-1]
                expected.append((hazard.hazard_id, str(number), (told, last)))
    assert found == expected
