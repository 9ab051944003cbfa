"""What goes another way when a provider is dead for long, and what does not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contracts.vocabulary import Measure, NoticeState, Status, Suppression
from services.notify.core.detours import Roads, detoured
from services.notify.core.notice import Notice
from services.notify.core.passage import Passage
from services.notify.core.roster import Seat
from services.notify.core.stages.digest import digest
from services.notify.core.ways import Detour, Outage
from tests.unit.services.notify.given import NOW, decision, later, planned, routes, seat, situation

DEAD = Outage(channel="email", provider="", since=later(hours=-1), failed_at=NOW)
SEAT = seat(addresses={"email": "a@example.cn", "sms": "10000000000", "webhook": "https://hooks.example.cn/a"})
CHANNELS = ("email", "sms", "webhook")
WORLD = situation()


def letter(**changes: Any) -> Notice:
    """A statutory notice on its way by e-mail."""
    (notice,) = planned(decision(measure=Measure.SUPERVISION_LETTER))
    return replace(notice, **changes)


def round_about(
    notice: Notice, *beside: Notice, to: Seat | None = SEAT, outages: tuple[Outage, ...] = (DEAD,)
) -> tuple[Notice, Notice] | None:
    roads = Roads(outages=outages, providers=dict.fromkeys(CHANNELS, lambda _address: ""))
    return detoured(notice, to, (notice, *beside), roads, WORLD)


@pytest.mark.parametrize(
    "stands",
    [{}, {"state": NoticeState.RETRYING, "attempt": 3}],
    ids=["it never left", "it was tried"],
)
def test_what_must_not_wait_goes_by_the_next_channel(stands: dict[str, Any]) -> None:
    """The one that was planned is folded into it; both say why."""
    notice = letter(**stands)

    found = round_about(notice)

    assert found is not None
    folded, other = found
    assert (folded.state, folded.suppression, folded.folded_into) == (
        NoticeState.SUPPRESSED,
        Suppression.FOLDED,
        other.id,
    )
    assert (other.channel, other.state, other.attempt, other.recipient) == (
        "sms",
        NoticeState.CREATED,
        0,
        notice.recipient,
    )
    assert folded.error == "邮件自5月21日07:00起中断，改走短信"
    assert other.why.endswith(folded.error)


@pytest.mark.parametrize(
    ("changes", "goes"),
    [
        pytest.param({"measure": Measure.REMIND}, False, id="a reminder waits"),
        pytest.param({"measure": Measure.REMIND, "priority": 1}, True, id="a reminder about a major hazard does not"),
        pytest.param({"measure": Measure.REMIND, "priority": 0}, True, id="nor what is urgent"),
        pytest.param({"state": NoticeState.SENDING, "attempt": 1}, False, id="it is under way"),
        pytest.param({"state": NoticeState.AMBIGUOUS, "attempt": 1, "doubtful": True}, False, id="a person settles it"),
        pytest.param({"letter_id": "l-1"}, True, id="a letter"),
    ],
)
def test_what_may_wait_waits(changes: dict[str, Any], goes: bool) -> None:
    """Only the statutory, the urgent and the major go another way, and only while nobody may have heard."""
    assert (round_about(letter(**changes)) is not None) is goes


def test_a_letter_goes_by_what_can_carry_one() -> None:
    """No text message holds a document."""
    found = round_about(letter(letter_id="l-1"))

    assert found is not None
    assert (found[1].channel, found[1].letter_id) == ("webhook", "l-1")


@pytest.mark.parametrize(
    ("outages", "to"),
    [
        pytest.param((replace(DEAD, since=later(minutes=-29)),), SEAT, id="it is not dead for long"),
        pytest.param((), SEAT, id="it answers"),
        pytest.param((DEAD,), None, id="nobody holds the office"),
        pytest.param((DEAD,), seat(addresses={"email": "a@example.cn"}), id="there is no other address"),
        pytest.param((DEAD,), seat(addresses={"sms": "10000000000"}), id="there is no address on the channel itself"),
        pytest.param((DEAD,), seat(addresses={"email": "a@b.cn", "feishu": "群"}), id="a channel nobody set up"),
        pytest.param(
            (DEAD, replace(DEAD, channel="sms", since=NOW), replace(DEAD, channel="webhook", since=NOW)),
            SEAT,
            id="every other provider stumbles",
        ),
    ],
)
def test_without_another_way_it_stays(outages: tuple[Outage, ...], to: Seat | None) -> None:
    """It goes on waiting, and nothing is lost."""
    assert round_about(letter(), outages=outages, to=to) is None


@pytest.mark.parametrize(
    ("state", "goes"),
    [
        pytest.param(NoticeState.DELIVERED, False, id="was told"),
        pytest.param(NoticeState.CREATED, False, id="will be told"),
        pytest.param(NoticeState.FAILED, True, id="was not told"),
    ],
)
def test_who_hears_by_a_second_channel_as_it_is_hears_once(state: NoticeState, goes: bool) -> None:
    """A route may name two channels; a third one only where neither works."""
    notice = letter()
    second = replace(notice, id="second", channel="webhook", state=state)

    found = round_about(notice, second)

    assert (found[1].channel if found else None) == ("sms" if goes else None)


def test_an_end_goes_after_its_beginning_by_the_same_way() -> None:
    """It stays while the beginning does, then follows the notice that went instead."""
    notice = letter()
    end = replace(notice, id="end", status=Status.CLEARED, follows=notice.id)
    found = round_about(notice)
    assert found is not None
    folded, other = found

    assert round_about(end, notice) is None
    after = round_about(end, folded, other)
    assert after is not None
    assert (after[1].channel, after[1].follows) == ("sms", other.id)


def test_doubt_goes_along() -> None:
    """A recipient that may have heard is told that this is a repetition."""
    found = round_about(letter(state=NoticeState.RETRYING, attempt=1, doubtful=True))

    assert found is not None
    assert found[1].doubtful


def test_what_went_another_way_stays_there() -> None:
    """A later rung of the ladder folds on each channel by itself; the notice that was folded does not come back."""
    found = round_about(letter())
    assert found is not None

    passage = digest(Passage(decision=decision(measure=Measure.SUPERVISION_LETTER), earlier=found), WORLD)

    assert passage.earlier == found


def test_an_installation_may_want_none() -> None:
    """Without channels nothing goes another way."""
    world = replace(WORLD, routes=replace(routes(), detour=Detour(after=timedelta(minutes=1), channels=())))
    roads = Roads(outages=(DEAD,), providers=dict.fromkeys(CHANNELS, lambda _address: ""))
    notice = letter()

    assert detoured(notice, SEAT, (notice,), roads, world) is None
