"""A major hazard, and an important matter that is no hazard, are reported to the office at once (S1-14, S3-10, S2-13)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.stories import fact, moment
from tests.unit.services.escalation.visits import (
    about,
    closed,
    correcting,
    decide,
    found,
    rectified,
    told,
    voiding,
)

RULE = "instant_report"
AT_ONCE = "instant_report J-1 raised 03-27 11:00"


def major(when: str = "2020-03-27 11:00", **words: object) -> Fact:
    return found(when, level="major", **words)


def matter(when: str, id_: str = "M-1", *, known: str | None = None, tenant: str = "330482", **words: str) -> Fact:
    data = {"description": "某化工园区消防水源中断", "urgency": "urgent"} | words
    return fact("matter.reported", when, known=known, tenant=tenant, id_=id_, **data)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([major()], [AT_ONCE], id="found major"),
        pytest.param([found("2020-03-27 11:00")], [], id="a general hazard waits for the day's report"),
        pytest.param(
            [found("2020-03-27 11:00"), about("regraded", "2020-03-28 09:00", level="major", reason="复核")],
            ["instant_report J-1 raised 03-28 09:00"],
            id="graded up the next day",
        ),
        pytest.param(
            [
                major(),
                about("regraded", "2020-03-28 09:00", level="general", reason="复核"),
                about("regraded", "2020-03-30 09:00", level="major", reason="再复核"),
            ],
            [AT_ONCE, "instant_report J-1 raised 03-30 09:00"],
            id="graded down and up again: told again",
        ),
        pytest.param(
            [major(), about("regraded", "2020-03-28 09:00", level="major", reason="复核")],
            [AT_ONCE],
            id="graded major once more: told once",
        ),
        pytest.param([major(found_by="self_check")], [AT_ONCE], id="found by the enterprise itself"),
        pytest.param([major(found_by="tip_off")], [AT_ONCE], id="found by a tip-off"),
        pytest.param([major(), rectified("2020-03-27 12:00")], [AT_ONCE], id="put right at once: it was told"),
        pytest.param(
            [major(), rectified("2020-03-28 12:00"), about("reinspected", "2020-03-29 09:00", passed=False)],
            [AT_ONCE],
            id="a failed re-inspection is nothing new",
        ),
        pytest.param(
            [major(), closed("2020-03-28 12:00"), major("2020-03-30 10:00")],
            [AT_ONCE, "instant_report J-1 raised 03-30 10:00"],
            id="found again after its close-out",
        ),
        pytest.param([found("2020-03-27 10:00"), major()], [AT_ONCE], id="a second report says that it is major"),
        pytest.param([major("2020-03-24 11:00")], [], id="found before the notice"),
    ],
)
def test_a_major_hazard_is_reported_at_once(facts: list[Fact], expected: list[str]) -> None:
    """At the instant of the event that says so, whoever found it."""
    assert told(decide(*facts, until="2020-04-01"), RULE) == expected


def test_what_an_enterprise_finds_itself_is_reported_and_no_more() -> None:
    """S2-22: an instant report, never joint supervision and never a penalty."""
    itself = fact(
        "hazard.reported", "05-09", hazard_id="L-4", level="major", category="fire_safety", description="通道堵塞",
        site_id="S-4", sector="工贸", found_by="self_check", rectify_by="2023-05-31",
    )  # fmt: skip

    records = decide(itself, until="2023-07-01", packs=("wenling-2023",))

    assert told(records, RULE, "joint_supervision") == ["instant_report L-4 raised 05-09 00:00"]


def test_a_correction_of_the_level_takes_the_report_back() -> None:
    """It was general after all."""
    wrong = major()
    right = correcting(found("2020-03-28 09:00"), wrong)

    assert told(decide(wrong, right, until="2020-04-01"), RULE) == [
        AT_ONCE,
        "instant_report J-1 retracted 03-28 09:00",
    ]


def test_an_important_matter_is_reported_without_a_hazard() -> None:
    """Its subject is the area that told it, and it goes to the committee's office."""
    records = [one for one in decide(matter("2020-03-27 15:00"), until="2020-04-01") if one.rule == RULE]

    assert [(one.subject.kind, one.subject.id, one.measure, str(one.level), one.at) for one in records] == [
        ("area", "330482", "instant_report", "city", moment("2020-03-27 15:00"))
    ]
    assert records[0].reason == "平湖市报告重要情况：某化工园区消防水源中断，请及时处置。"


def test_two_matters_of_one_area_are_two() -> None:
    """They share the area and nothing else."""
    records = decide(matter("2020-03-27 15:00"), matter("2020-03-27 15:00", "M-2"), until="2020-04-01")

    assert len({one.decision_id for one in records if one.rule == RULE}) == 2


def test_a_voided_matter_is_taken_back() -> None:
    """A correction with empty data says that the event never was."""
    told_wrong = matter("2020-03-27 15:00")

    assert told(decide(told_wrong, voiding(told_wrong, "2020-03-27 16:00"), until="2020-04-01"), RULE) == [
        "instant_report 330482 raised 03-27 15:00",
        "instant_report 330482 retracted 03-27 16:00",
    ]


def test_a_corrected_matter_is_told_once() -> None:
    """A correction belongs to the event that it corrects."""
    first = matter("2020-03-27 15:00")
    better = correcting(matter("2020-03-27 16:00", description="水源已恢复"), first)

    assert told(decide(first, better, until="2020-04-01"), RULE) == ["instant_report 330482 raised 03-27 15:00"]
