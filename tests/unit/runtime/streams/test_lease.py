"""A lease keeps each slot's runs in order, whatever was put off."""

from runtime.positions import Slot
from runtime.streams.fuse import Fuse
from runtime.streams.lease import Lease
from runtime.streams.plan import Act, Mark, Run, Step, Stop
from runtime.streams.records import Record

SLOT = Slot("facts", 1)


def run(before: int, after: int) -> Run:
    steps = tuple(
        Step(Record(*SLOT, offset, None, b"", (), 0), Act.APPLY, Mark(offset + 1, 0, 0))
        for offset in range(before, after)
    )
    return Run(SLOT, before, Mark(after, 0, 0), steps)


def held() -> Lease:
    lease = Lease(fuse=Fuse())
    lease.own(SLOT, 7, Mark(3, 0, 0), now=1.0)
    return lease


def test_the_next_fetch_begins_behind_what_waits() -> None:
    """Postponed runs of a slot are one run."""
    lease = held()
    assert lease.mark(SLOT) == Mark(3, 0, 0)
    lease.postpone(run(3, 5))
    lease.postpone(run(5, 9))

    assert (lease.mark(SLOT), lease.waiting_records()) == (Mark(9, 0, 0), 6)
    assert [3, 4, 5, 6, 7, 8] == [record.offset for record in lease.left[SLOT].records]


def test_what_waits_came_after_what_was_applied_last() -> None:
    """Of several slots the latest counts, and of other topics none."""
    lease = held()
    other, level = Slot("facts", SLOT.number + 1), Slot("others", 0)
    for slot in (other, level):
        lease.own(slot, 1, Mark(3, 0, 0), now=1.0)
    ends = {SLOT: 9, other: 3, level: 9}
    assert lease.late(SLOT.topic, ends, 1_000.0) == 0  # taken now: older than that nothing is known to be
    lease.owned[SLOT].level_at = 400.0

    assert lease.late(SLOT.topic, ends, 1_010.0) == 610
    assert lease.late(SLOT.topic, {SLOT: 3}, 1_020.0) == 0
    assert lease.late(SLOT.topic, ends, 1_025.0) == 5


def test_a_stopped_slot_forgets_what_was_planned_and_remembers_where_it_stood() -> None:
    """Owned again, it is stopped no more."""
    lease = held()
    lease.postpone(run(3, 5))
    lease.stop(SLOT, Stop("number_ahead", "why"))
    stopped = lease.stopped[SLOT]
    assert (stopped.epoch, stopped.mark, str(stopped.stop)) == (7, Mark(3, 0, 0), "number_ahead: why")
    assert (lease.owned, lease.left) == ({}, {})
    lease.own(SLOT, 7, stopped.mark, now=2.0)

    assert (lease.stopped, lease.mark(SLOT)) == ({}, Mark(3, 0, 0))
