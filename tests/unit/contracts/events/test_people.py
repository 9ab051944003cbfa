"""Facts about what people do in our own services."""

from typing import Any

import pytest
from pydantic import ValidationError

from contracts.events.people import CalendarChanged, ClockTicked, LeaguePublished, ProposalDecided

DECIDED: dict[str, Any] = {"decision_id": "d-1", "by": "person-1", "reason": "同意。"}


@pytest.mark.parametrize(
    ("more", "fits"),
    [
        pytest.param(
            {"verdict": "confirmed", "document_no": "温安委〔2023〕11号"}, True, id="confirmed with a document"
        ),
        pytest.param({"verdict": "confirmed"}, False, id="confirmed without"),
        pytest.param({"verdict": "confirmed", "document_no": ""}, False, id="confirmed with an empty number"),
        pytest.param({"verdict": "rejected"}, True, id="rejected"),
        pytest.param({"verdict": "upheld"}, True, id="upheld"),
        pytest.param({"verdict": "同意"}, False, id="another word"),
    ],
)
def test_who_punishes_gives_a_document_number(more: dict[str, Any], *, fits: bool) -> None:
    """To confirm needs reason and number, anything else a reason."""
    try:
        ProposalDecided.model_validate(DECIDED | more)
    except ValidationError:
        assert not fits  # the table says which outcome is right
    else:
        assert fits


def test_a_calendar_change_names_at_least_one_day() -> None:
    """Nothing changed is no fact."""
    with pytest.raises(ValidationError):
        CalendarChanged.model_validate({"days": [], "by": "person-1"})
    change = CalendarChanged.model_validate({"days": [{"day": "2023-05-06", "kind": "working_day"}], "by": "person-1"})
    assert len(change.days) == 1


LEAGUE: dict[str, Any] = {"period": "2023-05", "cut_off": "2023-06-01T00:00:00+08:00", "formula": "1", "by": "person-1"}


@pytest.mark.parametrize(
    ("row", "fits"),
    [
        pytest.param({"unit": "331081003", "score": 92.5, "rank": 1, "sample": 40}, True, id="ranked"),
        pytest.param({"unit": "331081003", "score": 92.5, "sample": 2}, True, id="too small a sample for a rank"),
        pytest.param({"unit": "331081003", "score": 92.5, "rank": 0, "sample": 40}, False, id="no place is before 1"),
        pytest.param({"unit": "331081003", "rank": 1, "sample": 40}, False, id="without a score"),
        pytest.param({"unit": "331081003", "score": float("nan"), "sample": 40}, False, id="not a number"),
    ],
)
def test_a_league_table_says_on_what_each_place_rests(row: dict[str, Any], *, fits: bool) -> None:
    """Score and sample are always given, a rank only where units can be compared."""
    try:
        LeaguePublished.model_validate(LEAGUE | {"rows": [row]})
    except ValidationError:
        assert not fits  # the table says which outcome is right
    else:
        assert fits


def test_a_tick_carries_nothing() -> None:
    """Its time is all it says."""
    assert ClockTicked.model_validate({}) == ClockTicked()
