"""Corrections that come before the event that they name are kept for it: the same is decided in any order of arrival."""

from itertools import permutations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.facts import Fact
from services.escalation.core.case import Case, CaseKey, MemoryCases
from services.escalation.core.early import KIND, key_of
from services.escalation.core.engine import Engine
from services.escalation.core.refold import refold
from services.escalation.core.waiting import NEWS
from tests.unit.services.escalation.accidents import accident, corrected
from tests.unit.services.escalation.stories import fact, law_of, moment, report, standing

UNTIL = moment("2024-01-01")
FOUND = report("05-08", id_="E-0", level="major")
VOID = corrected(fact("hazard.reported", "05-09", id_="C-1"), "E-0")
MENDED = corrected(report("05-08", id_="C-2", known="05-10", level="general"), "E-0")
MOVED = corrected(report("05-08", "H-2", id_="C-3", known="05-11", level="major"), "E-0")
MEND_OF_MEND = corrected(report("05-08", id_="C-4", known="05-12", level="major"), "C-2")
VOID_OF_MEND = corrected(fact("hazard.reported", "05-13", known="05-13", id_="C-5"), "C-2")
OTHER = report("05-08", "H-9", id_="E-9", site={"id": "S-9", "name": "厂"})
HAZARD = CaseKey("331081", "hazard", "", "H-1")
WAITING = key_of("331081", "/tests", "E-0")


def arrived(facts: list[Fact]) -> MemoryCases:
    """The cases after these facts arrived in this order, when everything had happened."""
    cases, engine = MemoryCases(), Engine(law_of("wenling-2023"))
    for one in facts:
        engine.apply_fact(msgspec.structs.replace(one, acceptedtime=UNTIL), cases)
    return cases


def kept(cases: MemoryCases) -> dict[CaseKey, frozenset[str]]:
    """Which facts each case keeps, places of waiting left out."""
    return {
        key: frozenset(one.id for one in case.facts)
        for key, case in cases.cases.items()
        if key.kind != KIND and case.facts
    }


def test_a_void_that_comes_first_is_not_lost() -> None:
    """It waits for its event, which then decides nothing."""
    cases = arrived([VOID])
    before = cases.cases[WAITING].waits

    assert list(cases.cases) == [WAITING]
    assert before == NEWS
    assert standing(arrived([VOID, FOUND])) == standing(arrived([FOUND, VOID])) == {}
    assert kept(arrived([VOID, FOUND]))[HAZARD] == {"E-0", "C-1"}


def test_an_event_of_another_source_is_another_event() -> None:
    """Ids are told apart by their source."""
    stranger = msgspec.structs.replace(FOUND, source="/others")

    assert ("major_hazard", "proposed") in standing(arrived([VOID, stranger])).values()


def test_a_correction_to_another_hazard_reaches_the_first_one_too() -> None:
    """What was reported of H-1 was of H-2: whatever comes first, H-1 has nothing and H-2 everything."""
    first, last = arrived([FOUND, MOVED]), arrived([MOVED, FOUND])

    assert standing(first) == standing(last)
    assert {one.record.subject.id for case in last.cases.values() for one in case.ledger.values()
            if one.record.status != "retracted"} == {"H-2"}  # fmt: skip


def test_a_correction_of_a_correction_waits_with_it() -> None:
    """And after the event came, a further correction finds its way through the place where they waited."""
    facts = [MEND_OF_MEND, MENDED, FOUND, VOID_OF_MEND]

    assert kept(arrived(facts))[HAZARD] == {"E-0", "C-2", "C-4", "C-5"}
    assert standing(arrived(facts)) == standing(arrived([FOUND, MENDED, MEND_OF_MEND, VOID_OF_MEND]))


def test_who_has_no_say_corrects_nothing() -> None:
    """A town beside the hazard's: had it come later, it would not have been taken."""
    foreign = msgspec.structs.replace(VOID, tenant="331081006")

    cases = arrived([foreign, FOUND])

    assert kept(cases)[HAZARD] == {"E-0"}
    assert cases.cases[WAITING].gave_to == []


def test_an_accident_that_was_taken_back_before_it_was_told() -> None:
    """Corrections of every kind of event wait."""
    told, void = accident("05-08", id_="A-0", tenant="331081003", deaths=3), fact("accident.reported", "05-09", id_="V")

    assert standing(arrived([corrected(void, "A-0"), told])) == {}
    assert standing(arrived([told])) != {}


def test_a_case_folded_again_has_what_was_handed_over() -> None:
    """Its facts and those of the place where its corrections waited, in the order of the log."""
    cases = arrived([VOID, FOUND])
    folded = refold(Engine(law_of("wenling-2023")), HAZARD, [VOID, FOUND], UNTIL, [])

    assert isinstance(folded, Case)
    assert [one.id for one in folded.facts] == [one.id for one in cases.cases[HAZARD].facts]
    assert str(WAITING) in folded.inputs


ALL = [FOUND, VOID, MENDED, MOVED, MEND_OF_MEND, VOID_OF_MEND, OTHER]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(ALL), unique_by=lambda one: one.id), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(some: list[Fact], shuffled: object) -> None:
    """Every case keeps the same facts, and the same decisions stand, whatever came first."""
    other = list(some)
    shuffled.shuffle(other)  # type: ignore[attr-defined]
    one, two = arrived(some), arrived(other)

    assert kept(one) == kept(two)
    assert standing(one) == standing(two)


def test_every_order_of_an_event_with_its_corrections() -> None:
    """All 120 orders of an event, a void, a correction, a correction of that and a void of it."""
    facts = [FOUND, MENDED, MEND_OF_MEND, VOID_OF_MEND, MOVED]
    ends = {str(sorted(standing(arrived(list(order))).items())) for order in permutations(facts)}

    assert len(ends) == 1
