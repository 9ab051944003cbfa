"""A sheet of a workbook whose texts stand in it as they are, whatever they look like."""

from typing import Any

from xlsxwriter.worksheet import Worksheet


class TextSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """Takes a text for a text: xlsxwriter writes one between `<r>` and `</r>` as markup, and nothing can open that file."""

    def write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> int:
        """Write a text into a cell."""
        if not (string.startswith("<r>") and string.endswith("</r>")):
            return int(super().write_string(row, col, string, cell_format))
        form = [cell_format] if cell_format is not None else []
        return int(self.write_rich_string(row, col, string[0], *form, string[1], *form, string[2:], *form))
