"""Facts about obligations, milestones and targets."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.events.duties import MilestoneDated, ObligationFulfilled, TargetProgressed

TARGET: dict[str, Any] = {"target": "pipeline_km", "unit": "住建局", "value": 5.4, "as_of": "2023-12-31"}


@pytest.mark.parametrize("period", ["2023-06", "2023-Q2", "2023-H1", "stage:2a", "2020-03-26", "2023"])
def test_periods_are_written_as_the_packs_name_them(period: str) -> None:
    """A month, a quarter, a half-year, a stage, a day or a year."""
    fulfilled = {"obligation": "quarterly_meeting", "unit": "旅游专委办", "period": period}

    assert ObligationFulfilled.model_validate(fulfilled).period == period


def test_a_milestone_gets_a_real_day() -> None:
    """A date that does not exist moves no campaign."""
    assert MilestoneDated.model_validate({"milestone": "summit_end", "date": "2016-09-05"}).date == date(2016, 9, 5)
    with pytest.raises(ValidationError):
        MilestoneDated.model_validate({"milestone": "summit_end", "date": "2016-09-31"})


@pytest.mark.parametrize("value", [-1, float("inf"), "5.4"])
def test_a_running_total_is_a_number(value: object) -> None:
    """Finite and not below zero."""
    assert TargetProgressed.model_validate(TARGET).value == 5.4
    with pytest.raises(ValidationError):
        TargetProgressed.model_validate(TARGET | {"value": value})
