"""The rules of tip-offs: what ships is readable, and a year is a year."""

from datetime import UTC, datetime
from typing import Any

import pytest

from policies import files
from services.intake.core.tip_offs.rules import Rules

RAW: dict[str, Any] = files.read(files.folder() / "tip-offs.yaml")


def test_what_ships_is_readable() -> None:
    """Natural disasters are among the categories (S0-23); sixty days, twelve months."""
    rules = Rules.parse(RAW)

    assert {"fire", "natural_disaster", "concealed_accident"} <= rules.categories.keys()
    assert (60, 12) == (rules.finish_within_days, rules.keep_months)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        pytest.param({"keep_months": 0}, "keep_months", id="kept for no time"),
        pytest.param({"categories": {}}, "categories", id="no category"),
        pytest.param({"kept": 1}, "kept", id="a word that is none"),
        pytest.param({"finish_within_days": "60"}, "finish_within_days", id="a text for a number"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], named: str) -> None:
    """By its key."""
    with pytest.raises(ValueError, match=named):
        Rules.parse({**RAW, **changes})


@pytest.mark.parametrize(
    ("now", "months", "before"),
    [
        pytest.param(datetime(2024, 5, 9, 2, tzinfo=UTC), 12, "2023-05-09T10:00:00+08:00", id="a year"),
        pytest.param(datetime(2024, 2, 29, 2, tzinfo=UTC), 12, "2023-02-28T10:00:00+08:00", id="a leap day"),
        pytest.param(datetime(2024, 3, 31, 2, tzinfo=UTC), 1, "2024-02-29T10:00:00+08:00", id="a shorter month"),
        pytest.param(
            datetime(2024, 12, 31, 16, tzinfo=UTC), 12, "2024-01-01T00:00:00+08:00", id="midnight in Shanghai"
        ),
    ],
)
def test_who_is_forgotten(now: datetime, months: int, before: str) -> None:
    """Months end on the corresponding day or, where there is none, on the month's last day."""
    assert before == Rules.parse({**RAW, "keep_months": months}).kept_until(now).isoformat()
