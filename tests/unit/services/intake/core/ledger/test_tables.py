"""Tables as older systems export them: encodings, shifted rows, broken quotes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.core.ledger import tables
from services.intake.core.ledger.mapping import Table
from services.intake.core.ledger.tables import BadTableError, Row, check_columns, read_csv, read_grid


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_first_encoding_that_fits_is_used(encoding: str) -> None:
    """UTF-8 with or without its mark, and what Windows in China writes."""
    body = "编号,内容\r\n1,通道堵塞\r\n".encode(encoding)

    assert read_csv(body, Table()) == [Row(2, {"编号": "1", "内容": "通道堵塞"})]


def test_rows_keep_their_number_and_blank_rows_are_passed_over() -> None:
    """A number points at the file as a person sees it; cells may be missing or too many."""
    body = "台账\n编号,内容,\n1\n,,\n\n3,x,,多\n".encode()

    assert read_csv(body, Table(header_row=2)) == [
        Row(3, {"编号": "1", "内容": ""}),
        Row(6, {"编号": "3", "内容": "x"}, overlong=True),
    ]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        pytest.param(b"", "表头", id="nothing"),
        pytest.param(b"a,a\n", "重复的列", id="a heading twice"),
        pytest.param(b'a,b\n"x', "CSV", id="a quote that is never closed"),
        pytest.param(b"a\n\x00", "编码", id="NUL"),
        pytest.param(b"a\n\xff\xff", "编码", id="no encoding fits"),
        pytest.param(b'a\n"' + b"x" * 40_000 + b'"', "字的单元格", id="a cell that is a whole file"),
    ],
)
def test_a_file_that_is_no_table_is_refused(body: bytes, word: str) -> None:
    """Each with its reason."""
    with pytest.raises(BadTableError, match=word):
        read_csv(body, Table())


def test_an_unknown_encoding_is_named() -> None:
    """It is the mapping that is wrong."""
    with pytest.raises(BadTableError, match="utf-9"):
        read_csv(b"a", Table(encodings=("utf-9",)))


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One import is one file of bounded size."""
    monkeypatch.setattr(tables, "MAX_ROWS", 2)

    with pytest.raises(BadTableError, match="超过 2 行"):
        read_grid([["a"], ["1"], ["2"], ["3"]], Table())


def test_missing_columns_are_named_with_those_there_are() -> None:
    """A table without rows lacks nothing."""
    check_columns([], ["编号"])
    with pytest.raises(BadTableError, match=r"编号；有的是：内容"):
        check_columns([Row(2, {"内容": "x"})], ["编号"])


@given(st.binary(max_size=200))
def test_no_bytes_do_worse_than_be_refused(body: bytes) -> None:
    """Whatever the bytes, the answer is rows or a BadTableError."""
    try:
        rows = read_csv(body, Table())
    except BadTableError:
        rows = []

    assert isinstance(rows, list)
