"""A CSV has no cell that a spreadsheet takes for a formula."""

import csv
import io

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
