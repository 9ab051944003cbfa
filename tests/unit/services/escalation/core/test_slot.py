"""One slot's run: facts at the frontier as it is, deadlines at their tick, no more of them than there is room for."""

from datetime import datetime

from contracts.facts import Fact
from services.escalation.core.case import Case, CaseKey
from services.escalation.core.engine import Engine
from services.escalation.core.slot import NO_TICK_YET, Due, Shelf, SlotRun, case_key, local_key
from tests.unit.services.escalation.stories import fact, law_of, moment, report, said

HAZARD = CaseKey("331081", "hazard", "", "H-1")


def empty_shelf() -> Shelf:
    return Shelf(lambda _key: None, lambda _source, _id: ())


def run_on(shelf: Shelf, frontier: datetime = NO_TICK_YET, **more: object) -> SlotRun:
    return SlotRun(Engine(law_of("wenling-2023")), shelf, frontier, **more)  # type: ignore[arg-type]


def told(run: SlotRun, *facts: Fact) -> list[str]:
    return [line for one in facts for line in said([decided.record for decided in run.apply(one)])]


def ticked(run: SlotRun, to: str, room: int = 100) -> tuple[list[str], bool]:
    decided, used_up = run.tick(moment(to), room)
    return said([one.record for one in decided]), used_up


def test_a_key_is_read_back() -> None:
    """An id may hold the separator."""
    key = CaseKey("331081", "hazard", "wl", "A|B")

    assert case_key("331081", local_key(key)) == key


def test_no_deadline_passes_before_a_tick() -> None:
    """A fact may be applied long after a deadline; only a tick says that nothing else came in time."""
    run = run_on(empty_shelf())

    assert told(run, report("05-08", known="05-30")) == []
    assert ticked(run, "05-22") == (
        ["due_soon T-3 raised 05-17 00:00", "due_soon T-1 raised 05-19 00:00", "overdue first raised 05-21 00:00"],
        True,
    )


def test_a_tick_without_room_is_not_used_up() -> None:
    """The frontier stays, and the next call goes on where this one ended."""
    run = run_on(empty_shelf())
    told(run, report("05-08"))

    first, second = ticked(run, "05-22", 2), ticked(run, "05-22", 100)

    assert first == (["due_soon T-3 raised 05-17 00:00", "due_soon T-1 raised 05-19 00:00"], False)
    assert second == (["overdue first raised 05-21 00:00"], True)
    assert run.frontier == moment("05-22")


def test_nothing_fires_beyond_the_horizon() -> None:
    """Where more clocks may be stored than were read, the tick is not used up, and order is kept."""
    shelf = empty_shelf()
    run = run_on(shelf)
    told(run, report("05-08"))
    run = run_on(shelf, due=[Due(moment("05-17"), "331081", local_key(HAZARD))],
                 horizon=Due(moment("05-17"), "331081", local_key(HAZARD)))  # fmt: skip

    assert ticked(run, "05-22") == (["due_soon T-3 raised 05-17 00:00"], False)


def test_a_clock_of_nobody_is_stale() -> None:
    """It fires nothing and is told to the caller, who takes it away."""
    lost = Due(moment("05-01"), "331081", "hazard||gone")
    run = run_on(empty_shelf(), due=[lost])

    assert ticked(run, "05-08") == ([], True)
    assert run.stale == [lost]


def test_time_never_goes_back() -> None:
    """A tick before the frontier passes nothing and moves nothing."""
    run = run_on(empty_shelf(), moment("05-22"))

    assert ticked(run, "05-08") == ([], True)
    assert run.frontier == moment("05-22")


def test_a_record_comes_with_its_case_and_its_cause() -> None:
    """A hazard's fact may bring a record of its site."""
    run = run_on(empty_shelf())
    again = report("05-10", "H-2", id_="second", inspection_id="I-2")
    told(run, report("05-08", inspection_id="I-1"))

    (decided,) = run.apply(again)

    assert (decided.case.key.kind, decided.cause) == ("site", again)
    assert decided.record.rule == "repeat_offence"


def test_a_shelf_reads_each_case_once() -> None:
    """And lists those that changed."""
    asked: list[CaseKey] = []

    def read(key: CaseKey) -> Case | None:
        asked.append(key)
        return None

    shelf = Shelf(read, lambda _source, _id: ())
    run = run_on(shelf)
    told(run, report("05-08"), fact("hazard.handed_over", "05-08", hazard_id="H-1", to_unit="泽国镇"))

    assert sorted(key.kind for key in asked) == ["hazard", "site"]
    assert {key.kind for key in shelf.changed} == {"hazard", "site"}


def test_a_correction_finds_a_fact_of_the_same_batch() -> None:
    """Before the stored ones are asked."""
    shelf = empty_shelf()
    shelf.remember(report("05-08", id_="R-1"), (HAZARD,))

    assert shelf.whose("/tests", "R-1") == (HAZARD,)
    assert shelf.whose("/tests", "R-2") == ()


def test_a_shelf_knows_who_holds_a_decision() -> None:
    """Taken in this very batch, or stored."""
    stored = CaseKey("331081", "site", "", "S-9")
    shelf = Shelf(
        lambda _key: None,
        lambda _source, _id: (),
        lambda committee, name: stored if (committee, name) == ("331081", "old") else None,
    )
    decided, *_ = run_on(shelf).apply(report("05-08", level="major"))

    assert shelf.holder("331081", decided.record.decision_id) == HAZARD
    assert shelf.holder("331081", "old") == stored
    assert shelf.holder("330300", decided.record.decision_id) is None


def test_a_shelf_reads_no_place_of_waiting_that_is_not_there() -> None:
    """It is asked for every fact, and hardly ever does one wait."""
    asked: list[CaseKey] = []
    waiting, other = (CaseKey("331081", "correction", "", name) for name in ("/tests#R-1", "/tests#R-2"))

    def read(key: CaseKey) -> Case | None:
        asked.append(key)
        return Case(key=key)

    shelf = Shelf(read, lambda _source, _id: ())
    shelf.waiting = {waiting}

    assert shelf.early(waiting) == Case(key=waiting)
    assert shelf.early(other) is None
    assert asked == [waiting]


def test_a_clock_that_was_taken_away_can_be_armed_again() -> None:
    """Suspended over its instant and then resumed at it, a clock fires though its place was found stale meanwhile."""
    shelf = empty_shelf()
    run = run_on(shelf)
    told(run, report("05-08"))
    case = shelf.get(HAZARD)
    assert case is not None
    armed, case.next_at = case.next_at, None
    shelf.put(case)
    ticked(run, "05-17 01:00")
    case.next_at = armed
    shelf.put(case)

    assert ticked(run, "05-18")[0] == ["due_soon T-3 raised 05-17 00:00"]
