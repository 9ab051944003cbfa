"""Print a form as a workbook in the official manner: A4 landscape, heads merged and repeated, pages numbered.

Every text is written as a text: no cell is ever a formula or a link. The same form gives the same bytes.
"""

import io
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import xlsxwriter

from runtime.text_sheet import TEXTS_ALONE
from services.reporting.core.days import SHANGHAI
from services.reporting.core.forms.form import Column, Figure, Form, Paragraph, Sheet, Value
from services.reporting.exports.long_sheet import Cell, LongSheet
from services.reporting.exports.text import plain, references, shown

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SOURCES: Final = "数字来源"
FONTS: Final = {"title": "方正小标宋简体", "head": "黑体", "body": "仿宋_GB2312"}
LINE: Final = 14.8
"""Points of one line of body text."""
SIZE: Final = 11
SMALL: Final = 9
WIDEST: Final = 185.0
"""Half-width characters of one page; a wider sheet is set in smaller letters and narrower columns."""
NARROWEST: Final = 0.6
ABOVE: Final = 0.77
"""Half-width characters of the lines above a table that one of width holds: their letters are larger than the body's."""
TALLEST: Final = 409.0
"""Points: no spreadsheet shows a taller row."""
LONG: Final = 2_000
"""Rows from which on a sheet that is no generator counts as long."""
MOST_ROWS: Final = 1_048_576
"""No spreadsheet holds more; what is written below them would be lost without a word."""
_A4: Final = 9
_OPTIONS: Final = {
    **TEXTS_ALONE,
    "nan_inf_to_errors": True,
}


class TooManyRowsError(ValueError):
    """More rows than a sheet holds; the message is for whoever asked."""

    def __init__(self) -> None:
        super().__init__(f"超过 {MOST_ROWS} 行，一张工作表装不下；请缩小范围，或导出 csv、json 格式")


def write(form: Form, out: BinaryIO) -> None:
    """Write the workbook; rows that are generated are streamed, a few at a time in memory.

    Raises `TooManyRowsError`, before anything is in `out`.
    """
    streams = any(not isinstance(sheet.rows, tuple | list) or len(sheet.rows) > LONG for sheet in form.sheets)
    with tempfile.TemporaryDirectory(prefix="bihuan-form-") as folder:
        options = {**_OPTIONS, "constant_memory": streams, "in_memory": not streams, "tmpdir": folder}
        target = Path(folder) / "form.xlsx"
        with xlsxwriter.Workbook(target, options) as book:
            moment = form.as_of.astimezone(SHANGHAI).replace(tzinfo=None)
            book.set_properties({"title": form.title, "created": moment, "author": "", "company": ""})
            printer = _Printer(book, streams=streams)
            for sheet in form.sheets:
                printer.sheet(sheet)
            printer.sources()
        with target.open("rb") as made:
            while piece := made.read(1 << 20):
                out.write(piece)


def as_bytes(form: Form) -> bytes:
    """The whole workbook."""
    out = io.BytesIO()
    write(form, out)
    return out.getvalue()


class _Printer:
    """Writes sheets one after another and remembers every figure for the sheet of sources."""

    def __init__(self, book: Any, *, streams: bool) -> None:
        self._book = book
        self._streams = streams
        self._figures: list[tuple[str, Figure]] = []
        body = {"font_name": FONTS["body"], "font_size": SIZE, "valign": "vcenter", "text_wrap": True, "border": 1}
        head = {**body, "font_name": FONTS["head"], "align": "center"}
        free = {"font_name": FONTS["body"], "font_size": 14, "valign": "vcenter", "text_wrap": True}
        little = {**body, "font_size": SMALL}
        self._scale, self._size, self._kind = 1.0, float(SIZE), ""
        self._formats = {
            "title": book.add_format(
                {"font_name": FONTS["title"], "font_size": 22, "align": "center", "valign": "vcenter"}
            ),
            "left": book.add_format(free),
            "right": book.add_format({**free, "align": "right"}),
            "paragraph": book.add_format({**free, "font_size": 13}),
            "note": book.add_format({**free, "font_size": 10}),
            "head": book.add_format(head),
            "body": book.add_format(body),
            "centred": book.add_format({**body, "align": "center"}),
            "percent": book.add_format({**body, "align": "center", "num_format": "0.0%"}),
            "body/small": book.add_format(little),
            "centred/small": book.add_format({**little, "align": "center"}),
            "percent/small": book.add_format({**little, "align": "center", "num_format": "0.0%"}),
        }

    def sheet(self, sheet: Sheet) -> None:
        """One sheet of the form."""
        page = self._book.add_worksheet(sheet.name[:31], LongSheet)
        last = max(len(sheet.columns) - 1, 1)
        width = sum(column.width for column in sheet.columns) or 80
        self._size, self._kind = (SMALL, "/small") if width > WIDEST else (SIZE, "")
        self._scale = min(1.0, max(WIDEST / width, NARROWEST))
        width *= self._scale
        if not sheet.columns:  # sentences alone need the room that their heights are reckoned with
            page.set_column(0, last, width / (last + 1))
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, column.width * self._scale)
        row = self._top(page, sheet, last, width)
        first, row = row, self._heads(page, sheet, row)
        page.repeat_rows(first, row - 1)
        page.freeze_panes(row, 0)
        row = self._body(page, sheet, row, last)
        for note in sheet.notes:
            row = self._across(page, row, last, plain(note), "note", _lines(note, width * 1.05) * 14.0)
        _paper(page, row, last)

    def sources(self) -> None:
        """Which hazards, sites or inspections each figure counts: what a signature stands on."""
        told = [(label, figure) for label, figure in self._figures if figure.of]
        if not told:
            return
        page = self._book.add_worksheet(SOURCES, LongSheet)
        for place, width in enumerate((44, 10, 60)):
            page.set_column(place, place, width)
        page.set_row(0, 24)
        for place, title in enumerate(("数字", "数值", "所依据的隐患、场所或检查")):
            page.write_string(0, place, title, self._formats["head"])
        row = 1
        for label, figure in told:
            for place, reference in enumerate(references(figure)):
                page.write_string(row, 0, plain(label) if not place else "", self._formats["body"])
                page.write_string(row, 1, shown(figure) if not place else "", self._formats["centred"])
                page.write_string(row, 2, reference, self._formats["body"])
                row += 1
        page.repeat_rows(0)
        _paper(page, row, 2)

    def _top(self, page: Any, sheet: Sheet, last: int, width: float) -> int:
        row = self._across(page, 0, last, plain(sheet.title), "title", 36.0)
        if sheet.heads:
            row = self._unit_and_day(page, sheet, row, last)
        for paragraph in sheet.paragraphs:
            text = self._said(sheet, paragraph)
            row = self._across(page, row, last, text, "paragraph", _lines(text, width * 0.82) * 20.0)
        return row

    def _unit_and_day(self, page: Any, sheet: Sheet, row: int, last: int) -> int:
        """What stands above the table at both of its ends; one below the other where the table is too narrow for both."""
        left, right = plain(sheet.heads[0]), plain("　".join(sheet.heads[1:]))
        middle = max((last + 1) // 2 - 1, 0)
        widths = [column.width * self._scale * ABOVE for column in sheet.columns]
        if sheet.columns and max(_lines(left, sum(widths[: middle + 1])), _lines(right, sum(widths[middle + 1 :]))) > 1:
            row = self._across(page, row, last, left, "left", 20.0)
            return self._across(page, row, last, right, "right", 20.0) if right else row
        page.set_row(row, 24)
        _merge(page, row, 0, middle, left, self._formats["left"])
        _merge(page, row, middle + 1, last, right, self._formats["right"])
        return row + 1

    def _heads(self, page: Any, sheet: Sheet, row: int) -> int:
        """One row of heads, or two where columns share a head above them."""
        if any(column.group for column in sheet.columns):
            page.set_row(row, 22)
            for first, end, group in _groups(sheet.columns):
                if group:
                    _merge(page, row, first, end, group, self._formats["head"])
                elif not self._streams:
                    page.merge_range(row, first, row + 1, first, sheet.columns[first].title, self._formats["head"])
            row += 1
        tallest = max((_lines(column.title, column.width * self._scale * 0.9) for column in sheet.columns), default=1)
        page.set_row(row, max(tallest * 16.0, 28.0))
        for place, column in enumerate(sheet.columns):
            if column.group or self._streams or not any(each.group for each in sheet.columns):
                page.write_string(row, place, column.title, self._formats["head"])
        return row + 1

    def _body(self, page: Any, sheet: Sheet, row: int, last: int) -> int:
        first = row
        fitting = 0.96 * self._scale * (SIZE / self._size)  # half-width characters in one of width
        widths = [max(int(column.width * fitting), 1) for column in sheet.columns]
        looks = [self._look_of(column) for column in sheet.columns]
        write = page.write_whole if self._streams else partial(_write_cells, page)
        for values in sheet.rows:
            if row + len(sheet.notes) >= MOST_ROWS:
                raise TooManyRowsError
            cells = list(map(_cell, values, looks))
            lines = max(map(_lines_of, cells, widths), default=1)
            write(row, min(max(lines * LINE * self._size / SIZE, 20.0), TALLEST), cells)
            for value, column in zip(values, sheet.columns, strict=True):
                if isinstance(value, Figure):
                    self._figures.append((value.label or f"{sheet.title}·{shown(values[0])}·{column.title}", value))
            row += 1
        if row == first and sheet.columns:
            page.set_row(row, 28)
            _merge(page, row, 0, last, sheet.empty, self._formats["centred"])
            row += 1
        return row

    def _look_of(self, column: Column) -> "_Look":
        number = "percent" if column.percent else "centred"
        text = "centred" if column.centred else "body"
        return _Look(*(self._formats[name + self._kind] for name in (text, "centred", number)))

    def _said(self, sheet: Sheet, paragraph: Paragraph) -> str:
        for part in paragraph:
            if isinstance(part, Figure):
                self._figures.append((part.label or sheet.title, part))
        return "".join(shown(part) for part in paragraph)

    def _across(self, page: Any, row: int, last: int, text: str, form: str, height: float) -> int:
        page.set_row(row, min(height + 4.0, TALLEST))
        _merge(page, row, 0, last, text, self._formats[form])
        return row + 1


class _Look(NamedTuple):
    """How the cells of one column look: texts, moments and what there is not, numbers."""

    text: Any
    moment: Any
    number: Any


def _cell(value: Value, look: _Look) -> Cell:
    """A text is written as a text, a number as a number, and nothing as a cell with its border."""
    if isinstance(value, str):  # first, for most cells of a long list are texts
        return plain(value), look.text
    held = value.value if isinstance(value, Figure) else value
    if isinstance(held, int | float) and not isinstance(held, bool):
        return held, look.number
    return shown(value), look.text if isinstance(held, bool) else look.moment


def _write_cells(page: Any, row: int, height: float, cells: Sequence[Cell]) -> None:
    page.set_row(row, height)
    for place, (held, form) in enumerate(cells):
        if not isinstance(held, str):
            page.write_number(row, place, held, form)
        elif held:
            page.write_string(row, place, held, form)
        else:
            page.write_blank(row, place, held, form)


def _merge(page: Any, row: int, first: int, last: int, text: str, form: Any) -> None:
    if first >= last:
        page.write_string(row, first, text, form)
        return
    page.merge_range(row, first, row, last, "", form)
    page.write_string(row, first, text, form)


def _paper(page: Any, rows: int, last: int) -> None:
    """A4 landscape, one page wide, numbered."""
    page.set_landscape()
    page.set_paper(_A4)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.center_horizontally()
    page.print_area(0, 0, max(rows - 1, 0), last)
    page.set_footer('&C&"仿宋_GB2312"&10第 &P 页　共 &N 页')


def _groups(columns: Sequence[Column]) -> Iterator[tuple[int, int, str]]:
    """(first, last, head) of each run of columns that share a head; a column without one stands alone."""
    first = 0
    for place in range(1, len(columns) + 1):
        shared = place < len(columns) and columns[place].group and columns[place].group == columns[first].group
        if not shared:
            yield first, place - 1, columns[first].group
            first = place


def _lines_of(cell: Cell, wide: int) -> int:
    """How many lines a cell takes in a column of so many half-width characters; a number always stands in one."""
    text = cell[0]
    if not isinstance(text, str) or (2 * len(text) <= wide and "\n" not in text):
        return 1
    return _lines(text, wide)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column; a Chinese character is two half-width ones wide."""
    wide = max(int(width), 1)
    return sum(max(-(-_width(line) // wide), 1) for line in text.split("\n"))


def _width(text: str) -> int:
    """Half-width characters: what takes three bytes in UTF-8 is two of them wide."""
    return len(text) if text.isascii() else (len(text) + len(text.encode())) // 2
