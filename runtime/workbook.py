"""Read a workbook that comes from outside: looked at before it is unpacked, and read in a child that may be killed."""

import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Final

MAX_UNPACKED: Final = 200 << 20
"""Bytes of a workbook after unpacking; a real ledger of 100,000 rows has a quarter of it."""
MAX_RATIO: Final = 200
"""How much smaller a workbook may be packed: ordinary ones shrink by ten to twenty."""
MAX_MEMBERS: Final = 500
SECONDS: Final = 30.0


class BadWorkbook(Exception):
    """The file is no workbook that is taken; the message is a Chinese sentence for whoever sent it."""


def read_sheet(body: bytes, sheet: str | None = None) -> list[list[str]]:
    """The rows of a sheet (the first one for None) as texts; raises `BadWorkbook`."""
    _check_archive(body)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(body)
        file.flush()
        command = [sys.executable, "-m", "runtime.sheet_child", file.name, *([sheet] if sheet else [])]
        try:
            child = subprocess.run(
                command, capture_output=True, timeout=SECONDS, check=False, cwd=Path(__file__).parents[1]
            )
        except subprocess.TimeoutExpired:
            raise BadWorkbook(f"工作簿在 {SECONDS:.0f} 秒内没有读完") from None
    if child.returncode != 0:
        raise BadWorkbook("工作簿损坏，或大得不合常理")
    lines = [json.loads(line) for line in child.stdout.decode().splitlines()]
    if lines and isinstance(lines[0], dict):
        raise BadWorkbook(f"工作簿里没有工作表 {sheet}；有的是：{'、'.join(lines[0]['sheets'])}")
    return lines


def _check_archive(body: bytes) -> None:
    """Refuse what is no workbook, holds macros, or would unpack into far more than it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        raise BadWorkbook("文件不是 .xlsx 工作簿") from None
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(body), 1):
        raise BadWorkbook(f"工作簿展开后有 {unpacked >> 20} MB，不收")
    names = {member.filename for member in members}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/worksheets/") for name in names):
        raise BadWorkbook("文件不是 .xlsx 工作簿")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise BadWorkbook("工作簿带有宏，不收；请另存为不带宏的 .xlsx")
