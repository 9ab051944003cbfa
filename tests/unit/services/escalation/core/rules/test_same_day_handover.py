"""What an undercover visit finds is handed over that same day, by event time, on any day of the week (S1-13, S1-17)."""

from typing import Any

import pytest

from contracts.facts import Fact
from services.escalation.core.calendar import SHANGHAI
from tests.unit.services.escalation.visits import (
    about,
    closed,
    correcting,
    decide,
    found,
    handed,
    rectified,
    told,
    voiding,
)

RULE = "same_day_handover"
BREACH = "same_day_handover J-1 raised 03-27 00:00"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([found("2020-03-26 09:00")], [BREACH], id="nobody was given it"),
        pytest.param([found("2020-03-26 09:00"), handed("2020-03-26 23:59")], [], id="handed over at 23:59"),
        pytest.param(
            [found("2020-03-26 23:58"), handed("2020-03-27 00:00")],
            [BREACH, "same_day_handover J-1 cleared 03-27 00:00"],
            id="24:00 is over: the breach stays on record",
        ),
        pytest.param(
            [found("2020-03-26 23:58"), handed("2020-03-27 00:01")],
            [BREACH, "same_day_handover J-1 cleared 03-27 00:01"],
            id="handed over at 00:01 of the next day",
        ),
        pytest.param(
            [found("2020-03-27 00:01")], ["same_day_handover J-1 raised 03-28 00:00"], id="found just after midnight"
        ),
        pytest.param([found("2020-03-28 10:00")], ["same_day_handover J-1 raised 03-29 00:00"], id="a Saturday counts"),
        pytest.param([found("2020-04-04 10:00")], ["same_day_handover J-1 raised 04-05 00:00"], id="Qingming counts"),
        pytest.param(
            [found("2020-03-26 09:00", fixed_on_the_spot=True)], [], id="fixed on the spot needs no hand-over"
        ),
        pytest.param([found("2020-03-26 09:00"), rectified("2020-03-26 20:00")], [], id="put right the same day"),
        pytest.param(
            [found("2020-03-26 09:00"), rectified("2020-03-27 10:00")],
            [BREACH, "same_day_handover J-1 cleared 03-27 10:00"],
            id="put right the next day: the breach ends, and stays on record",
        ),
        pytest.param(
            [found("2020-03-26 09:00", fixed_on_the_spot=True), about("reinspected", "2020-03-26 18:00", passed=False)],
            [BREACH],
            id="a fix that failed the same day is none",
        ),
        pytest.param(
            [found("2020-03-26 09:00", fixed_on_the_spot=True), about("reinspected", "2020-03-30 18:00", passed=False)],
            [],
            id="a fix that fails days later breaks no duty of that day",
        ),
        pytest.param(
            [found("2020-03-26 09:00"), about("withdrawn", "2020-03-26 12:00", reason="重复")], [], id="no hazard"
        ),
        pytest.param([found("2020-03-26 09:00", found_by="inspection")], [], id="an ordinary inspection is not bound"),
        pytest.param([found("2020-03-26 09:00", found_by="self_check")], [], id="a self-check is not bound"),
        pytest.param([found("2020-03-26 09:00", found_by="superior")], [], id="a superior's round is not bound"),
        pytest.param(
            [found("2020-03-26 09:00"), handed("2020-03-26 08:50")], [], id="handed over before the finding's own time"
        ),
        pytest.param(
            [found("2020-03-26 09:00", known="2020-03-26 21:00"), handed("2020-03-26 10:00")],
            [],
            id="the hand-over is known before the finding",
        ),
        pytest.param(
            [found("2020-03-26 09:00"), handed("2020-03-26 20:00", known="2020-03-27 09:00")],
            [BREACH, "same_day_handover J-1 retracted 03-27 09:00"],
            id="handed over in time and recorded the next morning: retracted, by the time of the event",
        ),
        pytest.param(
            [found("2020-03-26 09:00", known="2020-03-30 09:00"), handed("2020-03-26 20:00", known="2020-03-30 08:00")],
            [],
            id="everything in time, everything recorded late, the hand-over first",
        ),
        pytest.param(
            [found("2020-03-26 09:00", known="2020-03-30 09:00"), handed("2020-03-26 20:00", known="2020-03-30 10:00")],
            [BREACH, "same_day_handover J-1 retracted 03-30 10:00"],
            id="everything in time, everything recorded late, the finding first",
        ),
        pytest.param([found("2020-03-26 09:00"), handed("2020-03-26 10:00", tenant="330400")], [], id="by the city"),
        pytest.param(
            [found("2020-03-26 09:00"), handed("2020-03-26 10:00", tenant="330421")],
            [BREACH],
            id="another county cannot hand it over",
        ),
        pytest.param([found("2020-03-26 09:00", tenant="330500")], [], id="another city is not bound"),
        pytest.param([found("2020-03-24 09:00")], [], id="found before the notice"),
        pytest.param(
            [found("2020-03-26 09:00"), found("2020-03-28 09:00")], [BREACH], id="found again while open: one duty"
        ),
        pytest.param(
            [found("2020-03-26 09:00", found_by="inspection"), found("2020-03-28 09:00")],
            ["same_day_handover J-1 raised 03-29 00:00"],
            id="an undercover team finds what an inspection knew",
        ),
        pytest.param(
            [
                found("2020-03-26 09:00"),
                handed("2020-03-26 10:00"),
                closed("2020-03-27 10:00"),
                found("2020-03-30 09:00"),
            ],
            ["same_day_handover J-1 raised 03-31 00:00"],
            id="found again after its close-out: a new duty",
        ),
    ],
)
def test_a_hazard_is_handed_over_on_the_day_it_is_found(facts: list[Fact], expected: list[str]) -> None:
    """The breach falls at 24:00 of the local day of finding."""
    assert told(decide(*facts, until="2020-04-06 12:00"), RULE) == expected


def test_a_correction_of_who_found_it_takes_the_breach_back() -> None:
    """It was an ordinary inspection after all: the same-day rule never bound it."""
    wrong = found("2020-03-26 09:00")
    right = correcting(found("2020-03-27 10:00", found_by="inspection"), wrong)

    assert told(decide(wrong, right, until="2020-03-29"), RULE) == [
        BREACH,
        "same_day_handover J-1 retracted 03-27 10:00",
    ]


def test_a_voided_hand_over_brings_the_breach() -> None:
    """What never was handed over is a breach of the day of finding."""
    act = handed("2020-03-26 10:00")

    records = decide(found("2020-03-26 09:00"), act, voiding(act, "2020-03-28 09:00"), until="2020-03-29")

    assert told(records, RULE) == [BREACH]


def test_late_ingestion_is_shown_apart() -> None:
    """The breach counts by the time of the event, and says that its record came more than a day later."""
    records = decide(found("2020-03-26 09:00", known="2020-03-28 09:00"), until="2020-03-29")
    breach = next(record for record in records if record.rule == RULE)

    assert (breach.late_recorded, str(breach.level), breach.tenant) == (True, "city", "330482")


def test_the_reason_can_be_read_out() -> None:
    """It names the place, the day and what the notice asks for."""
    breach = next(record for record in decide(found("2020-03-26 09:00"), until="2020-03-28") if record.rule == RULE)

    assert breach.reason == (
        "示范机械厂的一般隐患“疏散通道被货物堵塞”（J-1），2020年3月26日检查发现，"
        "至当日24时既未整改也未交办，不符合当日交办的要求。"
    )


# ---- with a term: the grid's report and the regulator's answer (S3-15)


def from_the_grid(when: str, **words: Any) -> Fact:
    """A village's grid worker reports a blocked passage in 乳山."""
    site = {"id": "S-1", "name": "示范豆腐坊", "address": "示范路9号", "kind": "place", "sector": "工贸"}
    said = {"found_by": "grid", "rectify_by": None, "supervising_unit": "市应急管理局", "site": site}
    return found(when, tenant="371083", **(said | words))


def answers(*facts: Fact, until: str = "2021-06-30") -> list[str]:
    """What the rule says under the pack of 威海."""
    records = [one for one in decide(*facts, until=until, packs=("weihai-2021",)) if one.rule == RULE]
    return [f"{one.step or 'breach'} {one.status} {one.at.astimezone(SHANGHAI):%m-%d %H:%M}" for one in records]


RECEIVED = "received raised 05-21 09:00"


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        pytest.param([], ["breach raised 05-27 00:00"], id="nobody answers: three working days after a Friday"),
        pytest.param(
            [("handed_over", "2021-05-24 10:00", {"to_unit": "示范豆腐坊"})],
            ["received cleared 05-24 10:00"],
            id="given to who has to put it right",
        ),
        pytest.param(
            [("returned", "2021-05-24 10:00", {"reason": "不属我局监管", "suggested_unit": "市住房和城乡建设局"})],
            ["received cleared 05-24 10:00"],
            id="returned as another's is an answer",
        ),
        pytest.param(
            [("rectified", "2021-05-24 10:00", {"by": "示范豆腐坊"})],
            ["received cleared 05-24 10:00"],
            id="put right before anybody answered",
        ),
        pytest.param(
            [("handed_over", "2021-05-28 10:00", {"to_unit": "示范豆腐坊"})],
            ["breach raised 05-27 00:00", "breach cleared 05-28 10:00", "received cleared 05-28 10:00"],
            id="answered late: it stays on record",
        ),
    ],
)
def test_the_regulator_answers_what_the_grid_reports(
    acts: list[tuple[str, str, dict[str, Any]]], expected: list[str]
) -> None:
    """S3-15: 由监管部门牵头查处. It is told at once, and has a clock of its own."""
    later = [about(kind, when, tenant="371083", **words) for kind, when, words in acts]

    lines = answers(from_the_grid("2021-05-21 09:00"), *later)

    assert (lines[0], sorted(lines[1:])) == (RECEIVED, sorted(expected))


def test_it_is_told_to_the_regulator_in_words() -> None:
    """S3-15: who, what and by when; both records address the unit that supervises."""
    records = decide(from_the_grid("2021-05-21 09:00"), until="2021-06-30", packs=("weihai-2021",))
    told_, breach = (one for one in records if one.rule == RULE)

    assert told_.reason.endswith("系网格巡查发现并上报，请监管部门牵头查处，于2021年5月26日前答复处理意见。")
    assert breach.reason.endswith("2021年5月21日由网格巡查上报，监管部门至2021年5月26日24时既未查处也未答复。")
    assert {one.context["addressee"] for one in (told_, breach)} == {"supervising_unit"}


def test_other_findings_have_no_such_clock() -> None:
    """An inspection's own finding is the inspector's to hand over."""
    assert answers(from_the_grid("2021-05-21 09:00", found_by="inspection")) == []
