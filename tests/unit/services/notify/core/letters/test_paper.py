"""What stands on the paper, and where."""

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest

from contracts.vocabulary import Measure
from services.notify.core.letters.content import Annex, Party, Unfit, edited, fit
from services.notify.core.letters.letter import Letter
from services.notify.core.letters.paper import FIELDS, NEEDED, UNSIGNED, Issue, fields_of, from_right
from tests.unit.services.notify.core.letters.writing import DESK, TODAY, drafted, supervision, talk


def on_paper(letter: Letter, **issue: Any) -> dict[str, Any]:
    made = Issue(**({"issued_on": TODAY, "number": 5, "signed": True} | issue))
    return fields_of(letter, DESK.rules.organ(letter.organ), made)


def test_every_field_of_a_template_is_filled_and_no_other() -> None:
    """What a template may name is what a letter gives."""
    (letter,) = drafted()

    assert on_paper(letter).keys() == FIELDS.keys()
    assert NEEDED <= FIELDS.keys()


@pytest.mark.parametrize(
    ("measure", "title", "closing"),
    [
        pytest.param(Measure.SUPERVISION_LETTER, "的督办函", "特此函告。", id="a letter"),
        pytest.param(Measure.JOINT_SUPERVISION, "的通知", "特此通知。", id="a notice"),
    ],
)
def test_a_letter_closes_as_what_its_title_says_that_it_is(measure: Measure, title: str, closing: str) -> None:
    """A 通知 is no 函."""
    (letter,) = drafted(supervision(measure=measure))

    assert letter.content.title.endswith(title)
    assert on_paper(letter)["closing"] == closing


def test_a_supervision_letter_reads_as_one() -> None:
    """Title, addressee, facts, clause, demands with the day of the answer, organ and date."""
    (letter,) = drafted()
    paper = on_paper(letter)

    assert paper["head"] == "温岭市安全生产委员会办公室文件"
    assert paper["number"] == "温岭安委办〔2023〕5号"
    assert "".join(paper["title_lines"]) == "关于甲一机械有限公司“疏散通道被货物堵塞”隐患逾期未整改的督办函"
    assert paper["addressees"] == "温岭市太平街道安全生产委员会办公室"
    assert {"label": "整改期限", "words": "2023年5月20日24:00"} in paper["facts"]
    assert paper["grounds"] == [
        "《2023年温岭市安全生产工作要点》要求：“隐患逾期未整改的，市安委办、各专委办开展‘联合督办’”。"
    ]
    assert paper["demands"][-1] == "（四）请于2023年5月28日前将整改情况和佐证材料书面报送我办。"
    assert paper["sections"] == {"facts": "一、基本情况", "grounds": "二、有关依据", "demands": "三、工作要求"}
    assert paper["issued_on"] == "二〇二三年五月二十一日"
    assert paper["copies"] == "市应急管理局"
    assert paper["printed_on"] == "2023年5月21日印发"


def test_a_draft_shows_that_it_is_one() -> None:
    """A blank for the number and the date, and the mark 送审稿."""
    (letter,) = drafted()
    paper = on_paper(letter, number=None, signed=False)

    assert (paper["number"], paper["draft_mark"]) == ("温岭安委办〔2023〕　号", "送审稿")
    assert not any(char in paper["issued_on"] for char in "〇一二三0123")


def test_a_talk_names_the_government_that_is_summoned() -> None:
    """And the document by which a named person confirmed it."""
    (letter,) = drafted(talk())

    assert [party.name for party in letter.content.addressees] == ["温岭市城西街道办事处"]
    assert "（温安委办约〔2023〕1号）" in letter.content.opening[1]


@pytest.mark.parametrize(
    ("name", "day", "indents"),
    [
        pytest.param(13, 11, (3.0, 4.0), id="the name is centred over a date four characters from the right"),
        pytest.param(11, 11, (4.0, 4.0), id="of one length they stand above each other"),
        pytest.param(19, 11, (0.0, 4.0), id="as long as the page allows"),
        pytest.param(25, 11, (0.0, 7.0), id="longer still it stands at the edge, the date below its middle"),
    ],
)
def test_signature_and_date_stand_off_from_the_right(name: int, day: int, indents: tuple[float, float]) -> None:
    """GB/T 9704-2012, 7.3.5."""
    assert indents == from_right("名" * name, "日" * day)


@pytest.mark.parametrize(
    ("parties", "line"),
    [
        pytest.param(
            (("省安委办", False), ("市委办", False), ("市府办", True)), "省安委办，市委办、市府办", id="S1-22"
        ),
        pytest.param((("市委办", True),), "市委办", id="nobody stands before the first"),
        pytest.param((("甲", False), ("乙", False)), "甲，乙", id="each on its own"),
    ],
)
def test_copies_stand_in_groups(parties: tuple[tuple[str, bool], ...], line: str) -> None:
    """Within a group 、, between groups ，."""
    (letter,) = drafted()
    copies = tuple(Party(name=name, beside=beside) for name, beside in parties)
    grouped = replace(letter, content=fit(msgspec.structs.replace(letter.content, copies=copies)))

    assert on_paper(grouped)["copies"] == line


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_an_answer_is_not_due_at_the_end_of_time(day: str) -> None:
    """The day after it does not exist: signing ended in a defect."""
    (letter,) = drafted()

    with pytest.raises(Unfit, match="不是合理的日期"):
        edited(letter.content, {"reply_by": day})


def addressed(*units: str) -> Letter:
    (letter,) = drafted()
    parties = tuple(Party(name=DESK.rules.name_of(unit), unit=unit) for unit in units)
    return replace(letter, organ="331081001", content=msgspec.structs.replace(letter.content, addressees=parties))


@pytest.mark.parametrize(
    ("units", "signer"),
    [
        pytest.param(("331081",), "签发人甲", id="to the county"),
        pytest.param(("331000",), "签发人甲", id="to the city above that"),
        pytest.param(("331081003",), "", id="to a neighbour"),
        pytest.param(("331081", "市应急管理局"), "", id="to the county and a department"),
        pytest.param((), "", id="to nobody yet"),
    ],
)
def test_what_goes_up_names_who_signed_it(units: tuple[str, ...], signer: str) -> None:
    """上行文 alone (GB/T 9704-2012, 7.2.6); a draft keeps the place open."""
    letter = addressed(*units)

    assert on_paper(letter, signer="签发人甲")["signer"] == signer
    assert on_paper(letter, signed=False, number=None)["signer"] == (UNSIGNED if signer else "")


def test_annexes_are_numbered_when_there_are_several() -> None:
    """And listed below the text, in line with one another."""
    (letter,) = drafted()
    annexes = (Annex(title="清单", lines=("一",)), Annex(title="图示", lines=("二",)))
    several = letter.changed(content=letter.content.__class__(**{**_members(letter), "annexes": annexes}))
    paper = on_paper(several, issued_on=date(2023, 6, 1))

    assert paper["attachments"] == ["附件：1. 清单", "　　　2. 图示"]
    assert [annex["mark"] for annex in paper["annexes"]] == ["附件1", "附件2"]


def _members(letter: Letter) -> dict[str, Any]:
    return {name: getattr(letter.content, name) for name in letter.content.__struct_fields__}
