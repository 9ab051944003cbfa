"""A template that cannot be used is refused, with the name of what is wrong."""

import io
import zipfile
from collections.abc import Callable

import pytest

from services.notify.exports.docx import SHIPPED
from services.notify.exports.library import LARGEST, InvalidTemplate, check, shipped
from tests.unit.services.notify.exports.faults import fault_of

TEMPLATE = (SHIPPED / "letter.docx").read_bytes()


def changed(change: Callable[[str], str], part: str = "word/document.xml", **more: bytes) -> bytes:
    """The shipped template with one part changed, and files added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(TEMPLATE)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, change(text) if name == part else text)
        for name, content in more.items():
            new.writestr(name, content)
    return made.getvalue()


def saying(words: str) -> bytes:
    """The shipped template with other words where the closing stands."""
    return changed(lambda text: text.replace("{{ closing }}", words))


@pytest.mark.parametrize(
    ("docx", "named"),
    [
        pytest.param(saying("{{ colsing }}"), "colsing", id="an unknown field"),
        pytest.param(saying("{{ annexes[0].titel }}"), "titel", id="an unknown part of a field"),
        pytest.param(saying("{{ closing"), "写完整", id="a mark that does not end"),
        pytest.param(saying("{{ closing.__class__.__mro__ }}"), "不允许|不存在", id="an expression that reaches out"),
        pytest.param(saying("{{ range(10**9)|list }}"), "range", id="a function"),
        pytest.param(
            changed(lambda text: text.replace("{{ signature }}", "")), "signature", id="without a needed field"
        ),
        pytest.param(changed(lambda text: text.replace("<w:body>", "<w:body")), "打开", id="broken XML"),
        pytest.param(changed(str, **{"word/vbaProject.bin": b"x"}), "宏", id="a macro"),
        pytest.param(
            changed(
                lambda text: text.replace(
                    "</Relationships>",
                    '<Relationship Id="rId9" Type="t" TargetMode="External" Target="http://example.cn/x"/></Relationships>',
                ),
                "word/_rels/document.xml.rels",
            ),
            "外部",
            id="something fetched from elsewhere",
        ),
        pytest.param(b"PK not really", "DOCX", id="no zip"),
        pytest.param(b"x" * (LARGEST + 1), "MB", id="too large"),
        pytest.param(changed(str, **{"big.xml": b"0" * (21 << 20)}), "MB", id="large when it is opened"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused(docx: bytes, named: str) -> None:
    """By the name of the field or part."""
    with pytest.raises(InvalidTemplate, match=named):
        check(docx)


def test_a_changed_template_is_accepted() -> None:
    """Other words, other order, fewer parts."""
    assert fault_of(saying("{{ closing }}（{{ head }}）")) == ""


@pytest.mark.parametrize("form", ["letter", "paper"])
def test_a_shipped_template_says_its_version_and_hash(form: str) -> None:
    """Both are kept with each letter."""
    template = shipped(form)

    assert template.version == "2026.2"
    assert len(template.sha256) == 64
