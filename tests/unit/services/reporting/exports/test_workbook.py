"""A workbook holds texts and numbers only, whatever a text looks like, and the same form gives the same bytes."""

import io
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest

from services.reporting.core.forms.form import Column, Figure, Form, Sheet
from services.reporting.exports import workbook
from services.reporting.exports.text import plain
from services.reporting.exports.workbook import as_bytes
from tests.unit.services.reporting.exports.forms import HOSTILE, form
from tests.unit.services.reporting.facts import at


def test_no_cell_is_a_formula_or_a_link() -> None:
    """X2: every text is a string cell with the text itself."""
    sheet = openpyxl.load_workbook(io.BytesIO(as_bytes(form())))["表"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]

    assert {"s", "n"} == {cell.data_type for cell in cells}
    assert not any(cell.hyperlink for cell in cells)
    values = [cell.value for cell in cells]
    assert [] == [text for text in HOSTILE if plain(text) not in values and plain(text).strip() not in values]


def test_the_same_form_gives_the_same_bytes() -> None:
    """A print can be compared with an earlier one."""
    assert as_bytes(form()) == as_bytes(form())


def test_a_long_list_is_streamed_and_no_formula_either() -> None:
    """Rows that are generated go through bounded memory, in the same layout."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for number in range(5_000):
            yield number, "=1+1"

    sheet = Sheet(name="长表", title="长表", columns=(Column("序号", 8), Column("内容", 30)), rows=rows())
    made = as_bytes(
        Form(kind="t", title="长表", name="长表", tenant="330400", as_of=at("2020-04-02 18:00"), sheets=(sheet,))
    )
    read = openpyxl.load_workbook(io.BytesIO(made))["长表"]

    assert (5_002, "=1+1") == (read.max_row, read.cell(5_002, 2).value)
    assert {"s", "n", "inlineStr"} >= {cell.data_type for row in read.iter_rows(min_row=3) for cell in row}


def test_a_streamed_sheet_reads_as_one_that_is_not() -> None:
    """The same values, looks, widths, heights, print area and heads, whichever way it was written."""

    def told(made: bytes) -> dict[str, Any]:
        sheet = openpyxl.load_workbook(io.BytesIO(made))["表"]
        cells = {
            cell.coordinate: (
                cell.value,
                cell.font.name,
                cell.font.sz,
                cell.alignment.horizontal,
                cell.border.top.style,
            )
            for row in sheet.iter_rows()
            for cell in row
        }
        return {
            "cells": cells,
            "widths": {name: column.width for name, column in sheet.column_dimensions.items()},
            "heights": {number: row.height for number, row in sheet.row_dimensions.items()},
            "merged": sorted(map(str, sheet.merged_cells.ranges)),
            "paper": (
                sheet.print_area,
                sheet.print_title_rows,
                sheet.page_setup.orientation,
                sheet.oddFooter.center.text,
            ),
        }

    rows = tuple((text, Figure(number, ("330400:test:H-1",))) for number, text in enumerate(HOSTILE))

    assert told(as_bytes(form(rows))) == told(as_bytes(form(iter(rows))))


def test_sentences_without_a_table_have_the_width_of_a_page() -> None:
    """Their heights are reckoned with it: in two narrow columns they would stand over one another."""
    sheet = Sheet(name="表", title="表", notes=("没有评价办法，不能排名。" * 3,))
    made = Form(kind="t", title="表", name="表", tenant="331081", as_of=at("2020-04-02 18:00"), sheets=(sheet,))

    read = openpyxl.load_workbook(io.BytesIO(as_bytes(made)))["表"]

    columns = read.column_dimensions["A"]
    assert ((1, 2), 80) == ((columns.min, columns.max), round(2 * columns.width, -1))


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would be left out without a word; the notes below the table count too."""
    monkeypatch.setattr(workbook, "MOST_ROWS", 10)

    with pytest.raises(workbook.TooManyRowsError, match="csv"):
        as_bytes(form(iter([("行", 1)] * 5)))
    assert as_bytes(form(iter([("行", 1)] * 4)))


def test_an_empty_table_says_so() -> None:
    """零报告, never an empty page."""
    sheet = openpyxl.load_workbook(io.BytesIO(as_bytes(form(rows=()))))["表"]

    assert "（零报告）" in [cell.value for row in sheet.iter_rows() for cell in row]


@pytest.mark.parametrize(
    ("widths", "places"),
    [
        pytest.param((30, 30), ["A2", "B2"], id="side by side"),
        pytest.param((30, 14), ["A2", "A3"], id="the right one would not fit"),
        pytest.param((8, 30), ["A2", "A3"], id="the left one would not fit"),
        pytest.param((40,), ["A2", "A3"], id="one column"),
        pytest.param((6, 8, 12, 20, 20, 20), ["A2", "D2"], id="an ordinary table"),
    ],
)
def test_unit_and_day_stand_whole_above_any_table(widths: tuple[int, ...], places: list[str]) -> None:
    """At both ends where there is room, else one below the other."""
    heads = ("单位：台州市温岭市", "截至2026年11月27日")
    columns = tuple(Column(str(number), width) for number, width in enumerate(widths))
    sheet = Sheet(name="表", title="表", heads=heads, columns=columns, rows=())
    made = Form(kind="t", title="表", name="表", tenant="331081", as_of=at("2020-04-02 18:00"), sheets=(sheet,))

    read = openpyxl.load_workbook(io.BytesIO(as_bytes(made)))["表"]

    assert [read[place].value for place in places] == list(heads)
