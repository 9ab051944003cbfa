"""Read one sheet of a workbook in a process of its own, which may be killed: `python -m ... FILE [SHEET]`.

It limits its own memory before it touches the file, and prints one JSON array of texts a row.
"""

import datetime as dt
import json
import resource
import sys

MEMORY = 1 << 30  # bytes of address space: a workbook of ours needs a tenth of it
SECONDS = 20  # of processor time
MAX_ROWS = 100_100
MAX_COLUMNS = 256


def main(path: str, sheet: str | None) -> int:
    """Print the rows; returns the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(path)
        names = workbook.sheet_names
        if sheet is not None and sheet not in names:
            _say({"missing": sheet, "sheets": names})
            return 0
        rows = workbook.get_sheet_by_name(sheet or names[0]).iter_rows()
        for number, row in enumerate(rows):
            if number > MAX_ROWS:
                break
            _say([_text(cell) for cell in row[:MAX_COLUMNS]])
    except (CalamineError, OSError, IndexError) as error:
        sys.stderr.write(type(error).__name__)
        return 1
    return 0


def _say(line: object) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=True) + "\n")


def _text(cell: object) -> str:
    """Write a cell as the ledger's CSV would: whole numbers without a point, moments by the clock."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return str(cell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))  # noqa: PLR2004
