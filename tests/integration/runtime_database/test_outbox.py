"""Numbers are given durably, in order, once; a tick waits for everything that came before it."""

import datetime as dt

import pytest

from runtime.database import Database
from runtime.outbox import Outgoing, Ticks, announce, open_slots, rows, set_incarnation
from runtime.outbox.relay import Fenced, _Life
from runtime.testing import ManualClock

NOW = dt.datetime(2026, 5, 20, 8, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(minutes=1)


def put(database: Database, *slots: int) -> None:
    with database.begin() as work:
        announce(
            work, [Outgoing(topic="t", slot=slot, key=b"k", value=b'{"n":%d}' % n) for n, slot in enumerate(slots)]
        )


def life(database: Database, clock: ManualClock, value: dt.datetime | None = None) -> _Life:
    ticks = Ticks(topic="t", source="/s", value=lambda: value)
    begun = _Life(database, ticks if value else None, clock)
    begun.begin()
    return begun


def numbers(batch: rows.Numbered) -> list[int]:
    return [batch.first_number + index for index in range(len(batch.ids))]


def test_rows_get_the_next_numbers_of_their_slot_in_order(database: Database) -> None:
    """Across batches, gapless, each slot for itself."""
    clock = ManualClock(NOW)
    relay = life(database, clock)
    put(database, 1, 2, 1, 1)
    assert relay.next()
    assert {1: [1, 2, 3], 2: [1]} == {batch.slot: numbers(batch) for batch in relay.batches}
    put(database, 2, 1)
    assert relay.next()

    assert {1: [4], 2: [2]} == {batch.slot: numbers(batch) for batch in relay.batches}
    assert not relay.next()
    with database.begin() as work:
        assert rows.backlog(work, 10) == 0


def test_the_next_life_has_the_same_batch(database: Database) -> None:
    """Same numbers, same accepted time, same bytes, whatever the clock says by then."""
    clock = ManualClock(NOW)
    put(database, 3, 3)
    first = life(database, clock)
    first.next()
    before = {batch.slot: first.documents(batch) for batch in first.batches}
    clock.advance(to=LATER)
    second = life(database, clock)

    assert before == {batch.slot: second.documents(batch) for batch in second.batches}
    assert before[3][1] == (b"k", b'{"n":1,"acceptedtime":"2026-05-20T08:00:00.000000Z","sequence":"1:2"}')
    with pytest.raises(Fenced):
        first.next()


def test_the_accepted_time_never_goes_back_in_a_slot(database: Database) -> None:
    """Whatever the clock of the next relay's machine says."""
    clock = ManualClock(LATER)
    relay = life(database, clock)
    put(database, 1)
    relay.next()
    clock.advance(to=NOW)
    put(database, 1, 2)
    relay.next()

    assert {1: LATER, 2: NOW} == {batch.slot: batch.accepted_at for batch in relay.batches}


def test_a_tick_goes_out_once_everything_it_covers_is_published(database: Database, monkeypatch: object) -> None:
    """More rows than one batch holds wait before it; rows that came later do not hold it up."""
    from runtime.outbox import relay as module

    monkeypatch.setattr(module, "BATCH", 2)  # type: ignore[attr-defined]
    clock = ManualClock(LATER)
    put(database, 1, 1, 1)
    relay = life(database, clock, NOW)
    relay.next()
    assert relay.due_tick() is None
    put(database, 1, 1, 1)
    relay.next()
    assert relay.due_tick() is None  # the last row it covers is in this batch
    relay.next()
    assert relay.due_tick() == NOW
    relay.ticked()
    relay.next()

    assert relay.due_tick() is None
    assert relay.tick_slots == {1}


def test_ticks_never_go_back_and_facts_behind_them_are_not_stamped_earlier(database: Database) -> None:
    """A life that begins with a smaller value repeats the last one."""
    clock = ManualClock(NOW)
    first = life(database, clock, LATER)
    first.next()
    assert first.due_tick() == LATER
    with database.begin() as work:
        open_slots(work, "t", [5, 5, 6])
        open_slots(work, "t", [6])
    second = life(database, clock, NOW)
    put(database, 5)
    second.next()

    assert second.tick_slots == {5, 6}
    assert [batch.accepted_at for batch in second.batches] == [LATER]
    second.next()
    assert second.due_tick() == LATER


@pytest.mark.parametrize("every", [5.0, 0.5])
def test_a_held_tick_is_asked_for_again_at_the_next_turn(database: Database, every: float) -> None:
    """The source says None while the clocks disagree."""
    values: list[dt.datetime | None] = [None, NOW]
    clock = ManualClock(LATER)
    relay = _Life(database, Ticks(topic="t", source="/s", value=lambda: values.pop(0), every=every), clock)
    relay.begin()
    relay.next()
    assert relay.due_tick() is None
    relay.next()
    assert len(values) == 1
    clock.advance(every)
    relay.next()

    assert relay.due_tick() == NOW


def test_only_documents_that_can_be_numbered_are_announced(database: Database) -> None:
    """The error comes to whoever announces, not to the relay."""
    with pytest.raises(ValueError, match="the relay can number"), database.begin() as work:
        announce(work, [Outgoing(topic="t", slot=0, key=b"k", value=b"[1]")])


def test_the_incarnation_rises_and_never_falls(database: Database) -> None:
    """A restored database numbers in a line of its own."""
    with database.begin() as work:
        risen = set_incarnation(work, 4)
        kept = set_incarnation(work, 2)
    put(database, 1)
    relay = life(database, ManualClock(NOW))
    relay.next()

    assert ({"before": 1, "after": 4}, {"before": 4, "after": 4}) == (risen, kept)
    assert relay.documents(relay.batches[0])[0][1].endswith(b'"sequence":"4:1"}')


def test_one_session_holds_the_relays_lock(database: Database) -> None:
    """It outlives transactions and is given back."""
    with database.begin() as work:
        assert rows.lock(work)
        with database.begin() as other:
            assert not rows.lock(other)
        rows.unlock(work)
        with database.begin() as other:
            assert rows.lock(other)
            rows.unlock(other)
