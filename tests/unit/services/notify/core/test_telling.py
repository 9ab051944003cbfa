"""Which states of a decision are told, and when a decision begins anew."""

from datetime import timedelta

import pytest

from contracts.vocabulary import Status
from services.notify.core.telling import TELLING, Standing, Telling, is_late, turn_of
from tests.unit.services.notify.given import DUE, decision


def test_every_status_has_its_way_of_telling() -> None:
    """The table names every status of the vocabulary."""
    assert set(Status) == set(TELLING)


@pytest.mark.parametrize(
    ("status", "telling"),
    [
        (Status.RAISED, Telling.OPENS),
        (Status.PROPOSED, Telling.OPENS),
        (Status.CONFIRMED, Telling.OPENS),
        (Status.RETRACTED, Telling.FOLLOWS),
        (Status.CLEARED, Telling.FOLLOWS),
        (Status.COALESCED, Telling.FOLDS),
        (Status.PROVISIONAL, Telling.NEVER),
    ],
)
def test_a_status_is_told_as_the_table_says(status: Status, telling: Telling) -> None:
    """Firm decisions open, ends follow, lower rungs fold, pending ones stay quiet."""
    assert telling is TELLING[status]


@pytest.mark.parametrize(
    ("before", "status", "turn"),
    [
        pytest.param(None, Status.RAISED, 0, id="the first record is turn 0"),
        pytest.param(Standing(Status.RAISED, 0), Status.RAISED, 0, id="a decision that moves stays in its turn"),
        pytest.param(Standing(Status.RAISED, 0), Status.RETRACTED, 0, id="an end belongs to what it ends"),
        pytest.param(
            Standing(Status.RETRACTED, 0), Status.RAISED, 1, id="raised again after a retraction is a new turn"
        ),
        pytest.param(Standing(Status.RETRACTED, 0), Status.CLEARED, 0, id="an end after an end opens nothing"),
        pytest.param(Standing(Status.CLEARED, 1), Status.PROVISIONAL, 2, id="provisional news open the turn"),
        pytest.param(Standing(Status.PROVISIONAL, 2), Status.RAISED, 2, id="and it goes on when they become firm"),
    ],
)
def test_a_turn_begins_only_after_an_end(before: Standing | None, status: Status, turn: int) -> None:
    """Who was told of an end is told when it begins again; nobody is told twice within a turn."""
    assert turn == turn_of(before, status)


@pytest.mark.parametrize(
    ("changes", "late"),
    [
        ({}, False),
        ({"late_recorded": True}, True),
        ({"known_at": DUE + timedelta(hours=24)}, False),
        ({"known_at": DUE + timedelta(hours=24, seconds=1)}, True),
    ],
)
def test_late_news_are_marked(changes: dict[str, object], late: bool) -> None:
    """A fact recorded late, or known more than a day after it fell due, is 迟到."""
    assert late == is_late(decision(**changes))
