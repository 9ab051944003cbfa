"""A row that is written whole says, byte for byte, what xlsxwriter says of the same cells; and no text is markup."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.exports.long_sheet import LongSheet

TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.sampled_from(
        ["_x0041_", " a", "a ", "a\nb", "<b>&amp;</b>", '"', "=1+1", "\t=1", "长" * 40, "𠮷😀", "a\ufffeb"]
    ),
)
NUMBERS = st.one_of(st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False))
ROWS = st.lists(
    st.tuples(st.floats(16, 409), st.lists(st.one_of(TEXTS, NUMBERS), min_size=1, max_size=30)), min_size=1, max_size=8
)


def _by_calls(sheet: Any, row: int, height: float, cells: Sequence[tuple[Any, Any]]) -> None:
    sheet.set_row(row, height)
    for place, (value, form) in enumerate(cells):
        write = sheet.write_number if not isinstance(value, str) else sheet.write_string if value else sheet.write_blank
        write(row, place, value, form)


def _written(rows: Sequence[tuple[float, Sequence[Any]]], write: Callable[..., None]) -> bytes:
    """A workbook with a row written by calls, these rows, and one more by calls."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("表", LongSheet)
        forms = [book.add_format({"border": 1}), book.add_format({"align": "center"})]
        sheet.write_string(0, 0, "头", forms[0])
        for row, (height, values) in enumerate(rows, 1):
            write(sheet, row, height, [(value, forms[place % 2]) for place, value in enumerate(values)])
        sheet.merge_range(len(rows) + 1, 0, len(rows) + 1, 2, "注", forms[0])
    return out.getvalue()


@given(ROWS)
def test_a_whole_row_says_what_xlsxwriter_says(rows: list[tuple[float, list[Any]]]) -> None:
    """The library is asked itself: a new version of it that writes otherwise is noticed here."""
    whole, by_calls = (
        zipfile.ZipFile(io.BytesIO(_written(rows, write))) for write in (LongSheet.write_whole, _by_calls)
    )

    assert whole.read("xl/worksheets/sheet1.xml") == by_calls.read("xl/worksheets/sheet1.xml")
    assert whole.read("xl/styles.xml") == by_calls.read("xl/styles.xml")


@pytest.mark.parametrize("write", [LongSheet.write_whole, _by_calls])
def test_what_looks_like_a_run_of_formats_is_a_text(write: Callable[..., None]) -> None:
    """The library writes such a text as markup, and no spreadsheet can open what came of it."""
    hostile = "<r><t>a & b</r>"
    made = _written([(20.0, ["x", hostile])], write)
    read = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_name("表").to_python()

    assert hostile == read[1][1] == openpyxl.load_workbook(io.BytesIO(made))["表"]["B2"].value
