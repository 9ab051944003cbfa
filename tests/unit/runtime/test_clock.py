"""Time and ids come from one place, and a file may bend the time of living processes for tests."""

import datetime as dt
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.clock import SystemClock, parse_clock_word, uuid_at
from runtime.testing import ManualClock

INSTANT = dt.datetime(2026, 5, 20, 8, 30, tzinfo=dt.UTC)


def test_without_a_file_the_machine_rules() -> None:
    """An aware instant between two readings of the machine's clock."""
    before = dt.datetime.now(dt.UTC)  # noqa: TID251 (what it is compared with)
    now = SystemClock().now()

    assert before <= now <= dt.datetime.now(dt.UTC)  # noqa: TID251 (as above)


def test_a_file_fixes_or_shifts_the_clock_and_is_read_again_when_it_changes(tmp_path: Path) -> None:
    """Instant, offset, nothing, no file: each takes effect at the next question."""
    file = tmp_path / "clock"
    clock = SystemClock(file)
    file.write_text("2026-05-20T16:30:00+08:00\n", encoding="ascii")
    assert clock.now() == INSTANT
    file.write_text("+86400", encoding="ascii")
    os.utime(file, ns=(1, 1))
    shifted = clock.now() - SystemClock().now()
    assert abs(shifted - dt.timedelta(days=1)) < dt.timedelta(seconds=5)
    file.unlink()

    assert abs(clock.now() - SystemClock().now()) < dt.timedelta(seconds=5)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("", (None, dt.timedelta()), id="empty is the machine's time"),
        pytest.param("-90", (None, dt.timedelta(seconds=-90)), id="back"),
        pytest.param("+0.5", (None, dt.timedelta(seconds=0.5)), id="a part of a second"),
        pytest.param("2026-05-20T08:30:00Z", (INSTANT, dt.timedelta()), id="an instant"),
    ],
)
def test_the_words_of_a_clock_file(word: str, expected: tuple[dt.datetime | None, dt.timedelta]) -> None:
    """A sign means an offset in seconds, anything else an instant."""
    assert expected == parse_clock_word(word)


def test_an_instant_without_offset_is_refused() -> None:
    """Nobody can say which zone was meant."""
    with pytest.raises(ValueError, match="no offset"):
        parse_clock_word("2026-05-20T08:30:00")
    with pytest.raises(ValueError, match="offset"):
        ManualClock(dt.datetime(2026, 1, 1))  # noqa: DTZ001 (the naive one is the point)


@given(st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2200, 1, 1)), st.binary(min_size=10, max_size=10))  # noqa: DTZ001
def test_ids_are_uuid_7_and_sort_by_time(naive: dt.datetime, noise: bytes) -> None:
    """Version and variant are RFC 9562's; a later millisecond gives a greater id whatever the noise."""
    instant = naive.replace(tzinfo=dt.UTC)
    earlier = uuid_at(instant, noise)
    later = uuid_at(instant + dt.timedelta(milliseconds=1), bytes(10))

    assert (earlier.version, earlier.variant) == (7, "specified in RFC 4122")
    assert earlier < later


def test_the_manual_clock_moves_only_when_told() -> None:
    """Instants, monotonic time and ids are known beforehand."""
    clock = ManualClock(INSTANT)
    assert (clock.now(), clock.monotonic()) == (INSTANT, 0.0)
    clock.advance(90)
    clock.advance(to=INSTANT + dt.timedelta(hours=1))
    assert (clock.now(), clock.monotonic()) == (INSTANT + dt.timedelta(hours=1), 3600.0)
    clock.advance(-60)

    assert (clock.now(), clock.monotonic()) == (INSTANT + dt.timedelta(minutes=59), 3600.0)
    assert clock.uuid() != clock.uuid()
    assert ManualClock(INSTANT).uuid() == ManualClock(INSTANT).uuid()
