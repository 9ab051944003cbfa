"""Print a form as a page for the browser's printer: A4 landscape, nothing loaded, every figure a link to what it counts."""

import base64
import html
from collections.abc import Iterator
from hashlib import sha256
from typing import Final
from urllib.parse import quote

from services.reporting.core.forms.form import Figure, Form, Paragraph, Sheet, Value
from services.reporting.exports.text import plain, references, shown

STYLE: Final = """
@page { size: A4 landscape; margin: 14mm 12mm; }
body { font-family: "FangSong", "仿宋", "仿宋_GB2312", "Noto Serif CJK SC", serif; font-size: 11pt; margin: 1.5em; color: #000; }
h1 { font-family: "FZXiaoBiaoSong-B05S", "方正小标宋简体", "SimSun", "Noto Serif CJK SC", serif; font-size: 20pt; font-weight: normal; text-align: center; margin: .4em 0; }
section + section { break-before: page; }
.heads { display: flex; justify-content: space-between; font-size: 13pt; margin: .4em 0; }
p { margin: .3em 0; font-size: 12.5pt; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: 1px solid #000; padding: .2em .35em; overflow-wrap: anywhere; vertical-align: middle; }
th { font-family: "SimHei", "黑体", "Noto Sans CJK SC", sans-serif; font-weight: normal; }
.c { text-align: center; }
.note { font-size: 10pt; }
a { color: inherit; text-decoration-style: dotted; }
dl.sources dd { margin: 0 0 .4em 1.5em; font-size: 9.5pt; overflow-wrap: anywhere; }
@media print { .sources, .sources-title { display: none; } a { text-decoration: none; } }
"""
STYLE_HASH: Final = "sha256-" + base64.b64encode(sha256(STYLE.encode()).digest()).decode()
"""What a content security policy says to allow this very style and no other."""

POLICY: Final = (
    f"default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MEDIA_TYPE: Final = "text/html; charset=utf-8"


def stream(form: Form) -> Iterator[bytes]:
    """The page in pieces."""
    figures: list[tuple[str, Figure]] = []
    yield (
        f'<!doctype html>\n<html lang="zh-CN">\n<head><meta charset="utf-8"><title>{_text(form.title)}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n"
    ).encode()
    for sheet in form.sheets:
        yield from _sheet(sheet, figures)
    yield _sources(figures).encode()
    yield b"</body>\n</html>\n"


def _sheet(sheet: Sheet, figures: list[tuple[str, Figure]]) -> Iterator[bytes]:
    heads = "".join(f"<span>{_text(head)}</span>" for head in sheet.heads)
    said = "".join(f"<p>{_said(sheet, paragraph, figures)}</p>\n" for paragraph in sheet.paragraphs)
    yield f'<section>\n<h1>{_text(sheet.title)}</h1>\n<div class="heads">{heads}</div>\n{said}'.encode()
    if sheet.columns:
        yield _heads(sheet).encode()
        begun = False
        for row in sheet.rows:
            begun = True
            yield ("<tr>" + "".join(_cells(sheet, row, figures)) + "</tr>\n").encode()
        if not begun:
            yield f'<tr><td class="c" colspan="{len(sheet.columns)}">{_text(sheet.empty)}</td></tr>\n'.encode()
        yield b"</tbody></table>\n"
    notes = "".join(f'<p class="note">{_text(note)}</p>\n' for note in sheet.notes)
    yield f"{notes}</section>\n".encode()


def _heads(sheet: Sheet) -> str:
    total = sum(column.width for column in sheet.columns) or 1
    widths = "".join(f'<col width="{100 * column.width / total:.2f}%">' for column in sheet.columns)
    if not any(column.group for column in sheet.columns):
        titles = "".join(f'<th scope="col">{_text(column.title)}</th>' for column in sheet.columns)
        return f"<table><colgroup>{widths}</colgroup><thead><tr>{titles}</tr></thead><tbody>\n"
    above, below, place = [], [], 0
    while place < len(sheet.columns):
        column = sheet.columns[place]
        run = place
        while column.group and run < len(sheet.columns) and sheet.columns[run].group == column.group:
            below.append(f'<th scope="col">{_text(sheet.columns[run].title)}</th>')
            run += 1
        if column.group:
            above.append(f'<th colspan="{run - place}" scope="colgroup">{_text(column.group)}</th>')
        else:
            above.append(f'<th rowspan="2" scope="col">{_text(column.title)}</th>')
        place = max(run, place + 1)
    rows = f"<tr>{''.join(above)}</tr><tr>{''.join(below)}</tr>"
    return f"<table><colgroup>{widths}</colgroup><thead>{rows}</thead><tbody>\n"


def _cells(sheet: Sheet, row: object, figures: list[tuple[str, Figure]]) -> Iterator[str]:
    values: list[Value] = list(row)  # type: ignore[call-overload]
    for value, column in zip(values, sheet.columns, strict=True):
        centred = column.centred or not isinstance(value, str)
        if isinstance(value, Figure):
            label = value.label or f"{sheet.title}·{shown(values[0])}·{column.title}"
            text = _figure(value, label, figures, percent=column.percent)
        else:
            text = _text(shown(value, percent=column.percent))
        yield f'<td class="c">{text}</td>' if centred else f"<td>{text}</td>"


def _said(sheet: Sheet, paragraph: Paragraph, figures: list[tuple[str, Figure]]) -> str:
    return "".join(
        _figure(part, part.label or sheet.title, figures, percent=False) if isinstance(part, Figure) else _text(part)
        for part in paragraph
    )


def _figure(figure: Figure, label: str, figures: list[tuple[str, Figure]], *, percent: bool) -> str:
    text = _text(shown(figure, percent=percent))
    if not figure.of:
        return text
    figures.append((label, figure))
    return f'<a href="#f{len(figures)}">{text}</a>'


def _sources(figures: list[tuple[str, Figure]]) -> str:
    if not figures:
        return ""
    parts = [
        f'<dt id="f{number}">{_text(label)}：{_text(shown(figure))}</dt><dd>{"、".join(map(_reference, references(figure)))}</dd>'
        for number, (label, figure) in enumerate(figures, 1)
    ]
    return f'<h2 class="sources-title">数字来源</h2>\n<dl class="sources">{"".join(parts)}</dl>\n'


def _reference(of: str) -> str:
    """A hazard's full name is a link to its page; what is no hazard stands as it is."""
    text = html.escape(of)
    return f'<a href="/hazards/{quote(of, safe=":")}">{text}</a>' if of.partition(":")[0].isdecimal() else text


def _text(text: str) -> str:
    return html.escape(plain(text))
