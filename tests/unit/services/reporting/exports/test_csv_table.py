"""A CSV has no cell that a spreadsheet takes for a formula."""

import csv
import io

import msgspec

from services.reporting.core.forms.form import Column, Form, Sheet
from services.reporting.exports.csv_table import stream
from tests.unit.services.reporting.exports.forms import HOSTILE, form


def test_formulas_are_disarmed_and_numbers_are_numbers() -> None:
    """Beside a byte order mark, for spreadsheets that take Chinese for Latin."""
    text = b"".join(stream(form())).decode()
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))

    assert text.startswith("\ufeff")
    assert ["组/内容", "组/数"] == rows[0]
    assert len(HOSTILE) == len(rows[1:])
    assert [] == [row for row in rows[1:] if row[0].startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert {"1"} == {row[1] for row in rows[1:]}


def test_a_separator_within_a_text_parts_no_cell() -> None:
    """Spreadsheets part cells at tabs and semicolons as well, where no quotes stand: `x;=1+1` was computed."""
    row = "".join(text for text in b"".join(stream(parted())).decode().splitlines() if "x;" in text)

    assert row == '"x;=1+1","\'\t=2+2"'


def parted() -> Form:
    """A form of one row whose texts hold separators."""
    sheet = Sheet(name="表", title="表", columns=(Column("甲"), Column("乙")), rows=[("x;=1+1", "\t=2+2")])
    return msgspec.structs.replace(form(), sheets=(sheet,))
