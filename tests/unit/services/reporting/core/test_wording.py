"""Pages speak in Asia/Shanghai and never contradict what was decided."""

from datetime import datetime

import pytest

from contracts.facts import Fact
from contracts.vocabulary import Measure, RuleId
from services.reporting.core import wording
from services.reporting.core.days import read_deadline
from services.reporting.core.wording import Said, remaining
from tests.unit.services.reporting.core.test_rows import row
from tests.unit.services.reporting.facts import at, follow

OVERDUE = at("2023-05-21 00:00")


@pytest.mark.parametrize(
    ("later", "since", "moment", "said"),
    [
        pytest.param([], None, "2023-05-10 09:00", Said("剩 10 天"), id="time left"),
        pytest.param([], None, "2023-05-18 09:00", Said("剩 2 天", "warn"), id="near"),
        pytest.param([], None, "2023-05-20 23:00", Said("今日到期", "warn"), id="the last day"),
        pytest.param([], None, "2023-05-21 00:00", Said("期限已过，未认定逾期", "warn"), id="past, nothing decided"),
        pytest.param([], OVERDUE, "2023-05-21 00:00", Said("逾期 1 天", "bad"), id="the first late day"),
        pytest.param([], OVERDUE, "2023-06-01 10:00", Said("逾期 12 天", "bad"), id="twelve days late"),
        pytest.param(
            [], at("2023-05-20 17:00"), "2023-05-20 18:00", Said("逾期不足 1 天", "bad"), id="late by an hour"
        ),
        pytest.param(
            [follow("clock_suspended", at("2023-05-15 09:00"))],
            None,
            "2023-06-01 10:00",
            Said("挂账，暂停计时", "muted"),
            id="suspended",
        ),
        pytest.param(
            [follow("rectified", at("2023-05-25 09:00"))],
            OVERDUE,
            "2023-06-01 10:00",
            Said("已整改，停止计时", "muted"),
            id="put right while the decision lags",
        ),
        pytest.param(
            [follow("closed", at("2023-05-18 09:00"))],
            None,
            "2023-06-01 10:00",
            Said("按期整改，提前 2 天", "good"),
            id="closed with days in hand",
        ),
        pytest.param(
            [follow("closed", at("2023-05-20 09:00"))], None, "2023-06-01 10:00", Said("按期整改", "good"), id="in time"
        ),
        pytest.param(
            [follow("closed", at("2023-05-23 09:00"))],
            OVERDUE,
            "2023-06-01 10:00",
            Said("逾期 3 天整改", "warn"),
            id="closed late",
        ),
        pytest.param(
            [follow("withdrawn", at("2023-05-23 09:00"))], None, "2023-06-01 10:00", Said("—", "muted"), id="withdrawn"
        ),
    ],
)
def test_how_a_hazard_stands_to_its_deadline(
    later: list[Fact], since: datetime | None, moment: str, said: Said
) -> None:
    """Frozen at the close-out, decided before that, counted in days of Asia/Shanghai."""
    assert said == remaining(row(*later, overdue_since=since), at(moment))


def test_no_deadline_is_said_so() -> None:
    """None is never shown as zero or as a date."""
    import msgspec

    bare = msgspec.structs.replace(row(), due_at=None, due_whole_day=None)

    assert Said("未定期限", "muted") == remaining(bare, at("2023-06-01 10:00"))
    assert "未定期限" == wording.deadline_text(None)


def test_an_instant_missed_on_its_own_day_is_less_than_a_day_late() -> None:
    """Closed an hour after the instant."""
    late = row(
        follow("extension_decided", at("2023-05-19 09:00"), granted=True, until="2023-05-22T17:00:00+08:00"),
        follow("closed", at("2023-05-22 18:00")),
    )

    assert Said("逾期不足 1 天整改", "warn") == remaining(late, at("2023-06-01 10:00"))


def test_moments_are_shown_in_shanghai() -> None:
    """16:30 UTC is the next day there; what has not happened is a dash."""
    moment = datetime.fromisoformat("2023-05-20T16:30:05Z")

    assert ["2023-05-21 00:30", "2023-05-21 00:30:05", "2023-05-21", "2023年5月21日 星期日"] == [
        wording.moment_text(moment),
        wording.second_text(moment),
        wording.day_text(moment),
        wording.long_day_text(moment),
    ]
    assert ["—"] * 3 == [wording.moment_text(None), wording.second_text(None), wording.day_text(None)]


def test_a_deadline_is_shown_as_it_was_given() -> None:
    """A date as a date, an instant to the minute."""
    assert ["2023-05-20", "2023-05-20 17:00"] == [
        wording.deadline_text(read_deadline(text)) for text in ("2023-05-20", "2023-05-20T17:00:00+08:00")
    ]


@pytest.mark.parametrize(
    ("rule", "measure", "step", "words"),
    [
        (RuleId.OVERDUE, Measure.SUPERVISION_LETTER, "T+7", "逾期未整改 · 督办函（T+7）"),
        (RuleId.JOINT_SUPERVISION, Measure.JOINT_SUPERVISION, "", "联合督办"),
        (RuleId.INSTANT_REPORT, Measure.INSTANT_REPORT, "first", "即时报告 · （首次）"),
        (RuleId.OVERDUE, Measure.SUPERVISION_LETTER, "T+3.no_reply", "逾期未整改 · 督办函（T+3，发函逾期未复）"),
        (RuleId.REFUSAL, Measure.SUPERVISION_LETTER, "no_reply", "拒不整改 · 督办函（发函逾期未复）"),
    ],
)
def test_a_decision_is_named_once(rule: RuleId, measure: Measure, step: str, words: str) -> None:
    """A measure that bears its rule's name is not repeated."""
    assert words == wording.decision_text(rule, measure, step)


def test_rungs_have_names() -> None:
    """The first rung in Chinese, the others as the pack calls them, none as nothing."""
    assert ["（首次）", "（T+7）", ""] == [wording.step_text(step) for step in ("first", "T+7", "")]


@pytest.mark.parametrize(
    ("handle", "words"),
    [
        ("office@331081003", "城西街道 · 安委办"),
        ("office@331081003/2", "城西街道 · 安委办（2）"),
        ("watch@港航局", "港航局 · watch"),
        ("town-office", "town-office"),
        ("", "—"),
    ],
)
def test_a_recipient_is_a_role_of_a_unit(handle: str, words: str) -> None:
    """The unit by name, the role in Chinese where it has a name, the seat where there are several."""
    names = {"331081003": "城西街道"}

    assert words == wording.recipient_text(handle, {"office": "安委办"}, lambda unit: names.get(unit, unit))
