"""Build a small form with everything in it that is hard to print."""

from services.reporting.core.forms.form import Column, Figure, Form, Sheet
from tests.unit.services.reporting.facts import at

HOSTILE = (
    '=HYPERLINK("http://example.invalid","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "长" * 500,
    "𠮷𡈽㙍䶮",
    "😀 表情",
    "\u202egpj.exe\u202c 左右",
    "مرحبا",
    "<script>alert(1)</script>&amp;",
    "<r><t>a & b</r>",
    " with spaces ",
    "a\x00b\x0bc",
    "lone \ud800 half",
)


def form(rows: object = None) -> Form:
    """One sheet of texts with a figure beside each, under grouped heads."""
    given = rows if rows is not None else tuple((text, Figure(1, ("330400:test:H-1",))) for text in HOSTILE)
    sheet = Sheet(
        name="表",
        title="测试表",
        heads=("左", "右"),
        paragraphs=(("共", Figure(len(HOSTILE), ("330400:test:H-1",), "合计"), "条"),),
        columns=(Column("内容", 40, "组"), Column("数", 8, "组")),
        rows=given,  # type: ignore[arg-type]
        notes=("=1+1 附注",),
    )
    return Form(
        kind="test", title="测试表", name="测试", tenant="330400", as_of=at("2020-04-02 18:00"), sheets=(sheet,)
    )
