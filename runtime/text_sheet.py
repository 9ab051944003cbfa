"""A sheet of a workbook whose texts stand in it as they are, whatever they look like."""

import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

LONGEST: Final = 32_767  # characters of a cell
WIDTH: Final = 18  # of a column, in characters
TEXTS_ALONE: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""What keeps xlsxwriter from making a formula, a link or a number of a text."""


class TextSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """Takes a text for a text: xlsxwriter writes one between `<r>` and `</r>` as markup, and nothing can open that file."""

    def write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> int:
        """Write a text into a cell."""
        if not (string.startswith("<r>") and string.endswith("</r>")):
            return int(super().write_string(row, col, string, cell_format))
        form = [cell_format] if cell_format is not None else []
        return int(self.write_rich_string(row, col, string[0], *form, string[1], *form, string[2:], *form))


def workbook_of(name: str, grid: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet of texts under its row of headings; no cell of it is a formula, a number or a link."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **TEXTS_ALONE}) as workbook:
        sheet = workbook.add_worksheet(name, TextSheet)
        widest = 1
        for number, line in enumerate(grid):
            widest = max(widest, len(line))
            for place, cell in enumerate(line):
                sheet.write_string(number, place, cell[:LONGEST])
        sheet.set_column(0, widest - 1, WIDTH)
        sheet.freeze_panes(1, 0)
    return out.getvalue()
