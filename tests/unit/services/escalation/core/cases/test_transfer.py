"""A site goes to another tenant: its open cases with it, and history keeps the tenant of its day."""

from itertools import permutations

import pytest

from contracts.facts import Fact
from services.escalation.core.case import CaseKey, MemoryCases, in_charge
from services.escalation.core.engine import Engine
from tests.unit.services.escalation.accidents import registered
from tests.unit.services.escalation.stories import WENLING, fact, law_of, moment, report, run, said, settle

HERE, THERE, ELSEWHERE = "331081003", "331081004", "331081005"


def transferred(when: str, left: str = HERE, reached: str = THERE, *, sender: str = WENLING, **more: str) -> Fact:
    return fact("site.transferred", when, tenant=sender, site_id="S-1", from_tenant=left, to_tenant=reached, **more)


def rectified(when: str, tenant: str, known: str | None = None) -> Fact:
    return fact("hazard.rectified", when, tenant=tenant, known=known, hazard_id="H-1", by="示范机械厂")


def told(*facts: Fact, until: str = "06-10") -> list[tuple[str, str, str]]:
    """Step or status, instant and tenant of each word on lateness."""
    records = [one for one in run(*facts, until=until) if one.rule == "overdue"]
    words = said(records)
    return [(word.split(" ", 1)[1], one.tenant) for word, one in zip(words, records, strict=True)]  # type: ignore[misc]


def test_what_falls_due_after_the_transfer_is_the_new_tenants() -> None:
    """What was told before keeps its tenant, and the new one may say that it was put right."""
    assert sorted(told(report("05-08"), transferred("05-24"), rectified("05-28", THERE))) == [
        ("T+3 cleared 05-28 00:00", HERE),
        ("T+3 raised 05-23 00:00", HERE),
        ("T+7 cleared 05-28 00:00", THERE),
        ("T+7 raised 05-27 00:00", THERE),
        ("first cleared 05-28 00:00", HERE),
        ("first raised 05-21 00:00", HERE),
    ]


@pytest.mark.parametrize(
    ("teller", "when", "is_late"),
    [
        (HERE, "05-09", False),  # it was theirs then
        (HERE, "05-12", True),  # it is not theirs any more
        (THERE, "05-12", False),
        (THERE, "05-09", True),  # it was not theirs yet
        (WENLING, "05-12", False),  # above both
        (ELSEWHERE, "05-12", True),
    ],
)
def test_only_who_has_it_may_speak_of_it(teller: str, when: str, is_late: bool) -> None:
    """Judged by when a thing happened, not by when it was said."""
    facts = report("05-08"), transferred("05-10"), rectified(when, teller)

    assert bool(told(*facts)) == is_late


@pytest.mark.parametrize(
    "transfer",
    [
        transferred("05-10", sender=HERE),  # nobody gives a site away alone
        transferred("05-10", sender=THERE),
        transferred("05-10", left=ELSEWHERE),  # it was not there
    ],
)
def test_a_word_that_moves_nothing(transfer: Fact) -> None:
    """Only a common parent moves a site, and only from where it is."""
    assert {tenant for _, tenant in told(report("05-08"), transfer)} == {HERE}


def test_what_was_closed_stays_with_whom_it_was() -> None:
    """A failed re-inspection afterwards opens it again where it was; what is open goes on and on."""
    closed = fact("hazard.closed", "05-09", hazard_id="H-1")
    failed = fact("hazard.reinspected", "05-25", tenant=WENLING, hazard_id="H-1", passed=False)
    on = transferred("05-12", THERE, ELSEWHERE)

    assert {tenant for _, tenant in told(report("05-08"), closed, transferred("05-10"), failed)} == {HERE}
    assert {tenant for _, tenant in told(report("05-08"), transferred("05-10"), on)} == {ELSEWHERE}


def test_any_order_of_arrival_comes_to_the_same() -> None:
    """The transfer may be known before the hazard and after everything."""
    facts = [report("05-08"), transferred("05-10"), rectified("05-12", THERE), rectified("05-13", HERE)]

    assert len({str(settle(list(order), moment("06-10"))) for order in permutations(facts)}) == 1


def test_the_case_knows_in_whose_charge_it_is() -> None:
    """By the moment; this is what the door for facts asks, and whose rows it is among."""
    cases, engine = MemoryCases(), Engine(law_of("wenling-2023"))
    for one in (report("05-08"), transferred("05-10")):
        engine.apply_fact(one, cases)
    case = cases.cases[CaseKey(WENLING, "hazard", "", "H-1")]

    assert (in_charge(case, moment("05-09")), in_charge(case, moment("05-10")), in_charge(case)) == (HERE, THERE, THERE)


def test_duties_and_the_register_go_with_the_site() -> None:
    """What it fulfilled where it was stays fulfilled; what it owes next, and the missing owner, are the new tenant's."""
    register = registered("05-02", tenant=HERE, tags=["high_risk"])
    done = fact(
        "obligation.fulfilled", "05-08", tenant=HERE, obligation="leader_inspection", unit="S-1", period="2023-05"
    )
    cases, engine = MemoryCases(), Engine(law_of("wenling-2023"))
    for one in (register, done, transferred("05-10")):
        engine.apply_fact(one, cases)
    for day in ("06-01", "07-01"):
        for key in [key for key, case in cases.cases.items() if case.next_at is not None]:
            engine.pass_deadline(key, moment(day), cases)
    duties = {key.id: case for key, case in cases.cases.items() if key.kind == "obligation"}
    owed = {name: entry.record.tenant for name, case in duties.items() for entry in case.ledger.values()}

    assert owed["leader_inspection/S-1/2023-06"] == THERE
    assert "leader_inspection/S-1/2023-05" not in owed
