"""At the moment of leaving: does it go, and to whom."""

from dataclasses import replace
from datetime import date

import pytest

from contracts.vocabulary import NoticeState, Status, Suppression
from services.notify.core.notice import Notice
from services.notify.core.passage import Passage, Situation
from services.notify.core.roster import Roster
from services.notify.core.stages.deliver import deliver
from services.notify.core.suppression import TenantRule
from tests.unit.services.notify.given import NOW, decision, later, planned, seat, situation


def one(**changes: object) -> Notice:
    (notice,) = planned(decision())
    return replace(notice, **changes)  # type: ignore[arg-type]


def leaving(notice: Notice, world: Situation | None = None, *earlier: Notice) -> Passage:
    return deliver(Passage(decision=decision(), notices=(notice,), earlier=earlier), world or situation())


def test_it_goes_to_the_present_holder_as_the_next_attempt() -> None:
    """The handle stays, the person is looked up now."""
    passage = leaving(one(state=NoticeState.RETRYING, attempt=2, error="451"))

    (notice,) = passage.notices
    assert (notice.state, notice.attempt, notice.error) == (NoticeState.SENDING, 3, "")
    assert passage.seat is not None
    assert passage.seat.holder == "office-331081001"


def test_a_new_holder_gets_the_retry() -> None:
    """Who left is not written to; the trail shows both."""
    roster = Roster([seat(holder="甲", until=later(minutes=1)), seat(holder="乙", since=later(minutes=1))])

    first = leaving(one(), situation(roster=roster))
    second = leaving(
        replace(first.notices[0], state=NoticeState.RETRYING), situation(roster=roster, now=later(minutes=2))
    )

    assert [passage.seat.holder for passage in (first, second) if passage.seat] == ["甲", "乙"]


def test_without_a_holder_the_same_role_above_gets_it() -> None:
    """A gap in the roster does not lose a notice."""
    passage = leaving(one(), situation(roster=Roster([seat("office", "331081")])))

    assert passage.seat is not None
    assert passage.seat.handle == "office@331081"


@pytest.mark.parametrize(
    ("roster", "error"),
    [(Roster(), "角色无人担任"), (Roster([seat(addresses={"webhook": "x"})]), "担任者没有该渠道的地址")],
)
def test_what_cannot_reach_anybody_fails_in_the_open(roster: Roster, error: str) -> None:
    """It is a failure with its reason, not a notice that waits for ever."""
    (notice,) = leaving(one(), situation(roster=roster)).notices

    assert (NoticeState.FAILED, error, 0) == (notice.state, notice.error, notice.attempt)


def test_a_switch_thrown_meanwhile_counts() -> None:
    """The tenant went into shadow after the notice was made."""
    (notice,) = leaving(one(), situation(tenants={"331081": TenantRule(shadow=True)})).notices

    assert notice.suppression == Suppression.SHADOW


def test_what_a_person_released_is_not_asked_again() -> None:
    """A released notice goes, though the tenant is not live yet; only a stop of all sending holds it."""
    before = {"331081": TenantRule(go_live=date(2030, 1, 1))}
    released = one(released=True)

    (goes,) = leaving(released, situation(tenants=before)).notices
    (held,) = leaving(released, situation(stopped=True)).notices

    assert (goes.state, held.suppression) == (NoticeState.SENDING, Suppression.MASTER_SWITCH)


@pytest.mark.parametrize(
    ("beginning", "state"),
    [
        pytest.param({"state": NoticeState.DELIVERED}, NoticeState.SENDING, id="delivered"),
        pytest.param({"state": NoticeState.AMBIGUOUS}, NoticeState.SENDING, id="perhaps delivered"),
        pytest.param(
            {"state": NoticeState.FAILED, "doubtful": True}, NoticeState.SENDING, id="failed after a doubtful try"
        ),
        pytest.param({"state": NoticeState.FAILED}, NoticeState.SUPPRESSED, id="never delivered"),
        pytest.param({"state": NoticeState.SUPPRESSED}, NoticeState.SUPPRESSED, id="set aside"),
    ],
)
def test_an_end_leaves_only_after_its_beginning_arrived(beginning: dict[str, object], state: NoticeState) -> None:
    """Who never heard the beginning is spared the end."""
    told = one(**beginning)
    end = one(id="end", status=Status.RETRACTED, follows=told.id, created_at=NOW)

    (notice,) = leaving(end, None, told).notices

    assert state is notice.state
