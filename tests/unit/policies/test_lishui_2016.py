"""While the summit lasts everybody is on duty, and the office looks whether somebody answers (S4-10)."""

import pytest

from tests.unit.services.escalation.accidents import LISHUI, dated, decide, done, told

SUMMIT = (
    dated("summit_start", "2016-09-04", "2016-08-20", tenant="331100"),
    dated("summit_end", "2016-09-05", "2016-08-20", tenant="331100"),
)


def missed(*facts: object, obligation: str, unit: str) -> list[str]:
    """What one unit missed of one duty: the period and when its term was over."""
    records = told(decide(*facts, until="2016-09-30", packs=LISHUI), "periodic_report", "daily_report")  # type: ignore[arg-type]
    start = f"{obligation}/{unit}/"
    return [" ".join(line.split()[1:]).removeprefix(start) for line in records if f" {start}" in line]


@pytest.mark.parametrize(
    ("obligation", "unit", "expected"),
    [
        pytest.param(
            "duty_roster", "331102", ["summit missing_report raised 2016-09-05 00:00"], id="who is on duty, by the first day"
        ),
        pytest.param(
            "duty_report",
            "市公安局",
            ["2016-09-04 missing_report raised 2016-09-05 00:00", "2016-09-05 missing_report raised 2016-09-06 00:00"],
            id="each day of the summit",
        ),
        pytest.param(
            "channel_check",
            "市安委办",
            ["2016-09-04 missing_report raised 2016-09-05 00:00", "2016-09-05 missing_report raised 2016-09-06 00:00"],
            id="the office's own look at the 24 h channel",
        ),
    ],
)  # fmt: skip
def test_a_duty_of_the_summit_is_missed(obligation: str, unit: str, expected: list[str]) -> None:
    """S4-10: a zero report is a report, and none is none."""
    assert missed(*SUMMIT, obligation=obligation, unit=unit) == expected


def test_what_was_reported_is_not_missed() -> None:
    """S4-10: by the office for itself, by a county for its own."""
    checked = [
        done("channel_check", "市安委办", day, f"{day} 22:00", tenant="331100") for day in ("2016-09-04", "2016-09-05")
    ]

    assert missed(*SUMMIT, *checked, obligation="channel_check", unit="市安委办") == []


def test_without_a_date_of_the_summit_no_clock_runs() -> None:
    """T3: what ends with the summit is armed by its date."""
    assert missed(obligation="duty_report", unit="331102") == []
