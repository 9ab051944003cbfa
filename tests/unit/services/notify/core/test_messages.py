"""A decision in Chinese words that an official can act on, whatever text came from outside."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.decisions import Decision
from contracts.vocabulary import Level, Measure, RuleId, Status
from services.notify.core.messages import LATE_NOTE, REPEATED_NOTE, Message, compose, heading, in_shanghai, plain
from tests.unit.services.notify.given import NOW, PLACES, decision, planned

if TYPE_CHECKING:
    from services.notify.core.notice import Notice


def message(told: Decision | None = None, *, folded: tuple[Decision, ...] = (), **changes: object) -> Message:
    told = told or decision()
    (notice,) = planned(decision())
    notice = replace(notice, id="n-1", **changes)  # type: ignore[arg-type]
    return compose(notice, told, places=PLACES, folded=folded, now=NOW)


def test_a_message_says_what_where_until_when_and_why() -> None:
    """The text of a reminder, whole: this is what an officer reads."""
    assert message().text == (
        "【提醒】逾期未整改：疏散通道被货物堵塞（甲一机械有限公司）\n"
        "\n"
        "事由：隐患 H-1 整改期限为2023年5月20日，至今未整改。\n"
        "隐患：疏散通道被货物堵塞\n"
        "编号：H-1\n"
        "场所：甲一机械有限公司\n"
        "属地：台州市温岭市太平街道（331081001）\n"
        "行业：工贸\n"
        "隐患等级：一般隐患\n"
        "整改期限：2023年5月20日24:00\n"
        "逾期起算：2023年5月21日00:00\n"
        "应办：镇（街道）\n"
        "依据：S2-22（wenling-2023 1）\n"
        "时点：2023年5月21日00:00\n"
        "决定编号：d-1\n"
        "通知编号：n-1\n"
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.RAISED, "督办函"),
        (Status.PROPOSED, "待审定·督办函"),
        (Status.CONFIRMED, "督办函（已确认）"),
        (Status.QUESTIONED, "存疑·督办函，请复核"),
        (Status.REJECTED, "未采纳·督办函"),
        (Status.CLEARED, "解除·督办函"),
        (Status.RETRACTED, "撤回·督办函"),
    ],
)
def test_the_heading_says_what_is_done_or_taken_back(status: Status, words: str) -> None:
    """A proposal is not an order, and a retraction does not look like one."""
    assert words == heading(decision(status=status, measure=Measure.SUPERVISION_LETTER))


def test_a_rule_that_is_its_measure_is_said_once() -> None:
    """联合督办 under the rule 联合督办."""
    told = message(decision(rule=RuleId.JOINT_SUPERVISION, measure=Measure.JOINT_SUPERVISION))

    assert told.title == "【联合督办】疏散通道被货物堵塞（甲一机械有限公司）"


def test_late_and_repeated_messages_are_marked() -> None:
    """迟到 and 补发 stand first in the title, and a note says what they mean."""
    told = message(late=True, doubtful=True)

    assert told.title.startswith("【补发】【迟到】【提醒】")
    assert told.notes == (LATE_NOTE, REPEATED_NOTE)
    assert (told.document["late"], told.document["repeats"]) == (True, True)


def test_lower_rungs_are_told_along() -> None:
    """What was folded is named in the notice that took it along."""
    low = decision(decision_id="rung-1", reason="已逾期1天。")

    told = message(folded=(low,))

    assert ("一并告知", "已逾期1天。") in told.lines
    assert told.document["folded"] == ["rung-1"]


def test_another_unit_that_acts_is_named() -> None:
    """The level stands with the unit that acts for it."""
    told = message(decision(level=Level.COUNTY, acts_for="331081"))

    assert ("应办", "县（市、区） 台州市温岭市") in told.lines


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("2023-05-20", "2023年5月20日24:00"),
        ("2023-05-20T18:00:00+08:00", "2023年5月20日18:00"),
        ("2023-05-20T10:00:00Z", "2023年5月20日18:00"),
        ("2023-05-21T00:00:00+08:00", "2023年5月20日24:00"),
        ("2023-05-20T18:00:00", "2023-05-20T18:00:00"),
        ("五月底前", "五月底前"),
        ("2023-13-40", "2023-13-40"),
    ],
)
def test_deadlines_are_shown_as_officials_read_them(word: str, shown: str) -> None:
    """A date runs to its end, an instant is shown in Shanghai, anything else as it came."""
    told = message(decision(context={"rectify_by": word}))

    assert ("整改期限", shown) in told.lines


@pytest.mark.parametrize(
    "context", [{}, {"hazard_level": "unheard_of"}, {"site_name": 7, "description": None}], ids=str
)
def test_missing_words_leave_no_hole(context: dict[str, object]) -> None:
    """A decision without the subject's words still gives a message."""
    told = message(decision(context=context))

    assert told.title
    assert not [label for label, text in told.lines if not text]


HOSTILE = '<script>alert(1)</script>{{7*7}} @all [x](http://169.254.169.254) "&\r\nBcc: x@y.cn\x00\u202e\ud800'


def test_hostile_text_stays_text() -> None:
    """No markup, no header, no hidden direction: what came from outside is shown as it is."""
    told = message(decision(context={"description": HOSTILE, "site_name": HOSTILE}))

    assert "<script>" not in told.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in told.html
    assert not set("\r\n\x00\u202e\ud800") & set(told.title)
    assert "{{7*7}}" in told.text


@given(text=st.text(st.characters(codec=None), max_size=300), length=st.integers(2, 60))
def test_plain_text_is_one_clean_line(text: str, length: int) -> None:
    """Whatever comes in, one line of bounded length that UTF-8 can carry comes out."""
    line = plain(text, length)

    assert len(line) <= length
    assert line == line.encode().decode()
    assert line == " ".join(line.split())


def test_rare_characters_of_names_stay() -> None:
    """Characters of newer tables and of the private use area are written in names."""
    assert plain("𠮷\U00031350\ue000", 10) == "𠮷\U00031350\ue000"


def test_instants_are_shown_in_shanghai() -> None:
    """16:00 UTC is midnight there."""
    assert in_shanghai(datetime(2023, 5, 20, 16, tzinfo=UTC)) == "2023年5月21日00:00"


def test_a_follower_knows_what_it_answers() -> None:
    """A retraction names the notice it takes back."""
    (notice,) = planned(decision())
    end: Notice = replace(notice, follows="n-0")

    assert compose(end, decision(status=Status.RETRACTED), places=PLACES, now=NOW).document["follows"] == "n-0"
