"""What becomes of each record is decided from the record and the mark alone."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from runtime.codec import TICK_KEY
from runtime.positions import Failure, Slot
from runtime.streams.plan import Act, Fetched, Mark, Rules, Run, halves, parked, plan, rest, until
from runtime.streams.records import Record

SLOT = Slot("facts", 3)
FRESH = Mark(0, 0, 0)


def record(offset: int, value: bytes = b"{}", key: bytes | None = b"k") -> Record:
    return Record("facts", 3, offset, key, value, (), 0)


def numbered(offset: int, number: int, incarnation: int = 1) -> Record:
    return record(offset, f'{{"n":1,"sequence":"{incarnation}:{number}"}}'.encode())


def rules(*, numbered_topics: bool = True, slot: int | None = 3, defects: dict[int, Failure] | None = None) -> Rules:
    return Rules(
        key_slot=lambda r: None if r.key in {None, TICK_KEY} else slot,
        numbered=frozenset({"facts"} if numbered_topics else ()),
        defects={SLOT: defects or {}},
    )


def planned(records: list[Record], mark: Mark = FRESH, after: int | None = None, known: Rules | None = None) -> Run:
    end = records[-1].offset + 1 if after is None else after
    run, _ = plan(SLOT, Fetched(mark.next_offset, end, records), mark, known or rules())
    return run


def acts(run: Run) -> list[tuple[int, str]]:
    return [(step.record.offset, step.act.value) for step in run.steps]


def test_markers_between_records_belong_to_the_record_before_them() -> None:
    """The position after a record is the next record's offset, and at the end the fetch's own end."""
    run = planned([record(2), record(5), record(6)], Mark(2, 0, 0), after=9)

    assert [5, 6, 9] == [step.after.next_offset for step in run.steps]
    assert (run.before, run.after) == (2, Mark(9, 0, 0))


def test_a_fetch_of_markers_alone_moves_the_position() -> None:
    """It makes a run without steps."""
    run, stop = plan(SLOT, Fetched(4, 8, ()), Mark(4, 1, 7), rules())

    assert (run.steps, run.after, stop) == ((), Mark(8, 1, 7), None)


def test_numbers_that_were_applied_are_dropped() -> None:
    """In this fetch or before it; a lower incarnation is older, a higher one begins anew."""
    run = planned([numbered(0, 5), numbered(1, 6), numbered(2, 6), numbered(3, 7), numbered(4, 1, 2), numbered(5, 8)],
                  Mark(0, 1, 5))  # fmt: skip

    assert [(0, "drop"), (1, "apply"), (2, "drop"), (3, "apply"), (4, "apply"), (5, "drop")] == acts(run)
    assert run.after == Mark(6, 2, 1)


def test_the_first_number_ever_seen_is_taken_as_it_comes() -> None:
    """A reader that begins in the middle of a log has nothing to compare with."""
    assert acts(planned([numbered(0, 41), numbered(1, 42)])) == [(0, "apply"), (1, "apply")]


def test_a_number_above_the_next_stops_the_slot_at_its_record() -> None:
    """What came before it is applied, nothing of it and after it is."""
    mark = Mark(10, 1, 5)
    run, stop = plan(SLOT, Fetched(10, 13, [numbered(10, 6), numbered(11, 8), numbered(12, 9)]), mark, rules())

    assert (acts(run), run.after) == ([(10, "apply")], Mark(11, 1, 6))
    assert stop is not None
    assert stop.kind == "number_ahead"
    assert "offset 11 has the number 1:8, the last one applied is 1:6" in stop.sentence


def test_a_batch_that_was_published_again_whole_heals_the_gap() -> None:
    """The relay lost number 7 on the way and published 6 to 8 again: the early 8 is dropped, the late one applied."""
    mark = Mark(0, 1, 5)
    records = [numbered(0, 6), numbered(1, 8), numbered(2, 6), numbered(3, 7), numbered(4, 8)]
    run, stop = plan(SLOT, Fetched(0, 5, records), mark, rules())

    assert stop is None
    assert [(0, "apply"), (1, "drop"), (2, "drop"), (3, "apply"), (4, "apply")] == acts(run)


def test_topics_without_numbers_are_not_searched_for_any() -> None:
    """What an upstream system writes at the end of its document is its own affair."""
    run = planned([numbered(0, 5), numbered(1, 5), numbered(2, 9)], known=rules(numbered_topics=False))

    assert {"apply"} == {act for _, act in acts(run)}


def test_a_tick_has_no_number() -> None:
    """Even when its bytes look like one."""
    run = planned([record(0, b'{"sequence":"1:9"}', TICK_KEY), numbered(1, 6)], Mark(0, 1, 5))

    assert acts(run) == [(0, "apply"), (1, "apply")]


def test_misrouted_records_and_known_defects_are_parked_with_a_reason() -> None:
    """They keep their place in the numbers."""
    misrouted = planned([numbered(0, 1)], known=rules(slot=4)).steps[0]
    defect = planned([numbered(0, 1)], known=rules(defects={0: Failure(0, 3, "ZeroDivisionError()")})).steps[0]

    assert (misrouted.act, misrouted.reason) == (Act.PARK, "misrouted")
    assert misrouted.detail == ("its key belongs to slot 4, it was read from slot 3",)
    assert (defect.act, defect.reason, defect.detail) == (
        Act.PARK,
        "defect",
        ("ZeroDivisionError()", "failed 3 times"),
    )
    assert (defect.after.number, misrouted.after.number) == (1, 1)


def test_only_what_is_to_be_applied_reaches_the_handler() -> None:
    """Doubles and parked records do not."""
    run = planned([numbered(0, 1), numbered(1, 1), numbered(2, 2)])

    assert [0, 2] == [record.offset for record in run.records]


offsets = st.lists(st.integers(0, 200), unique=True, min_size=1, max_size=30).map(sorted)


@given(offsets, st.integers(0, 5))
def test_cutting_a_run_loses_and_doubles_nothing(places: list[int], tail: int) -> None:
    """At every record: the part before and the rest make the whole, and each begins where the other ends."""
    end = places[-1] + 1 + tail
    run = planned([record(offset) for offset in places], Mark(places[0], 0, 0), after=end)
    for offset in places:
        first, second = until(run, offset, Mark(run.before, 0, 0)), rest(run, offset)
        assert second is not None
        assert first.steps + second.steps == run.steps
        assert (first.before, first.after.next_offset) == (run.before, offset)
        assert (second.before, second.after) == (offset, run.after)
    assert rest(run, end) is None
    assert rest(run, places[0] - 1) is None


@given(st.lists(offsets, min_size=1, max_size=6))
def test_halves_are_nearly_equal_and_keep_the_order_of_every_slot(slots: list[list[int]]) -> None:
    """Each half begins where the slot's other half ends; a run of markers alone is in one of them."""
    runs = []
    for index, places in enumerate(slots):
        fetched = Fetched(places[0], places[-1] + 1, [record(offset) for offset in places])
        runs.append(plan(Slot("facts", index), fetched, Mark(places[0], 0, 0), rules())[0])
    first, second = halves(runs)
    sizes = [sum(len(run.steps) for run in half) for half in (first, second)]
    total = sum(sizes)

    assert sizes == [total // 2, total - total // 2]
    for run in runs:
        mine = [part for part in (*first, *second) if part.slot == run.slot]
        assert tuple(step for part in mine for step in part.steps) == run.steps
        assert (mine[0].before, mine[-1].after) == (run.before, run.after)
        assert all(a.after.next_offset == b.before for a, b in pairwise(mine))


def test_a_single_record_is_turned_into_a_dead_letter() -> None:
    """With the reason the handler gave."""
    run = parked(planned([record(0)]), "undecodable", ("line 1",))

    assert (run.records, run.steps[0].reason, run.steps[0].detail) == ((), "undecodable", ("line 1",))
