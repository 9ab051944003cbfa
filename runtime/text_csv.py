"""Write a CSV that a spreadsheet opens as what it is: Chinese is Chinese, and no cell is a formula."""

import csv
from typing import Any, Final

MARK: Final = "\ufeff"
"""What a file begins with; without it a spreadsheet takes Chinese for Latin."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def guarded(text: str) -> str:
    """A cell: one that a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA) else text


def writer(out: Any) -> Any:
    """A writer of the csv module that quotes every cell: tabs and semicolons part cells too where no quotes stand."""
    return csv.writer(out, quoting=csv.QUOTE_ALL)
