"""A reason for silence sets a waiting notice aside and leaves the others alone."""

from dataclasses import replace

import pytest

from contracts.vocabulary import NoticeState, Suppression
from services.notify.core.passage import Passage
from services.notify.core.stages.silence import hushed, silence
from tests.unit.services.notify.given import decision, planned, situation


def test_a_stopped_sender_sets_everything_aside() -> None:
    """The master switch reaches each notice of the passage."""
    notices = planned(decision())

    (notice,) = silence(Passage(decision=decision(), notices=notices), situation(stopped=True)).notices

    assert (notice.state, notice.suppression) == (NoticeState.SUPPRESSED, Suppression.MASTER_SWITCH)


@pytest.mark.parametrize("state", [NoticeState.DELIVERED, NoticeState.SENDING, NoticeState.FAILED])
def test_what_does_not_wait_is_left_alone(state: NoticeState) -> None:
    """A switch cannot call back what has left."""
    (notice,) = planned(decision())
    gone = replace(notice, state=state)

    assert gone is hushed(gone, Passage(decision=decision()), situation(stopped=True))


@pytest.mark.parametrize(
    "change", [{"attempt": 1, "state": NoticeState.RETRYING}, {"released": True}, {"follows": "n-1"}], ids=str
)
def test_what_was_told_in_part_is_told_to_its_end(change: dict[str, object]) -> None:
    """A second attempt, a notice a person insists on, an end: historic or not, it goes out."""
    (notice,) = planned(decision())
    begun = replace(notice, **change)  # type: ignore[arg-type]

    assert begun is hushed(begun, Passage(decision=decision(historic=True)), situation())
