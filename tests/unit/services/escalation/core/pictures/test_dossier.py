"""An accident meets what was open at its site: hazards, plans, who answers, letters and talks at once (S0-10, S4-18)."""

from contracts.facts import Fact
from services.escalation.core.pictures.dossier import Dossier, Told, dossier
from tests.unit.services.escalation.drawn import states, told
from tests.unit.services.escalation.stories import fact, law_of, report

LAW = law_of("wenling-2023")
ACCIDENT = fact(
    "accident.reported", "06-02 10:00", accident_id="A-1", category="industrial.mechanical", sector="工贸", deaths=1,
    liability="pending", site_id="S-1",
)  # fmt: skip


def drawn(*facts: Fact) -> Dossier:
    """The dossier of A-1 at S-1, long afterwards."""
    cases = told(LAW, ACCIDENT, *facts, until="07-01")
    (_, accident), *_ = states(LAW, cases, "accident")
    hazards = [state for _, state in states(LAW, cases, "hazard")]
    entries = [entry for case in cases.cases.values() for entry in case.ledger.values()]
    told_ = [Told(entry.found_at, entry.record) for entry in entries]
    return dossier(accident, "示范机械厂", hazards, told_)


def test_what_was_open_is_laid_out() -> None:
    """An overdue hazard with its letters, one with a plan; what was closed before or found after is not there."""
    found = drawn(
        report("05-08 09:00", "H-late", responsible_unit="示范机械厂", responsible_person="p-1"),
        report("05-09 09:00", "H-plan", level="major", rectify_by="2023-06-30"),
        fact("hazard.plan_filed", "05-12", hazard_id="H-plan", target_date="2023-06-30", interim_measures="x", responsible="p-1", measures="x"),
        report("05-08 09:00", "H-done"),
        fact("hazard.closed", "05-15 10:00", hazard_id="H-done"),
        report("06-03 09:00", "H-after"),
        fact("hazard.closed", "06-20 10:00", hazard_id="H-late"),
    )  # fmt: skip

    assert [(one.hazard_id, one.was_overdue, one.has_plan, one.is_open) for one in found.hazards] == [
        ("H-late", True, False, False),
        ("H-plan", False, True, True),
    ]
    assert found.hazards[0].responsible_person == "p-1"
    assert {one.decision.subject.id for one in found.letters} >= {"H-late"}
    assert all(one.decided_at <= found.happened_at for one in (*found.letters, *found.talks))
    assert (found.deaths, found.site_name) == (1, "示范机械厂")


def test_a_site_without_hazards_has_an_empty_file() -> None:
    """It is laid out all the same."""
    found = drawn()

    assert (found.hazards, found.letters, found.talks) == ((), (), ())
