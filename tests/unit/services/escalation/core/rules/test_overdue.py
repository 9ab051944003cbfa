"""Overdue means late and nothing else (S0-09, S0-11, S2-22)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.stories import fact, report, run, said

FOUND = report("05-08 09:00")
LADDER = ["overdue first raised 05-21 00:00", "overdue T+3 raised 05-23 00:00", "overdue T+7 raised 05-27 00:00"]


def rectified(when: str, known: str | None = None) -> Fact:
    return fact("hazard.rectified", when, known=known, hazard_id="H-1", by="示范机械厂")


def reinspected(when: str, *, passed: bool) -> Fact:
    return fact("hazard.reinspected", when, hazard_id="H-1", passed=passed)


def extended(when: str, until: str, *, granted: bool = True, known: str | None = None) -> Fact:
    return fact(
        "hazard.extension_decided", when, known=known, hazard_id="H-1", granted=granted, until=until, approver="市安委办",
        reason="设备交货",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([FOUND], LADDER, id="nobody rectifies: the ladder is climbed"),
        pytest.param([FOUND, rectified("05-20 23:59")], [], id="rectified in the last minute of the day is in time"),
        pytest.param(
            [FOUND, rectified("05-21 08:00")],
            ["overdue first raised 05-21 00:00", "overdue first cleared 05-21 08:00"],
            id="rectified the next morning is late",
        ),
        pytest.param(
            [FOUND, fact("hazard.closed", "05-19", hazard_id="H-1")], [], id="closed out without a rectification"
        ),
        pytest.param(
            [FOUND, rectified("05-18"), reinspected("05-25 09:00", passed=False)],
            ["overdue first raised 05-25 09:00"],
            id="a re-inspection that fails after the deadline makes it overdue at that instant",
        ),
        pytest.param(
            [FOUND, rectified("05-18"), reinspected("05-19 09:00", passed=False)],
            LADDER,
            id="a re-inspection that fails before the deadline changes nothing",
        ),
        pytest.param([FOUND, rectified("05-18"), reinspected("05-26", passed=True)], [], id="waiting is not overdue"),
        pytest.param([FOUND, extended("05-18", "2023-06-20")], [], id="an extension moves the deadline"),
        pytest.param([FOUND, extended("05-18", "2023-06-20", granted=False)], LADDER, id="a refused one does not"),
        pytest.param(
            [FOUND, extended("05-22 10:00", "2023-06-20")],
            ["overdue first raised 05-21 00:00", "overdue first cleared 05-22 10:00"],
            id="an extension decided too late ends the lateness, and the lateness stays on record",
        ),
        pytest.param(
            [FOUND, fact("hazard.plan_filed", "05-18", hazard_id="H-1", target_date="2023-06-20")],
            LADDER,
            id="a plan does not move a date that an inspector ordered",
        ),
        pytest.param([report("05-08 09:00", rectify_by=None)], [], id="no deadline is never 0"),
        pytest.param(
            [report("05-08 09:00", rectify_by="2023-05-20T18:00:00+08:00")],
            ["overdue first raised 05-20 18:00", *LADDER[1:]],
            id="a deadline at a time of day",
        ),
        pytest.param(
            [FOUND, fact("hazard.clock_suspended", "05-18", hazard_id="H-1", approver="市安委办", reason="挂账")],
            [],
            id="a suspended clock does not run",
        ),
        pytest.param(
            [
                FOUND,
                fact("hazard.clock_suspended", "05-18", hazard_id="H-1", approver="市安委办", reason="挂账"),
                fact("hazard.clock_resumed", "05-22", hazard_id="H-1", approver="市安委办", reason="恢复"),
            ],
            ["overdue first raised 05-25 00:00", "overdue T+3 raised 05-27 00:00"],
            id="the four days that stood still are added",
        ),
        pytest.param(
            [
                FOUND,
                fact("hazard.clock_suspended", "05-18", hazard_id="H-1", approver="市安委办", reason="挂账"),
                extended("05-19", "2023-05-22"),
                fact("hazard.clock_resumed", "05-21", hazard_id="H-1", approver="市安委办", reason="恢复"),
            ],
            ["overdue first raised 05-25 00:00", "overdue T+3 raised 05-27 00:00"],
            id="an extension decided while the clock stands still waits from there",
        ),
        pytest.param(
            [
                fact("hazard.clock_suspended", "05-06", hazard_id="H-1", approver="市安委办", reason="挂账"),
                fact("hazard.clock_resumed", "05-07", hazard_id="H-1", approver="市安委办", reason="恢复"),
                FOUND,
            ],
            LADDER,
            id="a clock that stood still before the finding adds nothing",
        ),
        pytest.param(
            [FOUND, extended("05-18", "2023-06-20"), report("05-19", rectify_by="2023-05-20", id_="second")],
            [],
            id="the ordered date said again does not take an extension back",
        ),
        pytest.param(
            [
                FOUND,
                fact("hazard.withdrawn", "05-12", hazard_id="H-1", reason="误报"),
                reinspected("05-15", passed=False),
            ],
            [],
            id="what was withdrawn is not reopened by a re-inspection",
        ),
        pytest.param(
            [FOUND, report("05-10", rectify_by="2023-05-15", id_="second")],
            ["overdue first raised 05-16 00:00", "overdue T+3 raised 05-18 00:00", "overdue T+7 raised 05-22 00:00"],
            id="a second report brings the deadline forward",
        ),
        pytest.param(
            [FOUND, report("05-10", rectify_by="2023-06-15", id_="second")], LADDER, id="but it never puts it off"
        ),
        pytest.param(
            [FOUND, rectified("05-19", known="05-25 09:00")],
            [
                *LADDER[:2],
                "overdue first retracted 05-25 09:00",
                "overdue T+3 retracted 05-25 09:00",
            ],
            id="late news of a rectification in time retracts what was raised",
        ),
        pytest.param(
            [report("05-08 09:00", known="05-25 10:00")],
            ["overdue first coalesced 05-21 00:00", "overdue T+3 raised 05-23 00:00", "overdue T+7 raised 05-27 00:00"],
            id="rungs that were past when the hazard became known fold into the highest",
        ),
        pytest.param(
            [FOUND, fact("hazard.closed", "05-19", hazard_id="H-1", tenant="331081004")],
            LADDER,
            id="another town cannot close it",
        ),
        pytest.param(
            [FOUND, fact("hazard.closed", "05-19", hazard_id="H-1", tenant="331081")], [], id="the city above it can"
        ),
    ],
)
def test_a_hazard_is_overdue_when_its_deadline_day_has_ended(facts: list[Fact], expected: list[str]) -> None:
    """Each rung falls on its day, and only while the hazard waits for rectification."""
    assert sorted(said(run(*facts, until="05-27 12:00"), "overdue")) == sorted(expected)


def test_a_correction_moves_the_deadline_of_the_report_that_it_names() -> None:
    """A corrected date counts from the beginning: what was raised under the wrong one is retracted and raised anew."""
    wrong = report("05-08 09:00", rectify_by="2023-05-12", id_="r-1")
    right = report("05-15 09:00", id_="r-2")
    correction = type(right)(**{name: getattr(right, name) for name in right.__struct_fields__} | {"correction": "r-1"})

    records = said(run(wrong, correction, until="05-22"), "overdue")

    assert sorted(records, key=lambda said: (said[-11:], said)) == [
        "overdue first raised 05-13 00:00",
        "overdue T+3 raised 05-15 00:00",
        "overdue T+3 retracted 05-15 09:00",
        "overdue first retracted 05-15 09:00",
        "overdue first raised 05-21 00:00",
    ]


def test_a_void_report_takes_everything_back() -> None:
    """An empty correction says that the event never was: nothing stays raised."""
    wrong = report("05-08 09:00", rectify_by="2023-05-12", id_="r-1")
    void = fact("hazard.reported", "05-15 09:00", id_="r-2")
    void = type(void)(**{name: getattr(void, name) for name in void.__struct_fields__} | {"correction": "r-1"})

    records = said(run(wrong, void, until="05-30"), "overdue")

    assert sorted(records) == sorted(
        [
            "overdue first raised 05-13 00:00",
            "overdue T+3 raised 05-15 00:00",
            "overdue first retracted 05-15 09:00",
            "overdue T+3 retracted 05-15 09:00",
        ]
    )


def test_the_reason_can_be_read_out() -> None:
    """The sentence names the place, what was found, the deadline and how late it is."""
    letter = next(record for record in run(FOUND, until="05-27 12:00") if record.step == "T+7")

    assert letter.reason == (
        "示范机械厂的一般隐患“疏散通道被货物堵塞”（H-1），整改期限为2023年5月20日，期满仍未整改，已逾期7天。"
    )


def test_a_deadline_with_a_time_is_told_with_its_time() -> None:
    """Else it would be overdue on the very day that the sentence gives as the last."""
    noon = report("05-08 09:00", rectify_by="2023-05-20T12:00:00+08:00")
    first = next(record for record in run(noon, until="05-20 13:00") if record.step == "first")

    assert "整改期限为2023年5月20日12时00分，期满仍未整改，已逾期。" in first.reason


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([report("04-10", rectify_by="2023-04-20")], [], id="over before the notice of 28 April"),
        pytest.param(
            [report("04-10", rectify_by="2023-04-27")], ["overdue first raised 04-28 00:00"], id="over as it begins"
        ),
        pytest.param(
            [report("04-10", rectify_by="2023-04-20"), rectified("04-15"), reinspected("05-03 09:00", passed=False)],
            ["overdue first raised 05-03 09:00"],
            id="a re-inspection under the notice fails",
        ),
    ],
)
def test_terms_that_ended_before_the_notice_are_not_opened(facts: list[Fact], expected: list[str]) -> None:
    """No rung of them is told later either: a pack binds what happens from its first day (interface section 2)."""
    first = [line for line in said(run(*facts, until="06-10"), "overdue") if " first " in line]

    assert first == expected
    assert bool(said(run(*facts, until="06-10"), "overdue")) == bool(expected)
