"""An attempt is written down before the provider is called and settled after, whatever happens in between."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.vocabulary import Measure, NoticeState, Status
from services.notify.core.retry import EMAIL, Outcome, Result
from services.notify.handlers.sending import LOST
from services.notify.store.deliveries import oldest_waiting, standing
from tests.integration.notify_notices.office import LATER, NO, UNKNOWN, YES, Office, back
from tests.unit.services.notify.given import DUE, LONG_AGO, NOW, decision, later, seat


def test_an_attempt_is_written_before_it_is_made(office: Office) -> None:
    """Between the two transactions the notice is `sending`, and the trail names who is written to."""
    office.hear(decision())

    (departure,) = office.email.take(5)

    assert office.notice(departure.notice_id).state is NoticeState.SENDING
    assert office.sql(
        "SELECT attempt, seat, holder, address, claimed_by, outcome FROM attempt JOIN pii.attempt_to USING (notice_id, attempt)"
    ) == [(1, "office@331081001", "office-331081001", "office.331081001@example.cn", "w-1", None)]
    assert [said["state"] for said in office.announced()] == ["created", "sending"]


@pytest.mark.parametrize(
    ("outcome", "state", "counted"),
    [
        (YES, NoticeState.DELIVERED, "delivered"),
        (LATER, NoticeState.RETRYING, "temporary"),
        (NO, NoticeState.FAILED, "rejected"),
        (UNKNOWN, NoticeState.AMBIGUOUS, "ambiguous"),
    ],
)
def test_an_answer_is_kept_and_announced(office: Office, outcome: Outcome, state: NoticeState, counted: str) -> None:
    """The notice, its attempt, the fact and the metric say the same."""
    notice = office.told(outcome)

    assert notice.state is state
    assert office.sql("SELECT outcome, answer FROM attempt") == [(outcome.result.value, outcome.answer)]
    assert [said["state"] for said in office.announced()] == ["created", "sending", state.value]
    assert office.metrics.value("notify_deliveries_total", channel="email", outcome=counted) == 1


def test_a_refused_notice_comes_back_when_its_time_has_come(office: Office) -> None:
    """Not before."""
    office.told(LATER)

    too_early = office.email.take(5)
    office.clock.advance(60)
    in_time = office.email.take(5)

    assert (too_early, [departure.attempt for departure in in_time]) == ([], [2])


def test_a_notice_is_given_up_at_the_end_of_its_schedule(office: Office) -> None:
    """After the last delay it fails in the open, and is counted as dead."""
    notice = office.told(LATER)
    for delay in EMAIL.delays:
        office.clock.advance(delay.total_seconds())
        (departure,) = office.email.take(5)
        office.email.keep([back(departure, LATER)])

    assert (office.notice(notice.id).state, office.notice(notice.id).attempt) == (NoticeState.FAILED, 11)
    assert office.metrics.value("notify_deliveries_total", channel="email", outcome="dead") == 1


def test_the_grave_leave_first(office: Office) -> None:
    """An instant report overtakes older reminders."""
    office.hear(decision())
    office.clock.advance(5)
    office.hear(decision(decision_id="d-2", occurrence="1", measure=Measure.INSTANT_REPORT))

    (departure,) = office.email.take(1)

    assert departure.message.document["measure"] == "instant_report"


def test_two_workers_never_take_the_same_notice(office: Office) -> None:
    """Four threads share 200 notices without a double."""
    office.hear(*(decision(decision_id=f"d-{n}", occurrence=str(n)) for n in range(200)))
    desks = [office.desk("email", worker=f"w-{n}") for n in range(4)]

    def take_all(n: int) -> list[str]:
        taken: list[str] = []
        while got := desks[n].take(7):
            taken += [departure.notice_id for departure in got]
        return taken

    with ThreadPoolExecutor(4) as threads:
        taken = [each for got in threads.map(take_all, range(4)) for each in got]

    assert (len(taken), len(set(taken))) == (200, 200)


def test_an_attempt_without_an_answer_becomes_ambiguous(office: Office) -> None:
    """Its worker was killed: e-mail is not sent again by itself, and a person is waited for."""
    office.hear(decision())
    office.email.take(5)

    too_early = office.email.settle()
    office.clock.advance(61)
    settled = office.email.settle()
    office.clock.advance(86_400)

    assert (too_early, settled, office.email.take(5)) == (0, 1, [])
    assert office.states() == {("d-1", "raised"): "ambiguous"}
    assert office.sql("SELECT outcome, answer FROM attempt") == [("ambiguous", LOST)]


def test_a_worker_settles_what_its_earlier_life_left(office: Office) -> None:
    """A restarted worker of the same name need not wait for the lease; what another one does is left alone."""
    office.hear(decision(), decision(decision_id="d-2", occurrence="1"))
    office.desk("email", worker="w-1").take(1)
    office.desk("email", worker="w-2").take(1)

    assert [office.desk("email", worker="w-1").settle_earlier_life() for _ in range(2)] == [1, 0]
    assert sorted(office.states().values()) == ["ambiguous", "sending"]


def test_a_channel_that_knows_repetitions_tries_again(office: Office) -> None:
    """The second message is the same notice, marked as perhaps a repetition."""
    hooks = office.desk("webhook", repeatable=True)
    office.hear(decision(measure=Measure.INSTANT_REPORT))
    first = hooks.take(1)
    office.clock.advance(61)
    hooks.settle()
    office.clock.advance(5)

    again = [departure for departure in hooks.take(5) if departure.notice_id == first[0].notice_id]

    assert [(departure.attempt, departure.message.repeats) for departure in again] == [(2, True)]
    assert again[0].message.title.startswith("【补发】")


def test_a_late_answer_settles_what_was_ambiguous(office: Office) -> None:
    """The worker was frozen, not dead."""
    office.hear(decision())
    (departure,) = office.email.take(5)
    office.clock.advance(61)
    office.email.settle()

    office.email.keep([back(departure)])

    assert office.states() == {("d-1", "raised"): "delivered"}


def test_a_late_answer_to_an_older_attempt_changes_nothing(office: Office) -> None:
    """The attempt that came after it decides; the trail keeps both."""
    hooks = office.desk("webhook", repeatable=True)
    office.seat(seat("duty", "331081", addresses={"webhook": "https://hooks.example.cn/"}, since=NOW))
    office.hear(decision(measure=Measure.INSTANT_REPORT))
    late = next(d for d in hooks.take(5) if d.address == "https://hooks.example.cn/")
    office.clock.advance(61)
    hooks.settle()
    office.clock.advance(5)
    again = next(d for d in hooks.take(5) if d.notice_id == late.notice_id)

    hooks.keep([back(late, NO)])
    hooks.keep([back(again)])

    assert office.notice(late.notice_id).state is NoticeState.DELIVERED
    assert office.sql(
        "SELECT attempt, outcome FROM attempt WHERE notice_id = %(id)s ORDER BY 1", {"id": late.notice_id}
    ) == [
        (1, "permanent"),
        (2, "delivered"),
    ]


def test_an_answer_that_is_recorded_twice_counts_once(office: Office) -> None:
    """A commit whose outcome was unknown is simply made again."""
    office.hear(decision())
    (departure,) = office.email.take(5)

    office.email.keep([back(departure)])
    office.email.keep([back(departure)])

    assert [said["state"] for said in office.announced()] == ["created", "sending", "delivered"]


def test_the_present_holder_gets_the_retry(office: Office) -> None:
    """Who was replaced meanwhile is not written to; the trail shows both."""
    office.told(LATER)
    office.seat(seat(holder="乙", addresses={"email": "new@example.cn"}, since=later(seconds=30)))
    office.clock.advance(60)

    (departure,) = office.email.take(5)

    assert departure.address == "new@example.cn"
    assert office.sql("SELECT holder, address FROM pii.attempt_to ORDER BY attempt") == [
        ("office-331081001", "office.331081001@example.cn"),
        ("乙", "new@example.cn"),
    ]


def test_an_address_that_is_gone_is_not_written_to_again(office: Office) -> None:
    """410 once: later notices to it fail in the open until the roster is corrected."""
    gone = Outcome(result=Result.GONE, answer="HTTP 410")
    office.told(gone)
    office.hear(decision(decision_id="d-2", occurrence="1"))
    office.seat(seat(addresses={"email": "new@example.cn"}, since=LONG_AGO))
    office.hear(decision(decision_id="d-3", occurrence="2"))

    (departure,) = office.email.take(5)

    assert office.states() == {
        ("d-1", "raised"): "failed",
        ("d-2", "raised"): "no_route",
        ("d-3", "raised"): "sending",
    }
    assert departure.address == "new@example.cn"


def test_an_end_waits_until_its_beginning_has_an_outcome(office: Office) -> None:
    """Nobody reads a retraction before what it retracts."""
    office.hear(decision())
    (departure,) = office.email.take(5)
    office.hear(decision(status=Status.RETRACTED))

    meanwhile = office.email.take(5)
    office.email.keep([back(departure)])
    afterwards = office.email.take(5)

    assert (meanwhile, [d.message.follows for d in afterwards]) == ([], [departure.notice_id])


def test_what_is_told_is_the_newest_word(office: Office) -> None:
    """A decision that moved before its notice left is told as it stands; it is still one notice."""
    office.hear(decision(reason="旧"))
    office.hear(decision(reason="新", known_at=later(seconds=1)))

    (departure,) = office.email.take(5)

    assert departure.message.document["reason"] == "新"


def test_lower_rungs_are_named_in_the_notice_of_the_highest(office: Office) -> None:
    """Folded ones, and those that were coalesced when the late news came."""
    low = {"decision_id": "rung-1", "at": DUE + timedelta(days=1), "reason": "逾期第1天。"}
    first = {"decision_id": "rung-0", "reason": "逾期。", "status": Status.COALESCED, "known_at": NOW}
    office.hear(decision(**low))
    office.hear(
        decision(**first),
        decision(decision_id="rung-3", at=DUE + timedelta(days=3), known_at=NOW, reason="逾期第3天。"),
    )

    (departure,) = office.email.take(5)

    assert ("一并告知", "逾期。；逾期第1天。") in departure.message.lines


def test_a_notice_that_cannot_be_put_into_words_holds_up_no_other(office: Office) -> None:
    """It fails in the open, and the one behind it leaves."""
    office.hear(decision(since=datetime(9999, 12, 31, 23, tzinfo=UTC)), decision(decision_id="d-2", occurrence="1"))

    departures = office.email.take(5)

    assert [d.message.document["decision_id"] for d in departures] == ["d-2"]
    assert office.states()["d-1", "raised"] == "failed"


def test_what_waits_is_measured(office: Office) -> None:
    """The oldest waiting notice by channel, and how many stand in each state."""
    office.told(UNKNOWN)
    office.hear(decision(decision_id="d-2", occurrence="1"))

    with office.database.begin() as work:
        assert oldest_waiting(work) == {"email": NOW}
        assert standing(work) == {"ambiguous": 1, "created": 1}


def test_the_operator_may_accept_repetitions(office: Office) -> None:
    """With resend_ambiguous in the file of routes an unknown e-mail is sent again."""
    tree = replace(office.tree, retry={"email": replace(EMAIL, resend_ambiguous=True)})
    desk = office.desk("email", tree=tree)
    office.hear(decision())
    (departure,) = desk.take(5)

    desk.keep([back(departure, UNKNOWN)])
    office.clock.advance(60)

    assert [d.attempt for d in desk.take(5)] == [2]
