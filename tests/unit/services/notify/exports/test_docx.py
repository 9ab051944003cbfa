"""Whatever a hazard's text holds stays text, and the file opens."""

import io
from dataclasses import replace

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.decisions import Decision
from services.notify.core.letters.paper import Issue, fields_of
from services.notify.exports.docx import SHIPPED, render
from tests.unit.services.notify.core.letters.writing import DESK, TODAY, drafted, supervision

TEMPLATE = (SHIPPED / "letter.docx").read_bytes()


def with_text(description: str, **context: str) -> Decision:
    return supervision(
        reason=f"隐患“{description}”逾期未整改。",
        context={**supervision().context, "description": description, **context},
    )


def paper_of(record: Decision) -> bytes:
    (letter,) = drafted(record)
    fields = fields_of(letter, DESK.rules.organ(letter.organ), Issue(issued_on=TODAY, number=5, signed=True))
    return render(TEMPLATE, fields)


def words_of(docx: bytes) -> str:
    """All text of paragraphs and tables, as python-docx reads it."""
    document = Document(io.BytesIO(docx))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize(
    "hostile",
    [
        "{{ 7*7 }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% for x in range(9) %}甲{% endfor %}",
        "{%p if true %}",
        "{# 看不见 #}",
        "<w:p><w:r><w:t>插入</w:t></w:r></w:p>",
        "</w:t></w:r></w:p>",
        "A<B & C>D \"引号\" '单引号'",
        "&lt;已转义&gt; &amp;amp;",
        "]]> <!-- 注释 --> <?xml version='1.0'?>",
        "𠮷野家门前、𡐓、㙍、䶮、镕",
        "",
        "=cmd|'/c calc'!A0",
    ],
)
def test_hostile_text_stays_literal(hostile: str) -> None:
    """Template language, markup and rare characters come out as they went in."""
    words = words_of(paper_of(with_text(hostile)))

    assert hostile in words


@pytest.mark.parametrize("hidden", ["\x00", "\x01\x02", "\x0b\x0c", "\ufffe", "\u202e", "\ud800"], ids=ascii)
def test_what_cannot_be_seen_is_left_out(hidden: str) -> None:
    """Control, direction-changing and unpaired characters could not stand in XML, or would deceive the reader."""
    words = words_of(paper_of(with_text(f"疏散{hidden}通道")))

    assert "疏散通道" in words.replace(" ", "").replace("\ufffe", "")


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200))
def test_any_text_makes_a_file_that_opens(description: str) -> None:
    """And its other parts are still there."""
    words = words_of(paper_of(with_text(description)))

    assert "温岭安委办〔2023〕5号" in words
    assert "特此函告。" in words


def test_a_line_break_in_a_description_breaks_nothing() -> None:
    """It becomes a blank: a cell stays one line of text."""
    assert "上 下" in words_of(paper_of(with_text("上\n\r\n下")))


def test_a_long_name_makes_a_narrow_head() -> None:
    """The head stays on one line, whatever the organ is called."""
    (letter,) = drafted()
    organ = DESK.rules.organ("331081")
    wide, narrow = (replace(organ, head=head) for head in ("温岭市安委会文件", organ.name * 2 + "文件"))
    issue = Issue(issued_on=TODAY, number=5, signed=True)
    scales = []
    for each in (wide, narrow):
        document = Document(io.BytesIO(render(TEMPLATE, fields_of(letter, each, issue))))
        head = next(paragraph for paragraph in document.paragraphs if paragraph.style.name == "发文机关标志")  # type: ignore[union-attr]
        (scale,) = head._p.xpath(".//w:rPr/w:w/@w:val")
        scales.append(int(scale))

    assert scales == [100, 36]


def test_the_end_of_the_text_stays_with_the_signature() -> None:
    """No page has a seal and nothing to be sealed."""
    document = Document(io.BytesIO(paper_of(supervision())))
    texts = [paragraph.text for paragraph in document.paragraphs]
    end, signature = texts.index("特此函告。"), texts.index("温岭市安全生产委员会办公室")

    assert all(paragraph.paragraph_format.keep_with_next for paragraph in document.paragraphs[end:signature])
    assert not document.paragraphs[end - 1].paragraph_format.keep_with_next
