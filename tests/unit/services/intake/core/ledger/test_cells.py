"""Cells as people fill them in: badly spaced, full-width, cut off, with dates in any writing."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.intake.core.ledger.cells import (
    BadCellError,
    Written,
    clean,
    is_cut,
    parse_moment,
    parse_number,
    squeeze,
    translate,
)

ZONE = ZoneInfo("Asia/Shanghai")
TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y年%m月%d日", "%Y.%m.%d")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param("2018-03-28 10:48:01", "2018-03-28T10:48:01+08:00", id="date and time"),
        pytest.param(" 2018-3-8 ", "2018-03-08", id="a day, blanks around it, one digit"),
        pytest.param("２０１８-０３-０８", "2018-03-08", id="full-width digits"),
        pytest.param("2018年3月8日", "2018-03-08", id="in words"),
        pytest.param("1988-07-01 08:00:00", "1988-07-01T08:00:00+09:00", id="in the years of summer time"),
        pytest.param("", None, id="empty"),
        pytest.param("  ", None, id="blank"),
    ],
)
def test_a_moment_is_read_in_the_ledgers_own_writing(cell: str, expected: str | None) -> None:
    """A day stays a day; a time of day gets the offset of the ledger's zone."""
    found = parse_moment(cell, TIMES, ZONE)

    assert expected == (found.text if found else None)


@pytest.mark.parametrize("cell", ["尽快", "2018-02-30", "2206-03-14", "0018-03-08", "2018-03-08 25:00:00", "43167"])
def test_what_is_no_moment_is_refused(cell: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(BadCellError):
        parse_moment(cell, TIMES, ZONE)


def test_a_day_is_compared_by_the_day() -> None:
    """A deadline that names the day of the finding does not lie before it."""
    morning = datetime(2018, 3, 8, tzinfo=ZONE)
    day, noon = Written(morning, is_day=True), Written(morning.replace(hour=12), is_day=False)

    assert not day.is_before(noon)
    assert Written(morning, is_day=False).is_before(noon)
    assert Written(datetime(2018, 3, 7, tzinfo=ZONE), is_day=True).is_before(noon)


def test_text_is_cleaned_and_words_are_squeezed() -> None:
    """Text keeps single blanks; a word is the same however it is spaced and however wide."""
    assert clean(" 通道\x00 \n 堵塞 ") == "通道 堵塞"
    assert squeeze(" ３１１３ 综采\u3000面") == "3113综采面"
    assert translate("一 般", {"一般": "general"}) == "general"
    assert translate("较大", {"一般": "general"}) is None


def test_a_cut_text_is_seen() -> None:
    """Older systems cut and write dots."""
    assert is_cut("分支 ...")
    assert is_cut("分支……")
    assert not is_cut("分支...架")


def test_numbers_are_read_as_people_write_them() -> None:
    """Thousands may be separated; a broken number is refused."""
    assert parse_number("1,200", whole=True) == 1200
    assert parse_number("12.00", whole=True) == 12
    assert parse_number("1２.5", whole=False) == 12.5
    for cell, whole in (("12.5", True), ("约12", False), ("1e5", False), ("9" * 16, True)):
        with pytest.raises(BadCellError):
            parse_number(cell, whole=whole)
