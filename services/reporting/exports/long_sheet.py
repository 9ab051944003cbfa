"""A sheet of a streamed workbook whose rows are written whole: one string a row, where xlsxwriter makes calls for each cell.

A row says what xlsxwriter would have said of it, byte for byte (a test compares them), and goes into the same file, in
which xlsxwriter keeps the rows of a sheet that must not stand in memory.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from runtime.text_sheet import TextSheet

Cell = tuple[str | int | float, Any]
"""A text (empty: nothing) or a number, and its format."""

_SPECIAL: Final = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|^\s|\s\Z")
"""What a text holds that cannot stand in the sheet as it is."""


class LongSheet(TextSheet):
    """Takes rows from the top down, whole or cell by cell, never both for the same row."""

    previous_row: int

    def write_whole(self, row: int, height: float, cells: Sequence[Cell]) -> None:
        """Write a row of cells from the first column on; `height` is in points, above the 15 of an ordinary row."""
        if row > self.previous_row:
            self._write_single_row(row)  # what was written by calls and stands in memory until the next row begins
        self._check_dimensions(row, len(cells) - 1)
        self.previous_row = row + 1
        number = row + 1
        parts = [_opening(number, height)]
        for place, (value, form) in enumerate(cells):
            start = f'<c r="{_name(place)}{number}" s="{form._get_xf_index()}"'  # noqa: SLF001 (the library has no other way)
            if isinstance(value, str):
                parts.append(f"{start}{_inline(value)}" if value else f"{start}/>")
            else:
                parts.append(f"{start}><v>{value:.16G}</v></c>")
        parts.append("</row>")
        self.row_data_fh.write("".join(parts))


def _opening(number: int, height: float) -> str:
    """The head of a row; spreadsheets know heights in whole pixels only."""
    pixels = int(height * 4.0 / 3.0 + 0.5)
    return f'<row r="{number}" ht="{pixels * 0.75:.16g}" customHeight="1">'


_name: Final = lru_cache(maxsize=None)(xl_col_to_name)


@lru_cache(maxsize=8_192)  # a long list says the same names and words over and over
def _inline(text: str) -> str:
    """A text as it stands in its cell: never a formula, never a link, never markup."""
    kept = ""
    if _SPECIAL.search(text):
        text = Worksheet._escape_control_characters(text)  # noqa: SLF001 (what a spreadsheet reads back is told there)
        kept = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f' t="inlineStr"><is><t{kept}>{text}</t></is></c>'
