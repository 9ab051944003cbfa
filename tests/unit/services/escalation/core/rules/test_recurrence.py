"""What was closed out and is found again is a recurrence, whatever hazard id it has (S3-12)."""

import pytest

from contracts.facts import Fact
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
