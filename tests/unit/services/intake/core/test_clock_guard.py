"""Time is held while clocks disagree, until they agree again or a person accepts one."""

from datetime import UTC, datetime, timedelta

import pytest

from services.intake.core.clock_guard import Acceptance, Guard, Reading, Trouble, doubt

NOON = datetime(2023, 5, 9, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def reading(
    *, wall: float = 0, database: float | None = None, monotonic: float | None = None, tick: float | None = 0
) -> Reading:
    """Minutes after noon; the database goes with the wall clock and monotonic time with true time unless told."""
    return Reading(
        wall=NOON + wall * MINUTE,
        database=NOON + (wall if database is None else database) * MINUTE,
        monotonic=60 * (wall if monotonic is None else monotonic),
        last_tick=None if tick is None else NOON + tick * MINUTE,
    )


@pytest.mark.parametrize(
    ("now", "trusted", "trouble"),
    [
        pytest.param(reading(), None, None, id="all agree"),
        pytest.param(reading(tick=None), None, None, id="no tick yet"),
        pytest.param(reading(database=5), None, None, id="five minutes apart are tolerated"),
        pytest.param(reading(database=5.1), None, Trouble.APART, id="more are not"),
        pytest.param(reading(database=-6), None, Trouble.APART, id="nor in the other direction"),
        pytest.param(reading(tick=6), None, Trouble.BEHIND, id="the log is ahead of the clock"),
        pytest.param(reading(tick=-600), None, None, id="an outage is no disagreement"),
        pytest.param(reading(wall=10), reading(), None, id="ten minutes later by every clock"),
        pytest.param(reading(wall=400 * 1440, monotonic=1), reading(), Trouble.STEPPED, id="a leap of 400 days"),
        pytest.param(reading(wall=-6, monotonic=1, tick=-7), reading(), Trouble.STEPPED, id="a leap back"),
        pytest.param(reading(wall=4, monotonic=0), reading(), None, id="a small step is a correction"),
    ],
)
def test_what_puts_the_clock_in_doubt(now: Reading, trusted: Reading | None, trouble: Trouble | None) -> None:
    """Each witness against the others."""
    found = doubt(now, trusted)

    assert trouble == (found.trouble if found else None)


def test_a_leap_is_held_until_the_clock_comes_back() -> None:
    """The last moment in order is what later ones are compared with."""
    guard = Guard()
    looks = [
        (reading(), None),
        (reading(wall=60, monotonic=1), None),
        (reading(wall=61, monotonic=2), Trouble.STEPPED),
        (reading(wall=3, monotonic=3), Trouble.STEPPED),
    ]

    found = [guard.look(now, held=held) for now, held in looks]

    assert [doubt.trouble if doubt else None for doubt in found] == [None, Trouble.STEPPED, Trouble.STEPPED, None]


def test_a_person_accepts_a_leap() -> None:
    """The hold is gone from the database: the present clock is the one to trust."""
    guard = Guard()
    guard.look(reading(), held=None)
    guard.look(reading(wall=60, monotonic=1), held=None)

    assert guard.look(reading(wall=61, monotonic=2), held=None) is None
    assert guard.look(reading(wall=62, monotonic=3), held=None) is None


def test_a_restart_does_not_forget_a_leap() -> None:
    """The process that saw it is gone; only a person knows better."""
    guard = Guard()

    first = guard.look(reading(wall=60, monotonic=0), held=Trouble.STEPPED)

    assert first is not None
    assert first.trouble is Trouble.STEPPED
    assert guard.look(reading(wall=61, monotonic=1), held=None) is None


def test_clocks_that_agree_again_need_nobody() -> None:
    """A database whose clock was mended lets time go on."""
    guard = Guard()
    apart = guard.look(reading(database=10), held=None)

    assert apart is not None
    assert guard.look(reading(wall=1), held=Trouble.APART) is None


def test_what_a_person_accepted_is_no_doubt_any_more() -> None:
    """A database an hour away, and a log that is ahead, until they differ from what was accepted."""
    accepted = Acceptance(apart=timedelta(hours=-1), tick=NOON + 30 * MINUTE)

    assert doubt(reading(database=60, tick=30), None, accepted) is None
    assert doubt(reading(database=70), None, accepted) is not None
    assert doubt(reading(database=60, tick=31), None, accepted) is not None
