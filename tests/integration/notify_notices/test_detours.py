"""A provider that is dead for long: the statutory goes to the same recipient another way, once, and the trail shows it."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.vocabulary import Measure, NoticeState, Status
from services.notify.core.retry import Outcome, Result
from services.notify.handlers.sending import Departure, Desk
from services.notify.store import outages
from services.notify.store.listing import show_notice
from tests.integration.notify_notices.office import YES, Office, back
from tests.unit.services.notify.given import decision, seat

DOWN = Outcome(result=Result.TEMPORARY, answer="ClientConnectorError", down=True)
REACHED = seat(addresses={"email": "a@example.cn", "sms": "10000000000"})


@pytest.fixture
def dead(office: Office) -> Office:
    """Its mail server answers nothing for half an hour; one letter, one reminder wait."""
    office.seat(REACHED)
    office.hear(
        decision(decision_id="letter", measure=Measure.SUPERVISION_LETTER),
        decision(decision_id="reminder", occurrence="1"),
    )
    ask(office, 31)
    return office


def ask(office: Office, minutes: int) -> None:
    """Let the mail server fail whatever is tried for so long."""
    for _ in range(minutes):
        office.email.keep([back(departure, DOWN) for departure in office.email.take(10)])
        office.clock.advance(60)


def of(office: Office, decision_id: str) -> list[tuple[Any, ...]]:
    return office.sql(
        "SELECT channel, state, coalesce(suppression, '') FROM notice WHERE decision_id = %(id)s ORDER BY created_at, channel",
        {"id": decision_id},
    )


def test_the_statutory_goes_another_way_once(dead: Office) -> None:
    """However often and by however many workers it is looked at; the reminder waits for the provider's return."""
    assert (dead.detours().take(), dead.detours().take()) == (1, 0)

    assert of(dead, "letter") == [("email", "suppressed", "folded"), ("sms", "created", "")]
    assert [row[:2] for row in of(dead, "reminder")] == [("email", "retrying")]


def test_the_trail_shows_it(dead: Office) -> None:
    """On the notice that waited, and on the one that went."""
    dead.detours().take()
    (sent,) = dead.desk("sms").take(5)
    dead.desk("sms").keep([back(sent)])

    with dead.database.begin() as work:
        found = show_notice(work, sent.notice_id)
        (waited,) = work.connection.execute(
            "SELECT id FROM notice WHERE folded_into = %s", (sent.notice_id,)
        ).fetchone()
        trail = show_notice(work, waited)
    assert found is not None
    assert trail is not None
    assert "邮件自" in found[0]["why"]
    assert [(act["act"], act["author"]) for act in trail[2]] == [("detoured", "系统")]
    assert trail[2][0]["reason"].endswith("改走短信")
    assert dead.notice(sent.notice_id).state is NoticeState.DELIVERED


def test_nobody_hears_a_second_time_when_the_provider_returns(dead: Office) -> None:
    """Only what waited there leaves there; and the outage is over for all workers."""
    dead.detours().take()
    dead.clock.advance(4 * 3600)

    left = dead.email.take(10)
    dead.email.keep([back(each) for each in left])

    assert [dead.notice(each.notice_id).decision_id for each in left] == ["reminder"]
    with dead.database.begin() as work:
        assert outages.of(work) == ()


def test_the_end_follows_on_the_same_way(dead: Office) -> None:
    """Who heard by text message that it was raised hears there that it was cleared."""
    dead.detours().take()
    sms = dead.desk("sms")
    sms.keep([back(each) for each in sms.take(5)])

    dead.hear(decision(decision_id="letter", measure=Measure.SUPERVISION_LETTER, status=Status.CLEARED))
    (end,) = sms.take(5)
    sms.keep([back(end)])
    dead.clock.advance(4 * 3600)

    assert dead.notice(end.notice_id).status is Status.CLEARED
    assert [dead.notice(each.notice_id).decision_id for each in dead.email.take(10)] == ["reminder"]


def test_a_worker_that_starts_anew_knows_since_when(dead: Office) -> None:
    """The outage stands in the database; one more failure keeps its beginning."""
    with dead.database.begin() as work:
        (before,) = outages.of(work)
    fresh = dead.desk("email", worker="w-2")
    for _ in range(3):
        dead.clock.advance(4 * 3600)
        fresh.keep([back(each, DOWN) for each in fresh.take(1)])

    with dead.database.begin() as work:
        (after,) = outages.of(work)
    assert after.since == before.since
    assert after.failed_at > before.failed_at


def test_a_provider_that_nobody_asked_lately_is_asked_first(dead: Office) -> None:
    """It may be back: what comes later is tried on its own channel before it goes round."""
    dead.clock.advance(timedelta(hours=3).total_seconds())

    assert dead.detours().take() == 0


def test_a_provider_that_answers_is_no_outage(office: Office) -> None:
    """A refusal is an answer."""
    office.told(YES)
    office.told(Outcome(result=Result.PERMANENT, answer="550"), decision_id="d-2", occurrence="1")

    assert (office.sql("SELECT * FROM outage"), office.detours().take()) == ([], 0)


def test_a_provider_that_is_dead_for_a_day_loses_nothing(office: Office) -> None:
    """Forty reminders wait and leave as one digest when it is back; the letter went round; nobody heard twice."""
    office.seat(REACHED)
    office.hear(
        decision(decision_id="letter", measure=Measure.SUPERVISION_LETTER),
        *(decision(decision_id=f"d-{n}", occurrence=str(n)) for n in range(1, 41)),
    )
    mail, sms, detours = office.desk("email", most=50), office.desk("sms"), office.detours()
    told = []
    for _ in range(24 * 12):
        mail.keep([back(departure, DOWN) for departure in mail.take(10)])
        detours.take()
        for departure in sms.take(10):
            told.append(departure.notice_id)
            sms.keep([back(departure)])
        office.clock.advance(300)
    waiting = office.sql("SELECT count(*), max(attempt) FROM notice WHERE state IN ('created', 'retrying')")

    left = [departure for _ in range(24) for departure in _answered(office, mail)]

    assert [office.notice(each).decision_id for each in told] == ["letter"]
    assert waiting[0][0] == 40
    assert len(left) == 1
    assert len(left[0].attempts) == 40
    assert dict(office.sql("SELECT state, count(*) FROM notice GROUP BY state")) == {"delivered": 41, "suppressed": 1}


def _answered(office: Office, mail: Desk) -> list[Departure]:
    """What leaves in the next hour, now that the provider answers."""
    office.clock.advance(3600)
    departures = mail.take(10)
    mail.keep([back(departure) for departure in departures])
    return departures
