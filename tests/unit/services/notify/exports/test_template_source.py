"""The committed templates are what their source makes, and have the measures of the standard."""

import io

import pytest
from docx import Document
from docx.shared import Mm

from services.notify.exports.docx import SHIPPED
from services.notify.exports.template_source import templates
from tests.unit.services.notify.exports.faults import fault_of


@pytest.mark.parametrize("name", ["letter.docx", "paper.docx"])
def test_the_committed_template_is_made_from_its_source(name: str) -> None:
    """`python -m services.notify.exports.template_source` writes it anew, byte for byte."""
    assert templates()[name] == (SHIPPED / name).read_bytes()


@pytest.mark.parametrize("name", ["letter.docx", "paper.docx"])
def test_the_page_has_the_measures_of_the_standard(name: str) -> None:
    """A4; 37, 35, 28 and 26 mm leave a type area of 156 by 225 mm (GB/T 9704-2012, 5.1 and 5.2)."""
    (section,) = Document(io.BytesIO(templates()[name])).sections
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)

    assert [round(side.mm) for side in sides if side] == [37, 35, 28, 26]
    assert (round((section.page_width or Mm(0)).mm), round((section.page_height or Mm(0)).mm)) == (210, 297)


def test_the_type_sizes_are_those_of_the_standard() -> None:
    """二号小标宋 for the title, 三号仿宋 for the text, 四号 for the foot."""
    styles = Document(io.BytesIO(templates()["letter.docx"])).styles
    sizes = {name: (styles[name].font.size or Mm(0)).pt for name in ("公文标题", "正文", "抄送", "页码单")}

    assert sizes == {"公文标题": 22, "正文": 16, "抄送": 14, "页码单": 14}


@pytest.mark.parametrize("name", ["letter.docx", "paper.docx"])
def test_our_own_templates_would_be_accepted(name: str) -> None:
    """By the same check that uploads go through."""
    assert fault_of(templates()[name]) == ""
