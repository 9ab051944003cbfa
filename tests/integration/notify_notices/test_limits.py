"""Digests, the providers' limits, breakers, the acknowledgement clock: with a real database and a clock by hand."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest

from contracts.decisions import Decision, Subject
from contracts.vocabulary import Level, Measure, NoticeState, RuleId, Status, SubjectKind
from services.notify.core.breaker import FIRST_REST, TRUSTED_FOR
from services.notify.core.retry import Outcome, Result
from services.notify.core.routes import Routes, routes_from
from services.notify.handlers.falling_back import Clocks
from services.notify.handlers.people import Counter
from services.notify.handlers.sending import Desk
from tests.integration.notify_notices.office import YES, Office, back
from tests.unit.services.notify.given import TREE, decision, routes, seat

ROBOT = {"dingtalk": "温岭安委办群"}
DOWN = Outcome(result=Result.TEMPORARY, answer="ClientConnectorError", down=True)


def hazard(number: int, **changes: Any) -> Decision:
    told = {"decision_id": f"d-{number}", "subject": Subject(kind=SubjectKind.HAZARD, id=f"H-{number}")}
    return decision(**(told | changes))


@pytest.fixture
def robots(office: Office) -> Desk:
    """The desk of the robots: forty notices in a message, twenty messages a minute."""
    office.tree = routes(settle_seconds=0, channels=["dingtalk"])
    office.seat(seat("office", "331081001", addresses=ROBOT))
    return office.desk("dingtalk", most=40, a_minute=20)


def test_what_is_due_together_is_one_message(office: Office, robots: Desk) -> None:
    """Each notice keeps its own row, attempt and outcome; the trail names the digest."""
    office.hear(*(hazard(n) for n in range(30)))

    (departure,) = robots.take(8)
    robots.keep([back(departure)])

    assert (len(departure.attempts), departure.message.title) == (30, "【提醒】逾期未整改 30 件")
    assert office.sql("SELECT state, count(*) FROM notice GROUP BY state") == [("delivered", 30)]
    assert office.sql("SELECT message, count(*) FROM attempt GROUP BY message") == [(departure.message.notice_id, 30)]


def test_a_digest_that_nobody_knows_about_is_unknown_for_each(office: Office, robots: Desk) -> None:
    """A worker that dies leaves thirty ambiguous notices, none silently sent again."""
    office.hear(*(hazard(n) for n in range(3)))
    robots.take(8)

    office.desk("dingtalk", worker="w-1").settle_earlier_life()

    assert office.sql("SELECT state, count(*) FROM notice GROUP BY state") == [("ambiguous", 3)]
    assert robots.take(8) == []


def test_no_robot_gets_more_than_its_limit(office: Office) -> None:
    """Two workers, one robot: twenty messages, then none until a minute after the first was answered."""
    office.tree = routes(settle_seconds=0, channels=["dingtalk"])
    office.seat(seat("office", "331081001", addresses=ROBOT))
    desks = [office.desk("dingtalk", most=1, a_minute=20, worker=name) for name in ("w-1", "w-2")]
    office.hear(*(hazard(n) for n in range(50)))

    sent_at = []
    for _ in range(200):
        for desk in desks:
            taken = desk.take(8)
            sent_at += [office.clock.now()] * len(taken)
            desk.keep([back(departure) for departure in taken])
        office.clock.advance(1)

    assert len(sent_at) == 50
    windows = [sum(begin <= moment < begin + timedelta(minutes=1) for moment in sent_at) for begin in sent_at]
    assert max(windows) == 20
    assert sent_at[-1] - sent_at[0] < timedelta(minutes=3)


def test_an_answer_that_is_slow_counts_until_it_came(office: Office) -> None:
    """It may have reached the provider at any instant in between."""
    office.tree = routes(settle_seconds=0, channels=["dingtalk"])
    office.seat(seat("office", "331081001", addresses=ROBOT))
    desk = office.desk("dingtalk", most=1, a_minute=1)
    office.hear(hazard(1), hazard(2))
    (first,) = desk.take(8)
    office.clock.advance(timedelta(seconds=55).total_seconds())
    desk.keep([back(first)])

    office.clock.advance(timedelta(seconds=59).total_seconds())
    too_early = desk.take(8)
    office.clock.advance(timedelta(seconds=1).total_seconds())

    assert (too_early, len(desk.take(8))) == ([], 1)


def test_a_robot_that_was_too_fast_is_left_alone(office: Office, robots: Desk) -> None:
    """By every worker, for everything that waits for it, for as long as its provider asked; another is not."""
    office.seat(seat("office", "331081", addresses={"dingtalk": "另一个群"}))
    office.hear(hazard(1))
    (departure,) = robots.take(8)
    limited = Outcome(result=Result.LIMITED, answer="130101", retry_after=timedelta(minutes=10))
    robots.keep([back(departure, limited)])
    office.hear(hazard(2), hazard(3, tenant="331081", level=Level.COUNTY))

    others = office.desk("dingtalk", most=40, a_minute=20, worker="w-2").take(8)
    office.clock.advance(timedelta(minutes=10).total_seconds())

    assert [d.address for d in others] == ["另一个群"]
    (both,) = robots.take(8)
    assert len(both.attempts) == 2


def test_a_dead_provider_uses_up_no_attempts(office: Office) -> None:
    """A day without it is a few questions; then everything leaves, and another provider was told all the while."""
    office.tree = routes(settle_seconds=0, channels=["webhook"])
    office.seat(
        seat("office", "331081001", addresses={"webhook": "https://dead.example.cn/"}),
        seat("office", "331081", addresses={"webhook": "https://alive.example.cn/"}),
    )
    desk = office.desk("webhook", provider=lambda address: address)
    office.hear(*(hazard(n) for n in range(10)))
    for _ in range(TRUSTED_FOR):
        for departure in desk.take(1):
            desk.keep([back(departure, DOWN)])
    office.hear(hazard(11, tenant="331081", level=Level.COUNTY))

    alive = desk.take(8)
    desk.keep([back(departure) for departure in alive])

    assert [d.address for d in alive] == ["https://alive.example.cn/"]
    assert office.sql("SELECT max(attempt), sum(attempt) FROM notice WHERE state <> 'delivered'") == [(1, 3)]
    office.clock.advance(FIRST_REST.total_seconds())
    (asking,) = desk.take(8)
    desk.keep([back(asking)])
    office.clock.advance(timedelta(minutes=10).total_seconds())
    assert len(desk.take(20)) == 9


def test_major_hazards_leave_first(office: Office, robots: Desk) -> None:
    """And lead the digest they are in."""
    major = decision().context | {"hazard_level": "major"}
    office.hear(*(hazard(n) for n in range(3)), hazard(9, context=major))

    (departure,) = robots.take(1)

    assert departure.message.items[0].text.startswith("【重大】")


def test_reminders_fold_into_a_listing_of_a_higher_level(office: Office) -> None:
    """The town hears that the city lists the hazard; its own reminder says nothing beside that. Letters go out."""
    listing = hazard(  # by another rule, else it would be one ladder
        1,
        rule=RuleId.MAJOR_HAZARD,
        decision_id="list",
        measure=Measure.LISTED_SUPERVISION,
        level=Level.COUNTY,
        status=Status.CONFIRMED,
    )
    office.tree = routes(settle_seconds=0, to=["office@331081001"])
    office.hear(listing)
    office.hear(
        hazard(1, decision_id="remind"),
        hazard(1, decision_id="letter", measure=Measure.NOTICE_LETTER, occurrence="1"),
        hazard(2, decision_id="other"),
    )

    left = {departure.message.document["decision_id"] for departure in office.email.take(9)}

    assert left == {"list", "letter", "other"}
    (row,) = office.sql("SELECT suppression, error FROM notice WHERE decision_id = 'remind'")
    assert row == ("folded", "县（市、区）级已挂牌督办")


def test_a_listing_that_was_retracted_folds_nothing(office: Office) -> None:
    """The reminder is heard again."""
    office.tree = routes(settle_seconds=0, to=["office@331081001"])
    told = {
        "decision_id": "list",
        "rule": RuleId.MAJOR_HAZARD,
        "measure": Measure.LISTED_SUPERVISION,
        "level": Level.COUNTY,
    }
    office.hear(hazard(1, status=Status.CONFIRMED, **told))
    office.email.keep([back(departure) for departure in office.email.take(9)])
    office.hear(hazard(1, status=Status.RETRACTED, **told), hazard(1, decision_id="remind"))

    assert "remind" in {departure.message.document["decision_id"] for departure in office.email.take(9)}


def urgent() -> Routes:
    return routes(
        settle_seconds=0,
        urgent=True,
        channels=["email", "webhook"],
        acknowledge_within_minutes=30,
        fallback=["leader@committee"],
        routes=[],
    )


@pytest.fixture
def clocks(office: Office) -> Clocks:
    """The acknowledgement clocks of an office whose notices are all urgent."""
    office.tree = urgent()
    return office.clocks()


def recipients(office: Office) -> dict[str, list[str]]:
    found = defaultdict(list)
    for recipient, channel in office.sql("SELECT recipient, channel FROM notice ORDER BY recipient, channel"):
        found[recipient].append(channel)
    return dict(found)


def test_what_nobody_notices_goes_to_the_fallback_person(office: Office, clocks: Clocks) -> None:
    """Once, on both channels, with the reason in the trail; their own notices have no clock."""
    office.hear(decision())
    office.clock.advance(timedelta(minutes=29).total_seconds())
    early = clocks.run_out()
    office.clock.advance(timedelta(minutes=1).total_seconds())

    late = [clocks.run_out(), clocks.run_out()]
    office.clock.advance(timedelta(hours=9).total_seconds())

    assert (early, late, clocks.run_out()) == (0, [2, 0], 0)
    both = ["email", "webhook"]
    assert recipients(office) == {"leader@331081": both, "office@331081001": both}
    assert office.sql("SELECT DISTINCT act, reason FROM notice_act") == [
        ("fell_back", "限时内无人签收，转 leader@331081")
    ]
    (why,) = {row[0] for row in office.sql("SELECT why FROM notice WHERE recipient = 'leader@331081'")}
    assert why == "office@331081001 限时内无人签收；默认 → leader@331081"


def test_who_acknowledges_one_channel_stops_the_clock(office: Office, clocks: Clocks) -> None:
    """It is the same news on the other."""
    office.hear(decision())
    (departure,) = office.email.take(1)
    office.email.keep([back(departure, YES)])

    people = Counter(database=office.database, clock=office.clock)
    first = people.acknowledge(departure.notice_id, author="甲", reason="已派人核查")
    again = people.acknowledge(departure.notice_id, author="乙", reason="")
    office.clock.advance(timedelta(hours=1).total_seconds())

    assert (first, again, clocks.run_out()) == (True, False, 0)
    assert office.sql("SELECT acknowledged_by, count(*) FROM notice GROUP BY acknowledged_by") == [("甲", 2)]


def test_what_ended_needs_nobody(office: Office, clocks: Clocks) -> None:
    """A retraction went out meanwhile."""
    office.hear(decision())
    (departure,) = office.email.take(1)
    office.email.keep([back(departure, YES)])
    office.hear(decision(status=Status.RETRACTED))
    office.clock.advance(timedelta(hours=1).total_seconds())

    assert clocks.run_out() == 0


def test_a_reminder_waits_for_the_morning(office: Office) -> None:
    """Due at midnight, told at half past seven; a retry in the night waits too; a letter does not."""
    tree = {**TREE, "quiet_hours": {"begins": "21:00", "ends": "07:30"}}
    tree["route"] = {**TREE["route"], "settle_seconds": 0, "can_wait": True, "routes": []}
    office.tree = routes_from(tree)
    office.clock.advance(timedelta(hours=14).total_seconds())  # 22:00 in Shanghai
    office.hear(hazard(1), hazard(2, measure=Measure.NOTICE_LETTER))

    (letter,) = office.email.take(9)
    office.clock.advance(timedelta(hours=9, minutes=29).total_seconds())
    night = office.email.take(9)
    office.clock.advance(timedelta(minutes=1).total_seconds())
    (reminder,) = office.email.take(9)

    assert (letter.message.document["measure"], night) == ("notice_letter", [])
    assert reminder.message.document["decision_id"] == "d-1"
    assert office.notice(reminder.notice_id).state is NoticeState.SENDING
