"""What the public may read: the matter, never a person, never who told of it (S2-38, S3-24, S3-31)."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as replace_struct

from contracts.vocabulary import LetterKind, LetterState, Status
from services.notify.core.letters.content import Party
from services.notify.core.letters.drafting import draft
from services.notify.core.letters.letter import Letter
from services.notify.core.letters.publishing import SHOWN, is_public, was_public, why_unpublishable
from services.notify.core.letters.signing import why_unsignable
from tests.telephones import CARRIER
from tests.unit.services.notify.core.letters.writing import DESK, TODAY, supervision, talk
from tests.unit.services.notify.given import NOW

WIDE = "".join(chr(ord(digit) + 0xFEE0) for digit in CARRIER)


def publication(**changes: Any) -> Letter:
    """A draft about the overdue hazard."""
    return draft(LetterKind.PUBLICATION, supervision(**changes), 0, DESK, NOW)


def test_a_typical_case_is_told_without_how_it_became_known() -> None:
    """S2-38: what was wrong and where; the way of finding and units that supervise are the office's own business."""
    said = supervision().context | {
        "found_by": "tip_off",
        "address": "示范路9号",
        "responsible_unit": "甲一机械有限公司",
    }
    letter = publication(context=said, reason="群众举报的隐患 H-1 经查属实，视同事故处理。")

    assert letter.content.title == "关于甲一机械有限公司“疏散通道被货物堵塞”隐患逾期未整改典型案例的通告"
    assert {label for label, _ in letter.content.facts} == {
        "隐患内容", "场所名称", "属地", "行业领域", "隐患等级", "责任单位", "整改期限",
    }  # fmt: skip
    assert {label for label, _ in letter.content.facts} <= SHOWN
    assert "举报" not in "".join(letter.content.opening)
    assert [party.name for party in letter.content.addressees] == ["社会公众"]
    assert letter.content.copies == ()


def test_the_number_of_a_hazard_is_no_business_of_the_public() -> None:
    """S2-38: it is found by it here, and nowhere else; another letter names it."""
    reason = "甲一机械有限公司的一般隐患“疏散通道被货物堵塞”（H-1）逾期未整改。"

    assert publication(reason=reason).content.opening[0] == "经查，" + reason.replace("（H-1）", "")
    other = draft(LetterKind.SUPERVISION_LETTER, supervision(reason=reason), 0, DESK, NOW)
    assert other.content.opening[0] == "经查，" + reason


def test_a_draft_waits_for_who_signs_to_fill_it_in_and_to_look_for_persons() -> None:
    """S3-31: nobody signs over either blank."""
    letter = publication()

    assert why_unsignable(letter, [], TODAY) == "还有未填写的内容（【 】），请先填写"
    assert "没有自然人姓名" in letter.content.demands[-1]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param(f"联系人手机 {CARRIER}。", "手机号码", id="a mobile"),
        pytest.param("电话 0576-00000000。", "电话号码", id="a telephone"),
        pytest.param("身份证 330000199001010000。", "身份证号", id="an identity card"),
        pytest.param("信箱 a@example.cn。", "电子邮箱", id="a mailbox"),
        pytest.param("据举报人反映。", "举报", id="who told of it"),
        pytest.param(f"联系人手机 {WIDE}。", "手机号码", id="a mobile in full-width digits"),
        pytest.param(f"手机 {CARRIER[:3]} {CARRIER[3:7]}-{CARRIER[7:]}", "手机号码", id="a mobile in groups"),
        pytest.param("电话（0576）0000 0000。", "电话号码", id="a telephone in brackets and groups"),
        pytest.param("身份证 330000 19900101 0000。", "身份证号", id="an identity card in groups"),
        pytest.param("信箱 a＠example.cn。", "电子邮箱", id="a mailbox with a full-width sign"),
        pytest.param("据群众 举 报。", "举报", id="who told of it, with spaces"),
        pytest.param("整改期限2023-11-15至2023-12-01，温安委〔2023〕12号，罚款1300000元。", "", id="days and numbers are none"),
        pytest.param("统一社会信用代码 913300000000000000，罚款200000元。", "", id="a credit code and a sum are no person"),
    ],
)  # fmt: skip
def test_personal_data_is_not_published(words: str, what: str) -> None:
    """S3-31: the refusal names what it is, wherever it stands."""
    letter = publication()
    said = replace(letter, content=type(letter.content)(title="通告", addressees=(), opening=("甲", words)))

    why = why_unpublishable(said, restricted=False, status=Status.RAISED)

    assert (what in (why or "")) if what else why is None


def test_whatever_stands_on_the_paper_is_looked_at() -> None:
    """A number beside the name of an addressee was published; and so was one in what is asked for."""
    content = replace_struct(publication().content, opening=("甲",), demands=())
    named = Party(name=f"张某 {CARRIER}")
    for part in ({"addressees": (named,)}, {"copies": (named,)}, {"reply_ask": f"致电 {CARRIER}"}):
        said = replace(publication(), content=replace_struct(content, **part))

        assert "手机号码" in (why_unpublishable(said, restricted=False, status=Status.RAISED) or ""), part


@pytest.mark.parametrize("status", [Status.PROPOSED, Status.PROVISIONAL, Status.QUESTIONED, Status.REJECTED])
def test_what_is_not_decided_is_not_published(status: Status) -> None:
    """A proposal is nobody's shame yet."""
    assert "不得公开" in (why_unpublishable(publication(), restricted=False, status=status) or "")


def test_what_is_restricted_is_never_published() -> None:
    """S3-27: not even by who may read it."""
    assert "不得公开" in (why_unpublishable(publication(), restricted=True, status=Status.CONFIRMED) or "")


def test_other_letters_may_name_whom_they_must() -> None:
    """The check is for what the public reads."""
    letter = replace(publication(), kind=LetterKind.TALK_NOTICE)

    assert why_unpublishable(letter, restricted=True, status=Status.PROPOSED) is None


@pytest.mark.parametrize(
    ("state", "public", "was"),
    [
        pytest.param(LetterState.DRAFTED, False, False, id="a draft is nobody's"),
        pytest.param(LetterState.SIGNED, True, False, id="signed it is everybody's"),
        pytest.param(LetterState.WITHDRAWN, False, True, id="taken back it is not"),
    ],
)
def test_when_a_text_is_public(state: LetterState, *, public: bool, was: bool) -> None:
    """From its signature on, until another letter takes it back."""
    letter = replace(publication(), state=state)

    assert (is_public(letter), was_public(letter)) == (public, was)


def test_the_publication_of_a_talk_says_who_was_talked_to_and_why() -> None:
    """S3-24: 约谈要媒体参与，公开曝光."""
    letter = draft(LetterKind.PUBLICATION, talk(), 0, DESK, NOW)

    assert letter.content.title == "关于约谈温岭市城西街道办事处主要负责同志的通告"
    assert letter.content.opening[0] == "经查，城西街道三个月内发生2起亡人事故。"


def test_a_suspected_crime_is_handed_to_the_police_alone() -> None:
    """S2-38: 行刑衔接. Nobody gets a copy, and the offence is for who signs to name."""
    letter = draft(LetterKind.CRIME_REFERRAL, supervision(), 0, DESK, NOW)

    assert [party.name for party in letter.content.addressees] == ["温岭市公安局"]
    assert letter.content.copies == ()
    assert "【填写涉嫌的罪名和主要事实】" in letter.content.opening[1]
    assert "未填写" in (why_unsignable(letter, [], TODAY) or "")
