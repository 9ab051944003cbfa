"""Make the DOCX of a letter from a template, without trusting the template or what is written into it."""

import io
from collections.abc import Callable, Mapping, MutableMapping
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, Template, nodes
from jinja2.sandbox import SandboxedEnvironment

from services.notify.core.letters.paper import from_right

SHIPPED: Final = Path(__file__).parent / "templates"
HEAD_WIDTH: Final = 425.0  # points: 156 mm less a little, so that no program breaks the line
HEAD_SIZE: Final = 42.0  # points at most

LINE_OF_IMPRINT: Final = 22.0  # points
IMPRINT_LINE: Final = 26  # characters of 14 pt beside 抄送：
EMU_PER_POINT: Final = 12_700
PARTS: Final = 200  # of templates that are kept compiled; a template has some nine

HEAD, SIGNATURE, DATE = "发文机关标志", "落款署名", "成文日期"
"""The styles of a template that are fitted to what is written in them."""


class Sandbox(SandboxedEnvironment):
    """Compiles each part of a template once: letters made from it differ in what is filled in alone."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=True)
        self.globals.clear()
        self._compiled = lru_cache(PARTS)(super().from_string)

    def from_string(
        self,
        source: str | nodes.Template,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 (jinja2's name for it)
        template_class: type[Template] | None = None,
    ) -> Template:
        """The compiled part; asked for again, the same one."""
        if isinstance(source, str) and not globals and template_class is None:
            return self._compiled(source)
        return super().from_string(source, globals, template_class)


@cache
def environment() -> Sandbox:
    """What a template may do: name fields, loop and ask; everything it writes is escaped, an unknown field is an error."""
    return Sandbox()


def render(template: bytes, fields: Mapping[str, Any]) -> bytes:
    """The letter as DOCX; raises what jinja2 raises where the template asks for what is not there."""
    document = DocxTemplate(io.BytesIO(template))
    document.render(dict(fields), environment(), autoescape=True)
    hold_together(document.docx)
    fit(document.docx, signature=fields["signature"], issued_on=fields["issued_on"])
    heighten(document.docx, lines=1 + -(-len(fields["copies"]) // IMPRINT_LINE))
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def hold_together(document: Document) -> None:
    """Keep the end of the text with the signature: no page has a seal and nothing to be sealed (7.3.5.5)."""
    if SIGNATURE not in document.styles:
        return
    style = document.styles[SIGNATURE].style_id
    above: list[Paragraph] = []
    for element in document.element.body.iterchildren():
        if element.tag != qn("w:p"):
            above.clear()
            continue
        paragraph = Paragraph(element, document._body)  # noqa: SLF001 (as python-docx makes them)
        if element.style == style:
            for each in above:
                each.paragraph_format.keep_with_next = True
                each.paragraph_format.keep_together = True
            return
        if paragraph.text:
            above.clear()
        above.append(paragraph)


def fit(document: Document, *, signature: str, issued_on: str) -> None:
    """Fit the head to the width of the page, and set signature and date off from its edge."""
    name, date = from_right(signature, issued_on)
    fitting: Mapping[str, Callable[[Paragraph], None]] = {
        HEAD: _narrowed,
        SIGNATURE: partial(_set_off, characters=name),
        DATE: partial(_set_off, characters=date),
    }
    styles = document.styles
    by_id = {styles[style].style_id: fit for style, fit in fitting.items() if style in styles}
    for element in document.element.body.iterchildren(qn("w:p")):
        if element.style in by_id:
            by_id[element.style](Paragraph(element, document._body))  # noqa: SLF001 (as python-docx makes them)


def heighten(document: Document, *, lines: int) -> None:
    """Make the box of the 版记 as high as so many lines of it, for programs that do not measure it themselves."""
    height = str(round(lines * LINE_OF_IMPRINT * EMU_PER_POINT))
    for extent in document.element.body.iter(qn("wp:extent"), qn("a:ext")):
        if extent.get("cy"):
            extent.set("cy", height)


def digest(document: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return sha256(document).hexdigest()


def _narrowed(paragraph: Paragraph) -> None:
    """Scale the characters of the head so that it stays on one line: wide for a short name, narrow for a long one."""
    percent = min(100, int(HEAD_WIDTH / (HEAD_SIZE * max(1, len(paragraph.text))) * 100))
    for run in paragraph.runs:
        properties = run._r.get_or_add_rPr()  # noqa: SLF001 (python-docx has no word for character scale)
        scale = properties.makeelement(qn("w:w"), {qn("w:val"): str(percent)})
        properties.append(scale)


def _set_off(paragraph: Paragraph, characters: float) -> None:
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 (nor for distances counted in characters)
    indent = properties.get_or_add_ind()
    indent.set(qn("w:rightChars"), str(round(characters * 100)))
    indent.set(qn("w:right"), str(round(characters * 16 * 20)))
