"""Positions move by compare-and-set of their owner alone, and only a person moves them otherwise."""

from runtime import positions
from runtime.database import Database
from runtime.positions import Move, Position, Slot

SLOTS = [Slot("facts", 0), Slot("facts", 1), Slot("other", 0)]


def taken(database: Database, owner: str = "me") -> dict[Slot, Position]:
    with database.begin() as work:
        positions.begin(work, dict.fromkeys(positions.missing(work, SLOTS), 10))
        return positions.take(work, SLOTS, owner=owner)


def advanced(database: Database, *moves: Move) -> bool:
    with database.begin() as work:
        return positions.advance(work, moves)


def stored(database: Database) -> dict[Slot, tuple[int, int, int]]:
    with database.begin() as work:
        rows = positions.list_positions(work)
    return {row.at: (row.next_offset, row.last_incarnation, row.last_number) for row in rows}


def test_the_owner_moves_its_slots_and_nobody_else_does(database: Database) -> None:
    """A move needs the epoch and the offset it believes in; of several, one wrong one is told."""
    first = taken(database)
    assert advanced(database, *(Move(slot, first[slot].epoch, 10, 20, 1, 5) for slot in SLOTS))
    second = taken(database, "another")

    assert not advanced(database, Move(SLOTS[0], first[SLOTS[0]].epoch, 20, 30, 1, 6))
    assert not advanced(database, Move(SLOTS[0], second[SLOTS[0]].epoch, 10, 30, 1, 6))
    assert dict.fromkeys(SLOTS, (20, 1, 5)) == stored(database)
    assert [2, 2, 2] == [second[slot].epoch for slot in SLOTS]


def test_slots_begin_once(database: Database) -> None:
    """Two workers that meet a new slot agree on its first position."""
    taken(database)
    with database.begin() as work:
        positions.begin(work, dict.fromkeys(SLOTS, 99))

    assert dict.fromkeys(SLOTS, (10, 0, 0)) == stored(database)


def test_accepting_fences_the_owner_and_forgets_the_number_unless_it_reads_again(database: Database) -> None:
    """Backwards in the same topic the applied numbers are dropped as doubles; any other jump takes what comes."""
    rows = taken(database)
    with database.begin() as work:
        positions.note_topic(work, SLOTS, {"facts": "A", "other": "A"})
        positions.note_stopped(work, dict.fromkeys(SLOTS, "why"), {slot: rows[slot].epoch for slot in SLOTS})
    advanced(database, *(Move(slot, rows[slot].epoch, 10, 50, 1, 40) for slot in SLOTS))
    with database.begin() as work:
        back = positions.accept_position(work, SLOTS[0], next_offset=20, topic_id="A")
        forward = positions.accept_position(work, SLOTS[1], next_offset=60, topic_id="A")
        anew = positions.accept_position(work, SLOTS[2], next_offset=0, topic_id="B")
        nothing = positions.accept_position(work, Slot("none", 0), next_offset=0, topic_id="B")

    assert nothing is None
    assert [(20, 1, 40, "A", None, 2), (60, 0, 0, "A", None, 2), (0, 0, 0, "B", None, 2)] == [
        (row.next_offset, row.last_incarnation, row.last_number, row.topic_id, row.stopped, row.epoch)
        for row in (back, forward, anew)
        if row is not None
    ]


def test_a_record_is_a_defect_from_its_third_failure(database: Database) -> None:
    """Failures are counted per record, with the last error; once parked they are forgotten."""
    with database.begin() as work:
        counts = [positions.count_failure(work, SLOTS[0], 7, f"error {n}\x00") for n in range(2)]
        before = positions.defects(work, SLOTS)
        counts.append(positions.count_failure(work, SLOTS[0], 7, "error 3"))
        found = positions.defects(work, SLOTS)
        positions.forget_failures(work, [(SLOTS[0], 7)])
        after = positions.defects(work, SLOTS)

    assert ([1, 2, 3], {}, {}) == (counts, before, after)
    assert found == {SLOTS[0]: {7: positions.Failure(7, 3, "error 3")}}
