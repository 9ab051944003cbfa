"""Write dates and document numbers as official letters write them."""

from datetime import date
from typing import Final, Literal

DIGITS: Final = "〇一二三四五六七八九"
ORDINALS: Final = "一二三四五六七八九十"
Numerals = Literal["chinese", "arabic"]


def date_in_chinese(day: date) -> str:
    """二〇二三年五月二十一日: digit by digit for the year, counted for month and day."""
    year = "".join(DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{counted(day.month)}月{counted(day.day)}日"


def date_in_arabic(day: date) -> str:
    """2023年5月21日: without leading zeros (GB/T 9704-2012, 7.3.5)."""
    return f"{day.year}年{day.month}月{day.day}日"


def date_of_issue(day: date, numerals: Numerals) -> str:
    """The date below the signature in the numerals that the organ writes."""
    return date_in_chinese(day) if numerals == "chinese" else date_in_arabic(day)


def counted(number: int) -> str:
    """A number from 1 to 99 in words: 二十一."""
    tens, ones = divmod(number, 10)
    words = ("" if tens == 1 else DIGITS[tens]) + "十" if tens else ""
    return words + (DIGITS[ones] if ones else "")


def document_number(mark: str, year: int, number: int | None) -> str:
    """温安委办〔2023〕5号; a blank where the number is still to come."""
    return f"{mark}〔{year}〕{number if number is not None else '　'}号"
