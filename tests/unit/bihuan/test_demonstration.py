"""The demonstration is the same for the same seed and anchor, and every event of it is welcome at the door."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bihuan.demonstration import HAZARDS, WATCHED_MINUTES, generate
from contracts import divisions
from services.intake.core.validation import Accepted, validate

ANCHOR = datetime(2026, 11, 22, 2, 5, tzinfo=UTC)


def test_the_same_seed_and_anchor_give_the_same_events() -> None:
    """Loading it twice changes nothing, because the ids are the same."""
    assert list(generate(ANCHOR, 7)) == list(generate(ANCHOR, 7)) != list(generate(ANCHOR, 8))


def test_every_event_is_accepted_without_a_flag() -> None:
    """The demonstration is clean; the dirty part is the ledger."""
    table = divisions.load()
    judged = [validate(json.dumps(event).encode(), divisions=table, received_at=ANCHOR) for event in generate(ANCHOR)]

    assert [one for one in judged if not isinstance(one, Accepted) or one.flags] == []


def test_nothing_lies_after_the_anchor_but_deadlines() -> None:
    """What has not happened yet is not told; twelve deadlines fall within the hour."""
    events = list(generate(ANCHOR))
    latest = max(datetime.fromisoformat(event["time"]) for event in events)
    hour = ANCHOR + timedelta(hours=1)
    deadlines = [event["data"].get("rectify_by", "") for event in events]
    watched = [text for text in deadlines if "T" in text and ANCHOR < datetime.fromisoformat(text) <= hour]

    assert (latest < ANCHOR, len(watched)) == (True, len(WATCHED_MINUTES))


def test_it_has_about_three_thousand_events() -> None:
    """Large enough to look like a campaign, small enough to load in seconds."""
    assert 2_500 < len(list(generate(ANCHOR))) < 3_500


@pytest.mark.parametrize("hour", range(24))
def test_it_tells_every_hazard_at_whatever_hour_it_is_loaded(hour: int) -> None:
    """A hazard that was found at five in the afternoon is one of yesterday when the campaign ends at noon."""
    told = [event for event in generate(ANCHOR.replace(hour=hour)) if event["type"] == "hazard.reported.v1"]

    assert len(told) == HAZARDS + len(WATCHED_MINUTES)
