"""Joint supervision binds what undercover visits and superiors find (S2-22)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.stories import fact, report, run, said

MAJOR = ["joint_supervision joint_supervision raised 05-08 09:00", "joint_supervision penalty proposed 05-08 09:00"]
LATE = ["joint_supervision joint_supervision raised 05-21 00:00", "joint_supervision penalty proposed 05-21 00:00"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([report("05-08 09:00", found_by="undercover", level="major")], MAJOR, id="major, at once"),
        pytest.param([report("05-08 09:00", found_by="superior", level="major")], MAJOR, id="a superior's round too"),
        pytest.param(
            [report("05-08 09:00", found_by="self_check", level="major")], [], id="self-reported is protected"
        ),
        pytest.param(
            [report("05-08 09:00", found_by="inspection", level="major")], [], id="an ordinary inspection is not bound"
        ),
        pytest.param([report("05-08 09:00", found_by="undercover")], LATE, id="overdue"),
        pytest.param([report("05-08 09:00", found_by="undercover", rectify_by="2023-06-20")], [], id="neither"),
        pytest.param(
            [report("05-08 09:00", found_by="undercover", rectify_by="2023-06-20", self_check_failed=True)],
            MAJOR,
            id="the enterprise's self-check failed",
        ),
        pytest.param(
            [
                report("05-08 09:00", found_by="undercover", rectify_by="2023-06-20"),
                fact("hazard.regraded", "05-10 10:00", hazard_id="H-1", level="major", reason="复核"),
            ],
            [
                "joint_supervision joint_supervision raised 05-10 10:00",
                "joint_supervision penalty proposed 05-10 10:00",
            ],
            id="graded up later",
        ),
        pytest.param(
            [report("05-08 09:00"), report("05-12 09:00", found_by="undercover", id_="second")],
            LATE,
            id="a second finding by an undercover visit binds it",
        ),
        pytest.param(
            [
                report("05-08 09:00", found_by="undercover", level="major"),
                fact("hazard.rectified", "05-12 08:00", hazard_id="H-1", by="示范机械厂"),
            ],
            [*MAJOR, "joint_supervision joint_supervision cleared 05-12 08:00"],
            id="supervision ends with the rectification, the penalty stands",
        ),
    ],
)
def test_joint_supervision_has_three_grounds(facts: list[Fact], expected: list[str]) -> None:
    """Major, overdue, or a failed self-check; only for what undercover visits and superiors found."""
    assert sorted(said(run(*facts, until="05-25"), "joint_supervision")) == sorted(expected)


def test_a_failed_reinspection_opens_the_next_occurrence() -> None:
    """Joint supervision that was cleared comes back as a second one, not as the first."""
    records = run(
        report("05-08 09:00", found_by="undercover", level="major"),
        fact("hazard.rectified", "05-12 08:00", hazard_id="H-1", by="示范机械厂"),
        fact("hazard.reinspected", "05-14 08:00", hazard_id="H-1", passed=False),
        until="05-15",
    )
    supervised = [(r.occurrence, str(r.status)) for r in records if r.measure == "joint_supervision"]

    assert supervised == [("0", "raised"), ("0", "cleared"), ("1", "raised")]
