"""What people do about notices is done once, with their name, and the switch stops everything."""

import itertools
from typing import Any

import psycopg
import pytest

from contracts.vocabulary import NoticeState, Status
from services.notify.core.notice import TRANSITIONS, IllegalMove
from services.notify.handlers.people import Unknown
from tests.integration.notify_notices.office import NO, UNKNOWN, YES, Office, back
from tests.unit.services.notify.given import decision, seat

WHO: dict[str, Any] = {"author": "值班员甲", "reason": "已电话核实"}


def test_a_failed_notice_is_sent_again_when_a_person_says_so(office: Office) -> None:
    """The trail names who asked and why."""
    notice = office.told(NO)

    office.counter.retry(notice.id, **WHO)
    (departure,) = office.email.take(5)
    office.email.keep([back(departure)])

    assert (departure.attempt, office.notice(notice.id).state) == (2, NoticeState.DELIVERED)
    assert office.sql("SELECT act, author, reason FROM notice_act") == [("retried", "值班员甲", "已电话核实")]


def test_an_ambiguous_notice_is_settled_by_a_person(office: Office) -> None:
    """Somebody asked the recipient: it did arrive."""
    notice = office.told(UNKNOWN)

    office.counter.settle(notice.id, NoticeState.DELIVERED, **WHO)

    assert office.notice(notice.id).state is NoticeState.DELIVERED


@pytest.mark.parametrize("act", ["retry", "settle", "acknowledge"])
def test_a_notice_nobody_knows_is_refused(office: Office, act: str) -> None:
    """The id is mistyped."""
    arguments = ["nothing", NoticeState.DELIVERED] if act == "settle" else ["nothing"]

    with pytest.raises(Unknown):
        getattr(office.counter, act)(*arguments, **WHO)


def test_the_first_acknowledgement_counts(office: Office) -> None:
    """A second one changes nothing; one before the notice left is refused."""
    notice = office.told(YES)
    office.hear(decision(decision_id="d-2", occurrence="1"))
    waiting = next(n for n in office.sql("SELECT id FROM notice WHERE state = 'created'"))[0]

    first = office.counter.acknowledge(notice.id, **WHO)
    second = office.counter.acknowledge(notice.id, author="乙", reason="")

    assert (first, second) == (True, False)
    assert office.sql("SELECT acknowledged_by FROM notice WHERE acknowledged_at IS NOT NULL") == [("值班员甲",)]
    with pytest.raises(IllegalMove, match="nobody can have read it"):
        office.counter.acknowledge(waiting, **WHO)


def test_the_switch_stops_what_waits_and_what_comes(office: Office) -> None:
    """Nothing leaves; everything is set aside with the reason."""
    office.hear(decision())

    office.counter.stop(**WHO)
    office.hear(decision(decision_id="d-2", occurrence="1"))

    assert office.email.take(5) == []
    assert office.states() == {("d-1", "raised"): "master_switch", ("d-2", "raised"): "master_switch"}


def test_what_was_set_aside_is_sent_only_when_asked_for(office: Office) -> None:
    """Resuming alone lets new notices go; releasing brings the others back, except what was retracted meanwhile."""
    office.counter.stop(**WHO)
    office.hear(decision(), decision(decision_id="d-2", occurrence="1"))
    office.hear(decision(status=Status.RETRACTED))

    aside = office.counter.resume(**WHO, release=False)
    nothing = office.email.take(5)
    office.counter.resume(**WHO, release=True)
    released = office.email.take(5)

    assert (aside, nothing) == (1, [])
    assert [d.message.document["decision_id"] for d in released] == ["d-2"]


def test_an_end_comes_back_with_its_beginning(office: Office) -> None:
    """Raised and cleared while all was stopped: released, both are told, in order."""
    office.counter.stop(**WHO)
    office.hear(decision(), decision(status=Status.CLEARED))
    office.counter.resume(**WHO, release=True)

    (first,) = office.email.take(5)
    office.email.keep([back(first)])
    (second,) = office.email.take(5)

    assert [d.message.document["status"] for d in (first, second)] == ["raised", "cleared"]


def test_a_roster_that_is_taken_over_again_changes_nothing(office: Office) -> None:
    """Every start of a worker reads the same file."""
    before = office.sql("SELECT * FROM roster ORDER BY id")

    office.seat(seat(), seat("duty", "331081"))

    assert before == office.sql("SELECT * FROM roster ORDER BY id")


def test_every_change_of_a_setting_is_seen(office: Office) -> None:
    """One number tells workers to read again."""
    before = office.sql("SELECT version FROM settings_version")[0][0]

    office.counter.stop(**WHO)

    assert office.sql("SELECT version FROM settings_version")[0][0] > before


@pytest.mark.parametrize(("state", "to"), list(itertools.product(NoticeState, NoticeState)), ids=str)
def test_the_database_knows_the_same_moves(office: Office, state: NoticeState, to: NoticeState) -> None:
    """A move outside the table is impossible even for a statement typed by hand."""
    office.sql("ALTER TABLE notice DISABLE TRIGGER notice_moves")
    (notice,) = office.hear(decision())
    force = """UPDATE notice SET state = %(to)s::text,
        suppression = CASE WHEN %(to)s = 'suppressed' THEN 'moot' END,
        lease_until = CASE WHEN %(to)s = 'sending' THEN now() END"""
    office.sql(force, {"to": state.value})
    office.sql("ALTER TABLE notice ENABLE TRIGGER notice_moves")

    if to in TRANSITIONS[state] or to is state:
        office.sql(force, {"to": to.value})

        assert office.notice(notice.id).state is to
    else:
        with pytest.raises(psycopg.errors.CheckViolation, match=f"no move from {state.value} to {to.value}"):
            office.sql(force, {"to": to.value})
