"""Read and write spreadsheets: what comes from outside only in a limited child, what goes out without formulas."""

import csv
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from services.intake.core.ledger.mapping import Table
from services.intake.core.ledger.tables import BadTableError, Row, read_csv, read_grid

MAX_UNPACKED: Final = 200 << 20
"""Bytes of a workbook after unpacking; a real ledger of 100,000 rows has a quarter of it."""
MAX_RATIO: Final = 200
"""How much smaller a workbook may be packed: ordinary ones shrink by ten to twenty."""
MAX_MEMBERS: Final = 500
SECONDS: Final = 30.0

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
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
    writer = csv.writer(out)
    for line in _refused_grid(refused):
        writer.writerow(["'" + cell if cell.startswith(_FORMULA) else cell for cell in line])
    return out.getvalue().encode("utf-8-sig")


def refused_xlsx(refused: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the same as a workbook; no cell of it is a formula or a link."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        sheet = workbook.add_worksheet("退回的行")
        for number, line in enumerate(_refused_grid(refused)):
            for place, cell in enumerate(line):
                sheet.write_string(number, place, cell[:32_767])
    return out.getvalue()


def _refused_grid(refused: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return headings and rows: the table's own columns, then reason and errors."""
    headings = list(dict.fromkeys(name for bad in refused for name in bad["cells"]))
    grid = [["行号", *headings, _REASON, _ERRORS]]
    for bad in refused:
        cells = [bad["cells"].get(name, "") for name in headings]
        grid.append([str(bad["row"]), *cells, bad["sentence"], "；".join(bad["errors"])])
    return grid


def _read_sheet(body: bytes, sheet: str | None) -> list[list[str]]:
    _check_archive(body)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(body)
        file.flush()
        command = [sys.executable, "-m", "services.intake.handlers.sheet_child", file.name, *([sheet] if sheet else [])]
        try:
            child = subprocess.run(
                command, capture_output=True, timeout=SECONDS, check=False, cwd=Path(__file__).parents[3]
            )
        except subprocess.TimeoutExpired:
            raise BadTableError(f"工作簿在 {SECONDS:.0f} 秒内没有读完") from None
    if child.returncode != 0:
        raise BadTableError("工作簿损坏，或大得不合常理")
    lines = [json.loads(line) for line in child.stdout.decode().splitlines()]
    if lines and isinstance(lines[0], dict):
        raise BadTableError(f"工作簿里没有工作表 {sheet}；有的是：{'、'.join(lines[0]['sheets'])}")
    return lines


def _check_archive(body: bytes) -> None:
    """Refuse what is no workbook, holds macros, or would unpack into far more than it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        raise BadTableError("文件不是 .xlsx 工作簿") from None
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(body), 1):
        raise BadTableError(f"工作簿展开后有 {unpacked >> 20} MB，不收")
    names = {member.filename for member in members}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/worksheets/") for name in names):
        raise BadTableError("文件不是 .xlsx 工作簿")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise BadTableError("工作簿带有宏，不收；请另存为不带宏的 .xlsx")
