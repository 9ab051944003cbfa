"""Moments, numbers and addresses are said the same way everywhere."""

from datetime import UTC, datetime

from runtime.pages.words import link, moment_text, number, second_text, share


def test_moments_are_read_in_shanghai() -> None:
    """Nothing is a dash."""
    moment = datetime(2023, 5, 31, 16, 0, 5, tzinfo=UTC)

    assert ["2023-06-01 00:00", "2023-06-01 00:00:05", "—"] == [
        moment_text(moment),
        second_text(moment),
        moment_text(None),
    ]


def test_numbers_and_shares_are_read_easily() -> None:
    """Thousands are set apart; nothing of nothing is a dash, never a zero."""
    assert ["12,345", "39.2%", "—"] == [number(12345), share(115, 293), share(0, 0)]


def test_addresses_hold_what_is_asked_for() -> None:
    """Empty parameters are left out."""
    assert ["/hazards", "/hazards?q=%E6%B6%88%E9%98%B2&overdue=1"] == [
        link("/hazards", q=""),
        link("/hazards", q="消防", level="", overdue="1"),
    ]
