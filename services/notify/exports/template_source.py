"""Make the templates that ship: `python -m services.notify.exports.template_source` writes them anew.

All measures are those of GB/T 9704-2012: A4, margins 37/35/28/26 mm, 版心 156 x 225 mm, 22 lines of 28 characters.
Fonts are named, not shipped: 仿宋_GB2312, 方正小标宋简体, 黑体, 楷体_GB2312, 宋体.
"""

import sys
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from services.notify.exports.package import SHAPES, XML, R, W, packed

FOLDER: Final = Path(__file__).parent / "templates"
VERSION: Final = "2026.2"
"""The version of the templates that ship; it is kept with each letter."""

MM: Final = 56.6929  # twentieths of a point in a millimetre
FANG, SONG_TITLE, HEI, KAI, SONG = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "宋体"
RED: Final = "FF0000"
BODY: Final = 32  # half points: 三号
LINE_PITCH: Final = round(225 * MM / 22)  # 579: twenty-two lines on 225 mm
CLOSER: Final = -4  # twentieths of a point: 28 characters of 16 pt on 156 mm; a grid of characters reads ill elsewhere
TITLE_PITCH: Final = 700  # 35 pt for 22 pt
EMU_PER_MM: Final = 36_000


def main() -> int:
    """Write both templates into their folder."""
    FOLDER.mkdir(exist_ok=True)
    for name, document in templates().items():
        (FOLDER / name).write_bytes(document)
    return 0


def templates() -> dict[str, bytes]:
    """Both templates by file name: a letter with its red head, and a paper without one."""
    return {"letter.docx": _packed(_letter()), "paper.docx": _packed(_paper())}


def _packed(body: str) -> bytes:
    return packed(body + _section(), styles=_styles(), odd=_footer("页码单"), even=_footer("页码双"))


# ---------------------------------------------------------------- what stands on the page


def _letter() -> str:
    head = [
        _p("送审", "{{ draft_mark }}"),
        _p("发文机关标志", "{{ head }}"),
        _p("正文", "{%p if signer %}"),
        _upward(),
        _p("正文", "{%p else %}"),
        _p("发文字号", "{{ number }}"),
        _p("正文", "{%p endif %}"),
        _p("红线", ""),
    ]
    return "".join([*head, *_body(), *_imprint()])


def _upward() -> str:
    """Number at the left and 签发人 at the right of one line, his name in 楷体 (7.2.5, 7.2.6)."""
    name = f'<w:r><w:rPr><w:rFonts w:ascii="{KAI}" w:hAnsi="{KAI}" w:eastAsia="{KAI}" w:hint="eastAsia"/></w:rPr>'
    return _p("上行文字号", "{{ number }}\t签发人：").replace(
        "</w:p>", f"{name}<w:t>{{{{ signer }}}}</w:t></w:r></w:p>"
    )


def _paper() -> str:
    return "".join([_p("送审", "{{ draft_mark }}"), *_body()])


def _body() -> list[str]:
    return [
        *_each("line in title_lines", _p("公文标题", "{{ line }}")),
        _p("主送机关", "{{ addressees }}："),
        *_each("paragraph in opening", _p("正文", "{{ paragraph }}")),
        *_when("facts", [*_when("sections.facts", [_p("一级标题", "{{ sections.facts }}")]), _facts()]),
        *_when(
            "grounds",
            [
                *_when("sections.grounds", [_p("一级标题", "{{ sections.grounds }}")]),
                *_each("paragraph in grounds", _p("正文", "{{ paragraph }}")),
            ],
        ),
        *_when(
            "demands",
            [
                *_when("sections.demands", [_p("一级标题", "{{ sections.demands }}")]),
                *_each("paragraph in demands", _p("正文", "{{ paragraph }}")),
            ],
        ),
        *_when("closing", [_p("正文", "{{ closing }}")]),
        *_when("attachments", [_p("空行", ""), *_each("line in attachments", _p("附件说明", "{{ line }}"))]),
        _p("空行", ""),
        _p("空行", ""),
        _p("落款署名", "{{ signature }}"),
        _p("成文日期", "{{ issued_on }}"),
        *_each(
            "annex in annexes",
            _p("附件标记", "{{ annex.mark }}"),
            _p("附件标题", "{{ annex.title }}"),
            *_each("line in annex.lines", _p("正文", "{{ line }}")),
        ),
    ]


def _facts() -> str:
    """A table of two columns over the whole width, single lines, 四号."""
    label, words = round(30 * MM), round(126 * MM)
    cells = _cell(label, "表头", "{{ fact.label }}") + _cell(words, "表文", "{{ fact.words }}")
    loop, end = "{%tr for fact in facts %}", "{%tr endfor %}"
    rows = [
        _row(_cell(label, "表头", loop) + _cell(words, "表文", "")),
        _row(cells),
        _row(_cell(label, "表头", end) + _cell(words, "表文", "")),
    ]
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="6" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{label + words}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{label}"/><w:gridCol w:w="{words}"/></w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _imprint() -> list[str]:
    """The 版记 at the foot of the type area: copies, who printed it and when, between lines (7.4).

    A box that stands on the margin: word processors differ in what they make of floating tables and frames.
    """
    width = round(156 * MM)
    rows = [
        _row(_cell(width, "抄送", "{%tr if copies %}")),
        _row(_cell(width, "抄送", "抄送：{{ copies }}。", rules=("top:8",))),
        _row(_cell(width, "抄送", "{%tr endif %}")),
        _row(_cell(width, "印发", "{{ printed_by }}\t{{ printed_on }}", rules=("top:6", "bottom:8"))),
    ]
    table = (
        f'<w:tbl><w:tblPr><w:tblW w:w="{width}" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{width}"/></w:tblGrid>{"".join(rows)}</w:tbl>'
    )
    return [_box(table + _p("版记后", ""))]


def _box(inner: str) -> str:
    """A text box as wide as the type area that stands on its lower edge and keeps the text above it."""
    wide, high = round(156 * EMU_PER_MM), round(16 * EMU_PER_MM)
    place = (
        '<wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH>'
        '<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>'
    )
    shape = (
        '<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="{wide}" cy="{high}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/>'
        f"<a:ln><a:noFill/></a:ln></wps:spPr><wps:txbx><w:txbxContent>{inner}</w:txbxContent></wps:txbx>"
        '<wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0"><a:spAutoFit/></wps:bodyPr></wps:wsp>'
    )
    anchor = (
        '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" '
        f'layoutInCell="1" allowOverlap="0">{place}<wp:extent cx="{wide}" cy="{high}"/>'
        '<wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapTopAndBottom/><wp:docPr id="1" name="版记"/>'
        f'<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="{SHAPES}">{shape}</a:graphicData></a:graphic>'
        "</wp:anchor>"
    )
    return (
        '<w:p><w:pPr><w:pStyle w:val="版记后"/></w:pPr><w:r><mc:AlternateContent><mc:Choice Requires="wps">'
        f"<w:drawing>{anchor}</w:drawing></mc:Choice></mc:AlternateContent></w:r></w:p>"
    )


def _section() -> str:
    margins = {
        "top": 37 * MM,
        "right": 26 * MM,
        "bottom": 35 * MM,
        "left": 28 * MM,
        "header": 15 * MM,
        "footer": 23 * MM,  # the number stands 7 mm below the type area (7.5)
        "gutter": 0,
    }
    sides = " ".join(f'w:{name}="{round(size)}"' for name, size in margins.items())
    return (
        '<w:sectPr><w:footerReference w:type="even" r:id="rId3"/><w:footerReference w:type="default" r:id="rId4"/>'
        f'<w:pgSz w:w="{round(210 * MM)}" w:h="{round(297 * MM)}"/><w:pgMar {sides}/>'
        f'<w:docGrid w:type="lines" w:linePitch="{LINE_PITCH}"/></w:sectPr>'
    )


def _footer(style: str) -> str:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    dash = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'
    paragraph = f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{dash.format("— ")}{field}{dash.format(" —")}</w:p>'
    return f'{XML}<w:ftr xmlns:w="{W}" xmlns:r="{R}">{paragraph}</w:ftr>'


# ---------------------------------------------------------------- pieces


def _p(style: str, text: str) -> str:
    words = "<w:tab/>".join(f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in text.split("\t"))
    run = f"<w:r>{words}</w:r>" if text else ""
    return f"<w:p><w:pPr><w:pStyle w:val={quoteattr(style)}/></w:pPr>{run}</w:p>"


def _each(loop: str, *inner: str) -> list[str]:
    return [_p("正文", f"{{%p for {loop} %}}"), *inner, _p("正文", "{%p endfor %}")]


def _when(condition: str, inner: list[str]) -> list[str]:
    return [_p("正文", f"{{%p if {condition} %}}"), *inner, _p("正文", "{%p endif %}")]


def _row(cells: str) -> str:
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _cell(width: int, style: str, text: str, rules: tuple[str, ...] = ()) -> str:
    """`rules` are lines of the cell as side:eighths of a point."""
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="000000"/>'
        for side, size in (rule.split(":") for rule in rules)
    )
    borders = f"<w:tcBorders>{lines}</w:tcBorders>" if lines else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{borders}<w:vAlign w:val="center"/></w:tcPr>'
        f"{_p(style, text)}</w:tc>"
    )


# ---------------------------------------------------------------- styles


def _style(name: str, paragraph: str, *, font: str = FANG, size: int = BODY, more: str = "") -> str:
    """A paragraph style; `size` in half points."""
    closer = f'<w:spacing w:val="{CLOSER}"/>' if size == BODY else ""
    run = (
        f'<w:rFonts w:ascii={quoteattr(font)} w:hAnsi={quoteattr(font)} w:eastAsia={quoteattr(font)} w:hint="eastAsia"/>'
        f'{more}{closer}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    )
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId={quoteattr(name)}><w:name w:val={quoteattr(name)}/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>'
    )


EXACT: Final = f'<w:spacing w:before="0" w:after="0" w:line="{LINE_PITCH}" w:lineRule="exact"/>'
TITLED: Final = f'<w:spacing w:before="0" w:after="0" w:line="{TITLE_PITCH}" w:lineRule="exact"/>'
SMALL: Final = '<w:spacing w:before="0" w:after="0" w:line="440" w:lineRule="exact"/>'
HAIR: Final = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
FREE: Final = '<w:snapToGrid w:val="0"/>'
ONE_CHARACTER_IN: Final = '<w:ind w:leftChars="100" w:left="320" w:rightChars="100" w:right="320"/>'
INDENT: Final = '<w:ind w:firstLineChars="200" w:firstLine="632"/>'
CENTRE, RIGHT = '<w:jc w:val="center"/>', '<w:jc w:val="right"/>'
FOUR: Final = 28  # half points: 四号


def _spaced(before: float, after: float = 0, line: int = LINE_PITCH) -> str:
    return f'<w:spacing w:before="{round(before)}" w:after="{round(after)}" w:line="{line}" w:lineRule="exact"/>'


def _styles() -> str:
    normal = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        '<w:pPr><w:widowControl w:val="0"/></w:pPr><w:rPr><w:sz w:val="32"/><w:szCs w:val="32"/></w:rPr></w:style>'
    )
    defaults = (
        f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{FANG}" w:hAnsi="{FANG}" w:eastAsia="{FANG}"/>'
        '<w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )
    styles = "".join([*_head_styles(), *_text_styles(), *_foot_styles()])
    return f'{XML}<w:styles xmlns:w="{W}">{defaults}{normal}{styles}</w:styles>'


def _head_styles() -> list[str]:
    """The upper edge of the head is 35 mm below that of the type area (7.2.4).

    Two lines below it stands the number, and 4 mm below that a red line as wide as the type area (7.2.5, 7.2.7).
    """
    tabs = f'<w:tabs><w:tab w:val="right" w:pos="{round(156 * MM) - 320}"/></w:tabs>'
    red = f'<w:color w:val="{RED}"/>'
    line = f'<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="0" w:color="{RED}"/></w:pBdr>'
    head = FREE + _spaced(20 * MM, line=900) + CENTRE
    return [
        _style("送审", FREE + EXACT, font=HEI),
        _style("发文机关标志", head, font=SONG_TITLE, size=84, more=red),
        _style("发文字号", FREE + _spaced(2 * LINE_PITCH) + CENTRE),
        _style("上行文字号", tabs + FREE + _spaced(2 * LINE_PITCH) + ONE_CHARACTER_IN),
        _style("红线", line + FREE + _spaced(0, 2 * LINE_PITCH, round(4 * MM)), size=10),
    ]


def _text_styles() -> list[str]:
    table = '<w:spacing w:before="20" w:after="20" w:line="440" w:lineRule="exact"/>'
    hanging = '<w:ind w:leftChars="500" w:left="1600" w:hangingChars="300" w:hanging="960"/>'
    return [
        _style("公文标题", f"<w:keepNext/>{FREE}{TITLED}{CENTRE}", font=SONG_TITLE, size=44),
        _style("主送机关", _spaced(LINE_PITCH)),
        _style("正文", f'{EXACT}{INDENT}<w:jc w:val="both"/>'),
        _style("空行", EXACT),
        _style("一级标题", f"<w:keepNext/>{EXACT}{INDENT}", font=HEI),
        _style("表头", f"{FREE}{table}{CENTRE}", size=FOUR),
        _style("表文", f"{FREE}{table}", size=FOUR),
        _style("附件说明", EXACT + hanging),
        _style("落款署名", f"<w:keepNext/>{EXACT}{RIGHT}"),
        _style("成文日期", EXACT + RIGHT),
        _style("附件标记", f"<w:pageBreakBefore/>{EXACT}", font=HEI),
        # On the third line of the type area (7.3.7).
        _style("附件标题", FREE + _spaced(LINE_PITCH, LINE_PITCH, TITLE_PITCH) + CENTRE, font=SONG_TITLE, size=44),
    ]


def _foot_styles() -> list[str]:
    one = '<w:ind w:leftChars="100" w:left="280" w:rightChars="100" w:right="280"/>'
    hanging = (
        '<w:ind w:leftChars="400" w:left="1120" w:rightChars="100" w:right="280" w:hangingChars="300" w:hanging="840"/>'
    )
    tabs = f'<w:tabs><w:tab w:val="right" w:pos="{round(156 * MM) - 280}"/></w:tabs>'
    return [
        _style("抄送", FREE + SMALL + hanging, size=FOUR),
        _style("印发", tabs + FREE + SMALL + one, size=FOUR),
        _style("版记后", FREE + HAIR, size=2),
        _style("页码单", f'{FREE}<w:ind w:rightChars="100" w:right="280"/>{RIGHT}', font=SONG, size=FOUR),
        _style("页码双", f'{FREE}<w:ind w:leftChars="100" w:left="280"/>', font=SONG, size=FOUR),
    ]


if __name__ == "__main__":
    sys.exit(main())
