"""A text message that was taken and lost fails when its receipt says so; one that arrived is said to have."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from contracts.vocabulary import NoticeState
from services.notify.core.receipts import LOOKS, Receipt, Word
from services.notify.core.retry import Outcome, Result
from services.notify.handlers.receipts import Receipts
from services.notify.store.listing import show_notice
from services.notify.worker import ReceiptLoop
from tests.integration.notify_notices.office import YES, Office, back
from tests.unit.services.notify.given import decision, routes, seat

TAKEN = Outcome(result=Result.DELIVERED, answer="OK OK", reference="biz-1")
ARRIVED, LOST, PENDING = (
    Word(receipt=Receipt.ARRIVED),
    Word(receipt=Receipt.LOST, answer="MK:0000"),
    Word(receipt=Receipt.PENDING),
)


@pytest.fixture
def taken(office: Office) -> str:
    """A notice whose message the provider took; returns its id."""
    office.seat(seat(addresses={"email": "a@example.cn", "sms": "10000000000"}))
    office.hear(decision(), tree=routes(channels=["sms"], settle_seconds=0))
    sms = office.desk("sms")
    (departure,) = sms.take(1)
    sms.keep([back(departure, TAKEN)])
    return departure.notice_id


def receipts(office: Office) -> Receipts:
    return Receipts(channel="sms", database=office.database, clock=office.clock)


def said(office: Office, words: Mapping[str, Word]) -> int:
    """What is due is asked about, and answered so."""
    desk = receipts(office)
    return desk.keep(desk.take(), words)


def trail(office: Office, notice_id: str) -> tuple[str | None, str]:
    with office.database.begin() as work:
        found = show_notice(work, notice_id)
    assert found is not None
    return found[1][0]["receipt"], found[1][0]["receipt_answer"]


def test_nothing_is_asked_for_at_once(office: Office, taken: str) -> None:
    """The network needs a moment; and nothing is asked for that has no number."""
    office.told(YES, decision_id="d-9", occurrence="9")

    assert receipts(office).take() == []
    office.clock.advance(60)
    assert [(each.notice_id, each.reference, each.address) for each in receipts(office).take()] == [
        (taken, "biz-1", "10000000000")
    ]


def test_a_message_that_was_lost_fails(office: Office, taken: str) -> None:
    """It waits for a person like what was refused at once, and can be sent again."""
    office.clock.advance(60)

    assert said(office, {"biz-1": LOST}) == 1

    assert (office.notice(taken).state, office.notice(taken).error) == (NoticeState.FAILED, "回执：未到达（MK:0000）")
    assert trail(office, taken) == ("lost", "MK:0000")
    assert office.announced()[-1]["state"] == "failed"
    office.counter.retry(taken, author="甲", reason="号码已更正")
    assert [each.attempt for each in office.desk("sms").take(1)] == [2]


def test_a_message_that_arrived_is_asked_for_no_more(office: Office, taken: str) -> None:
    """And the trail says that the phone has it."""
    office.clock.advance(60)

    said(office, {"biz-1": ARRIVED})
    office.clock.advance(timedelta(days=1).total_seconds())

    assert receipts(office).take() == []
    assert (trail(office, taken), office.notice(taken).state) == (("arrived", ""), NoticeState.DELIVERED)


def test_who_never_says_anything_is_not_asked_for_ever(office: Office, taken: str) -> None:
    """After three days the trail says that there is no receipt; the notice stays as it is."""
    asked = 0
    for _ in range(len(LOOKS) + 5):
        office.clock.advance(timedelta(hours=12).total_seconds())
        desk = receipts(office)
        found = desk.take()
        asked += len(found)
        desk.keep(found, {})

    assert 1 < asked <= len(LOOKS)
    assert (trail(office, taken)[0], office.notice(taken).state) == ("unknown", NoticeState.DELIVERED)


def test_a_worker_that_was_killed_while_it_asked_lets_another_ask(office: Office, taken: str) -> None:
    """Nobody else does so meanwhile."""
    office.clock.advance(60)
    assert [each.notice_id for each in receipts(office).take()] == [taken]

    assert receipts(office).take() == []
    office.clock.advance(301)
    assert [each.notice_id for each in receipts(office).take()] == [taken]


def test_one_question_is_asked_for_a_whole_digest(office: Office) -> None:
    """Three notices in one message have one number; the loop closes what it opened."""
    office.seat(seat(addresses={"email": "a@example.cn", "sms": "10000000000"}))
    for n in range(3):
        office.hear(decision(decision_id=f"d-{n}", occurrence=str(n)), tree=routes(channels=["sms"], settle_seconds=0))
    sms = office.desk("sms", most=200)
    (departure,) = sms.take(1)
    sms.keep([back(departure, TAKEN)])
    office.clock.advance(60)
    adapter = Asked()

    async def story() -> None:
        stopping = asyncio.Event()
        adapter.answered = stopping
        await ReceiptLoop(receipts=receipts(office), adapter=adapter).run(stopping)

    asyncio.run(story())

    assert (adapter.asked, adapter.closed) == (["biz-1"], True)
    assert office.sql("SELECT DISTINCT state FROM notice") == [("failed",)]


class Asked:
    """A provider that lost everything."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.closed = False
        self.answered = asyncio.Event()

    async def receipt(self, reference: str, address: str, *, taken_at: datetime, now: datetime) -> Word:
        assert address
        assert taken_at < now
        self.asked.append(reference)
        self.answered.set()
        return LOST

    async def close(self) -> None:
        self.closed = True
