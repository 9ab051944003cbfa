"""A letter printed by LibreOffice has the measures of GB/T 9704-2012 and reads as an official letter should."""

import re
from pathlib import Path

import pytest

from services.notify.core.letters.content import Party
from services.notify.core.letters.letter import Letter
from services.notify.core.letters.paper import Issue, fields_of
from services.notify.exports.docx import SHIPPED, render
from tests.tools.office.paper import Pdf, printed
from tests.unit.services.notify.core.letters.writing import DESK, TODAY, drafted, supervision, warning_meeting

pytestmark = [pytest.mark.tools, pytest.mark.timeout(600)]

LEFT, RIGHT, TOP, BOTTOM = 28.0, 210 - 26.0, 37.0, 297 - 35.0  # of the type area, in millimetres
COUNTY = (Party(name="温岭市安全生产委员会办公室", unit="331081"),)
HANGING = 6.0  # millimetres: one character
HOSTILE = "{{ 7*7 }} <w:t>插入</w:t> A<B & C 𠮷"


def on_paper(letter: Letter, folder: Path, name: str, *, form: str = "letter") -> Pdf:
    fields = fields_of(
        letter, DESK.rules.organ(letter.organ), Issue(issued_on=TODAY, number=5, signed=True, signer="甲乙")
    )
    return printed(render((SHIPPED / f"{form}.docx").read_bytes(), fields), folder, name)


@pytest.fixture(scope="module")
def letter() -> Letter:
    """A 督办函 with a hostile description and several copies."""
    record = supervision(context={**supervision().context, "address": HOSTILE})
    (made,) = drafted(record)
    copies = tuple(Party(name=f"示例市第{n}行业主管部门") for n in range(1, 6))
    return made.changed(content=made.content.__class__(**{**_members(made), "copies": copies}))


@pytest.fixture(scope="module")
def pdf(letter: Letter, tmp_path_factory: pytest.TempPathFactory) -> Pdf:
    """The letter as it is printed."""
    return on_paper(letter, tmp_path_factory.mktemp("letter"), "supervision")


def test_it_is_printed_in_the_faces_of_the_standard(pdf: Pdf) -> None:
    """仿宋 for the text, 小标宋 for head and title, 黑体 for headings; nothing else but for a rare character."""
    assert {"FandolFang-Regular", "FandolSong-Regular", "FandolHei-Regular"} <= pdf.faces
    assert {face for face in pdf.faces if not face.startswith(("Fandol", "NotoS"))} == set()


def test_the_page_is_a4_and_the_text_keeps_its_area(pdf: Pdf) -> None:
    """Nothing but the page number stands outside 156 by 225 mm; a closing mark may hang over, as printers let it."""
    assert [round(side) for side in pdf.size] == [210, 297]
    for page in range(1, pdf.pages + 1):
        for text, x, y, right, bottom in pdf.words(page):
            if re.fullmatch(r"[—\d ]+", text) and y > BOTTOM:
                continue
            assert x > LEFT - 0.6, text
            assert right < RIGHT + (HANGING if text[-1] in "，。；、”" else 0.6), text
            assert y > TOP - 1, text
            assert bottom < BOTTOM + 1, text


def test_the_head_stands_where_the_standard_puts_it(pdf: Pdf) -> None:
    """35 mm below the upper edge of the type area, on one line, in the middle."""
    head = next(word for word in pdf.words(1) if word[0] == "温岭市安全生产委员会办公室文件")

    assert 35 - 3 < head[2] - TOP < 35 + 3
    assert abs((head[1] + head[3]) / 2 - (LEFT + RIGHT) / 2) < 1.5


def test_a_line_has_twenty_eight_characters_and_a_page_twenty_two_lines(pdf: Pdf) -> None:
    """As the standard counts them."""
    full = [line.strip() for page in range(1, pdf.pages + 1) for line in pdf.text(page).splitlines()]
    han = [line for line in full if re.fullmatch(r"[\u4e00-\u9fff，。；、：“”]+", line)]
    lines = sorted({round(word[2], 0) for word in pdf.words(2) if TOP - 1 < word[2] < BOTTOM})

    assert 26 <= max(map(len, han)) <= 29
    assert len(lines) <= 23


def test_it_reads_as_an_official_letter(pdf: Pdf) -> None:
    """From the head to the foot of the last page, hostile text included as text."""
    text = re.sub(r"\s", "", "".join(pdf.text(page) for page in range(1, pdf.pages + 1)))
    parts = [
        "温岭市安全生产委员会办公室文件",
        "温岭安委办〔2023〕5号",
        "关于甲一机械有限公司",
        "的督办函",
        "温岭市太平街道安全生产委员会办公室：",
        "一、基本情况",
        re.sub(r"\s", "", HOSTILE),
        "二、有关依据",
        "三、工作要求",
        "（四）请于2023年5月28日前将整改情况和佐证材料书面报送我办。",
        "特此函告。",
        "二〇二三年五月二十一日",
        "抄送：",
        "2023年5月21日印发",
    ]
    found = [text.find(part) for part in parts]

    assert -1 not in found, dict(zip(parts, found, strict=True))
    assert found == sorted(found)


def test_signature_date_and_foot_stand_where_the_standard_puts_them(pdf: Pdf) -> None:
    """The date four characters from the right, the name centred over it; the 版记 ends at the edge of the type area."""
    words = [(text, box) for text, *box in pdf.words(pdf.pages)]
    name = next(box for text, box in words if text == "温岭市安全生产委员会办公室" and box[2] > 150)
    date = next(box for text, box in words if text == "二〇二三年五月二十一日")
    issued = next(box for text, box in words if text.endswith("日印发"))

    assert abs((RIGHT - date[2]) - 4 * 5.57) < 2.5
    assert abs((name[0] + name[2]) / 2 - (date[0] + date[2]) / 2) < 2.5
    assert BOTTOM - 9 < issued[3] < BOTTOM + 0.5


def test_page_numbers_stand_outside_alternately(pdf: Pdf) -> None:
    """— 1 — at the right, — 2 — at the left, 7 mm below the type area."""
    for page in range(1, pdf.pages + 1):
        number = next(word for word in pdf.words(page) if word[2] > BOTTOM and word[0] == str(page))

        assert BOTTOM + 4 < number[2] < BOTTOM + 12
        assert (number[1] > 150) == (page % 2 == 1)


def test_what_goes_up_has_its_signer_beside_the_number(tmp_path: Path) -> None:
    """Number one character from the left, 签发人 one from the right, the name in 楷体 (7.2.6)."""
    (made,) = drafted()
    up = made.changed(organ="331081001", content=made.content.__class__(**{**_members(made), "addressees": COUNTY}))
    pdf = on_paper(up, tmp_path, "upward")
    number, signer = (next(word for word in pdf.words(1) if start in word[0]) for start in ("太平安委办", "签发人"))

    assert abs(number[1] - LEFT - HANGING) < 1.5
    assert abs(RIGHT - signer[3] - HANGING) < 1.5
    assert abs(number[2] - signer[2]) < 1
    assert "FandolKai-Regular" in pdf.faces


def test_no_page_has_a_signature_and_no_text(pdf: Pdf) -> None:
    """What is sealed stands above the seal."""
    last = next(n for n in range(1, pdf.pages + 1) if "二〇二三年五月二十一日" in pdf.text(n))

    assert "特此函告" in pdf.text(last)


def test_an_annex_begins_a_page_of_its_own(tmp_path: Path) -> None:
    """Before the foot of the last page."""
    invitation = drafted(warning_meeting())[0]
    pdf = on_paper(invitation, tmp_path, "invitation")
    last = pdf.text(pdf.pages)

    assert "事故警示现场会议程" in last
    assert last.split()[0] == "附件"
    title = next(word for word in pdf.words(pdf.pages) if word[0] == "事故警示现场会议程")
    assert 2 < (title[2] - TOP) / (225 / 22) < 3.5, "on the third line (7.3.7)"
    assert pdf.picture(1, tmp_path).stat().st_size > 1000


def test_minutes_have_no_head(tmp_path: Path) -> None:
    """They are approved, not numbered."""
    minutes = drafted(warning_meeting())[1]
    first = on_paper(minutes, tmp_path, "minutes", form="paper").text(1)

    assert "委员会办公室文件" not in first
    assert "警示现场会纪要" in first


def _members(letter: Letter) -> dict[str, object]:
    return {name: getattr(letter.content, name) for name in letter.content.__struct_fields__}
