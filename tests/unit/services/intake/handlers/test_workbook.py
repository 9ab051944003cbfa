"""Workbooks from outside are read in a limited child; tables that go out hold no formula."""

import io
import zipfile

import openpyxl
import pytest
import xlsxwriter

from services.intake.core.ledger.mapping import Table
from services.intake.core.ledger.tables import BadTableError, Row
from services.intake.handlers import workbook

BAD = {
    "row": 7,
    "sentence": "这一行不能变成事件。",
    "errors": ["等级：较大"],
    "cells": {"编号": "=1+1", "内容": "@x", "备注": "\tx"},
}
LIKE_MARKUP = "<r><t>a & b</r>"
"""Markup of a workbook's own: written as it stands, nothing could open the file."""


def xlsx(rows: list[list[object]], sheet: str = "台账") -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return out.getvalue()


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in members.items():
            packed.writestr(name, body)
    return out.getvalue()


def test_a_workbook_is_read_like_a_csv() -> None:
    """Whole numbers have no point, empty cells are empty."""
    body = xlsx([["编号", "内容", "数量"], [117, "通道堵塞", 2.5], [118, "", ""]])

    assert workbook.read_table("台账.XLSX", body, Table()) == [
        Row(2, {"编号": "117", "内容": "通道堵塞", "数量": "2.5"}),
        Row(3, {"编号": "118", "内容": "", "数量": ""}),
    ]


def test_the_sheet_is_chosen_by_name() -> None:
    """A sheet that is not there is named with those there are."""
    body = xlsx([["编号"], ["1"]])

    assert workbook.read_table("a.xlsx", body, Table(sheet="台账")) == [Row(2, {"编号": "1"})]
    with pytest.raises(BadTableError, match=r"没有工作表 其他；有的是：台账"):
        workbook.read_table("a.xlsx", body, Table(sheet="其他"))


@pytest.mark.parametrize(
    ("name", "body", "word"),
    [
        pytest.param("a.pdf", b"", r"不支持 \.pdf", id="another kind of file"),
        pytest.param("a", b"", "没有扩展名", id="no kind at all"),
        pytest.param("a.xlsx", b"PK", "不是 .xlsx", id="no archive"),
        pytest.param("a.xlsx", archive(x=b"y"), "不是 .xlsx", id="an archive of something else"),
        pytest.param(
            "a.xlsx",
            archive(**{"[Content_Types].xml": b"", "xl/worksheets/a.xml": b"", "xl/vbaProject.bin": b""}),
            "宏",
            id="macros",
        ),
        pytest.param("a.xlsx", archive(bomb=b"0" * (50 << 20)), "展开后", id="a bomb by its ratio"),
        pytest.param(
            "a.xlsx", archive(**{"[Content_Types].xml": b"", "xl/worksheets/a.xml": b"<"}), "损坏", id="a broken one"
        ),
    ],
)
def test_what_is_no_plain_workbook_is_refused(name: str, body: bytes, word: str) -> None:
    """Before anything is unpacked into memory."""
    with pytest.raises(BadTableError, match=word):
        workbook.read_table(name, body, Table())


def test_refused_rows_go_back_as_csv_without_formulas() -> None:
    """A cell that a spreadsheet would compute gets an apostrophe; all are quoted, for those that part cells at a tab too."""
    text = workbook.refused_csv([BAD]).decode("utf-8-sig")

    assert text.splitlines() == [
        '"行号","编号","内容","备注","退回原因","说明"',
        """"7","'=1+1","'@x","'\tx","这一行不能变成事件。","等级：较大\"""",
    ]


def test_refused_rows_go_back_as_a_workbook_without_formulas() -> None:
    """Every cell is a text."""
    bad = {**BAD, "errors": [LIKE_MARKUP]}
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.refused_xlsx([bad]))).active
    assert sheet is not None

    cells = [cell for row in sheet.iter_rows() for cell in row]

    assert {cell.data_type for cell in cells} == {"s"}
    assert cells[7].value == "=1+1"
    assert cells[-1].value == LIKE_MARKUP
