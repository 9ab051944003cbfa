"""Dates and numbers stand on letters as offices write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.core.letters.numerals import counted, date_in_chinese, date_of_issue, document_number


@pytest.mark.parametrize(
    ("day", "words"),
    [
        pytest.param(date(2023, 5, 21), "二〇二三年五月二十一日", id="the notice's own example"),
        pytest.param(date(2020, 10, 10), "二〇二〇年十月十日", id="ten is one character"),
        pytest.param(date(2026, 12, 30), "二〇二六年十二月三十日", id="tens without ones"),
        pytest.param(date(2000, 1, 1), "二〇〇〇年一月一日", id="circles, not zeros"),
    ],
)
def test_a_date_is_written_digit_by_digit_for_the_year(day: date, words: str) -> None:
    """And counted for month and day."""
    assert words == date_in_chinese(day)


def test_an_organ_may_write_arabic_numerals() -> None:
    """As the standard of 2012 has it: no leading zeros."""
    assert date_of_issue(date(2023, 5, 1), "arabic") == "2023年5月1日"


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)))
def test_two_days_never_look_the_same(day: date) -> None:
    """What is written can be read back."""
    words = date_in_chinese(day)
    digits = {word: str(n) for n, word in enumerate("〇一二三四五六七八九")}
    year, _, rest = words.partition("年")
    month, _, last = rest.removesuffix("日").partition("月")
    numbers = {counted(n): n for n in range(1, 100)}

    assert (int("".join(digits[c] for c in year)), numbers[month], numbers[last]) == (day.year, day.month, day.day)


def test_a_number_that_is_still_to_come_is_a_blank() -> None:
    """Between the brackets of the standard."""
    assert document_number("温岭安委办", 2023, 5) == "温岭安委办〔2023〕5号"
    assert document_number("温岭安委办", 2023, None) == "温岭安委办〔2023〕　号"
