"""Read the rows of a table: decoded, with their headings, nothing mended and nothing lost."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.intake.core.ledger.mapping import Table

#: Characters of one cell; a longer one is a broken quote, not a text.
MAX_CELL = 32_767
MAX_ROWS = 100_000


class BadTableError(ValueError):
    """A file that is not the table the mapping describes; the message says what is wrong, in Chinese."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank; `number` is its row in the file, counted from 1."""

    number: int
    cells: Mapping[str, str]
    #: Whether cells stand beyond the last heading: a comma too many has shifted the row.
    overlong: bool = field(default=False)


def read_csv(body: bytes, layout: Table) -> list[Row]:
    """Decode and cut a CSV file by the first encoding that fits; raises BadTableError."""
    text = _decode(body, layout.encodings)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True))
    except csv.Error as error:
        raise BadTableError(f"不是完整的 CSV：{error}") from None
    return read_grid(lines, layout)


def read_grid(grid: Sequence[Sequence[str]], layout: Table) -> list[Row]:
    """Give the cells of a grid their headings; raises BadTableError."""
    if len(grid) < layout.header_row:
        raise BadTableError(f"第 {layout.header_row} 行没有表头")
    if len(grid) - layout.header_row > MAX_ROWS:
        raise BadTableError(f"超过 {MAX_ROWS} 行，请分成几个文件")
    headings = [heading.strip() for heading in grid[layout.header_row - 1]]
    while headings and not headings[-1]:
        headings.pop()
    repeated = sorted({name for name in headings if name and headings.count(name) > 1})
    if repeated:
        raise BadTableError(f"表头有重复的列：{'、'.join(repeated)}")
    rows = []
    for number, line in enumerate(grid[layout.header_row :], layout.header_row + 1):
        if any(len(cell) > MAX_CELL for cell in line):
            raise BadTableError(f"第 {number} 行有超过 {MAX_CELL} 字的单元格，可能是引号没有配对")
        if any(cell.strip() for cell in line):
            cells = {name: line[place] if place < len(line) else "" for place, name in enumerate(headings) if name}
            rows.append(Row(number, cells, overlong=any(cell.strip() for cell in line[len(headings) :])))
    return rows


def check_columns(rows: Sequence[Row], wanted: Iterable[str]) -> None:
    """Raise BadTableError where the table lacks a column that the mapping names."""
    have = set(rows[0].cells) if rows else set()
    missing = sorted(set(wanted) - have)
    if rows and missing:
        raise BadTableError(f"表里没有这些列：{'、'.join(missing)}；有的是：{'、'.join(sorted(have))}")


def _decode(body: bytes, encodings: Sequence[str]) -> str:
    for encoding in encodings:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        except LookupError:
            raise BadTableError(f"映射里写的编码 {encoding} 不存在") from None
        if "\x00" not in text:
            return text
    raise BadTableError(f"文件不是 {'、'.join(encodings)} 编码的文本")
