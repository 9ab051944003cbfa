"""Read and write spreadsheets: what comes from outside through runtime.workbook alone, what goes out without formulas."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from runtime import text_csv
from runtime.text_sheet import workbook_of
from runtime.workbook import BadWorkbook, read_sheet
from services.intake.core.ledger.mapping import Table
from services.intake.core.ledger.tables import BadTableError, Row, read_csv, read_grid

_REASON, _ERRORS = "退回原因", "说明"


def read_table(name: str, body: bytes, layout: Table) -> list[Row]:
    """Read a `.csv` or `.xlsx` file by its name; raises BadTableError."""
    suffix = Path(name).suffix.lower()
    if suffix == ".xlsx":
        return read_grid(_read_sheet(body, layout.sheet), layout)
    if suffix in (".csv", ".txt"):
        return read_csv(body, layout)
    raise BadTableError(f"不支持 {suffix or '没有扩展名的'} 文件；请给 .csv 或 .xlsx")


def read_cells(name: str, body: bytes) -> list[list[str]]:
    """Read the first sheet of a `.xlsx` file as it stands, without heads; raises BadTableError."""
    if Path(name).suffix.lower() != ".xlsx":
        raise BadTableError("日报表请用 .xlsx；其他台账要写明映射（mapping）")
    return _read_sheet(body, None)


def refused_csv(refused: Sequence[Mapping[str, Any]]) -> bytes:
    """Return refused rows (as `importing.described` gives them) as CSV, as they came, with the reason beside each."""
    out = io.StringIO(newline="")
    writer = text_csv.writer(out)
    writer.writerows(map(text_csv.guarded, line) for line in _refused_grid(refused))
    return (text_csv.MARK + out.getvalue()).encode()


def refused_xlsx(refused: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the same as a workbook; no cell of it is a formula or a link."""
    return workbook_of("退回的行", _refused_grid(refused))


def _refused_grid(refused: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return headings and rows: the table's own columns, then reason and errors."""
    headings = list(dict.fromkeys(name for bad in refused for name in bad["cells"]))
    grid = [["行号", *headings, _REASON, _ERRORS]]
    for bad in refused:
        cells = [bad["cells"].get(name, "") for name in headings]
        grid.append([str(bad["row"]), *cells, bad["sentence"], "；".join(bad["errors"])])
    return grid


def _read_sheet(body: bytes, sheet: str | None) -> list[list[str]]:
    try:
        return read_sheet(body, sheet)
    except BadWorkbook as error:
        raise BadTableError(str(error)) from error
