"""A running clock moves to another version of its pack as a logged act; what was decided before stays."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.facts import Fact
from services.escalation.core.case import CaseKey, MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.core.moving import terms
from services.escalation.core.policy import Pack
from tests.unit.services.escalation.accidents import pack
from tests.unit.services.escalation.stories import all_divisions, fact, moment, report

HAZARD = CaseKey("331081", "hazard", "", "H-1")
CLAUSES = ["S2-22"]
DAY = timedelta(days=1)


def edition(version: str, *days: int) -> Pack:
    """A version with the first rung and one for each of these days."""
    rungs = [{"step": "first", "day": 1, "measure": "remind", "acts": "town", "to": "responsible_unit"}]
    rungs += [
        {"step": f"T+{day}", "day": day, "measure": "supervision_letter", "acts": "county", "to": "responsible_unit"}
        for day in days
    ]
    return pack(version=version, rules={"overdue": {"clauses": CLAUSES, "ladder": rungs}})


LAW = Law([edition("1", 7, 14), edition("2", 9)], all_divisions(), activated={("trial-2023", "2"): moment("05-24")})


def moved(when: str, old: str = "1", new: str = "2") -> Fact:
    """Due on 20 May, the hazard is in its fifth day of lateness when its clock moves on the 25th."""
    words = {"policy": "trial-2023", "from_version": old, "to_version": new, "kind": "hazard", "case_id": "H-1"}
    return fact("policy.migrated", when, tenant="331081", id_=f"move/{when}", **words)


def rungs(*facts: Fact, until: datetime) -> list[str]:
    """Every record of the ladder with the version it stands under."""
    engine, cases = Engine(LAW), MemoryCases()
    records = []
    for one in sorted(facts, key=lambda fact: fact.known_at):
        records += _pass(engine, cases, one.known_at)
        records += engine.apply_fact(one, cases)
    records += _pass(engine, cases, until)
    return [f"{one.step} {one.status} v{one.policy.version}" for one in records if one.rule == "overdue"]


def _pass(engine: Engine, cases: MemoryCases, until: datetime) -> list:  # type: ignore[type-arg]
    records = []
    while (case := cases.get(HAZARD)) is not None and case.next_at is not None and case.next_at <= until:
        records += engine.pass_deadline(HAZARD, case.next_at, cases)
    return records


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        pytest.param((), ["first raised v1", "T+7 raised v1", "T+14 raised v1"], id="a clock keeps its version"),
        pytest.param((moved("05-25"),), ["first raised v1", "T+9 raised v2"], id="moved between two rungs"),
        pytest.param((moved("05-28"),), ["first raised v1", "T+7 raised v1", "T+9 raised v2"], id="T+7 has fallen due"),
        pytest.param(
            (moved("06-10"),), ["first raised v1", "T+7 raised v1", "T+14 raised v1"], id="after the last rung"
        ),
        pytest.param(
            (moved("05-25"), moved("05-26", "2", "1")),
            ["first raised v1", "T+7 raised v1", "T+14 raised v1"],
            id="moved and moved back",
        ),
        pytest.param(
            (moved("05-25", "7", "2"),),
            ["first raised v1", "T+7 raised v1", "T+14 raised v1"],
            id="a version it does not run under",
        ),
        pytest.param(
            (moved("05-25", "1", "7"),),
            ["first raised v1", "T+7 raised v1", "T+14 raised v1"],
            id="to a version that nobody put into force",
        ),
    ],
)
def test_what_falls_due_later_stands_under_the_new_version(moves: tuple[Fact, ...], expected: list[str]) -> None:
    """Nothing is taken back, nothing is told twice."""
    assert rungs(report("05-08 09:00"), *moves, until=moment("07-01")) == expected


@given(st.lists(st.integers(0, 40), max_size=3, unique=True), st.integers(0, 60))
def test_a_move_never_takes_a_rung_back(days: list[int], until: int) -> None:
    """Whenever clocks move and time stands: no record is retracted, and no rung is told twice."""
    moves = [
        moved(f"{moment('05-08') + DAY * day:%m-%d} 10:00", *(("1", "2") if place % 2 == 0 else ("2", "1")))
        for place, day in enumerate(sorted(days))
    ]
    told = rungs(report("05-08 09:00"), *moves, until=moment("05-20") + DAY * until)

    assert [line for line in told if "retracted" in line] == []
    assert len({line.partition(" ")[0] for line in told}) == len(told)


def test_the_case_keeps_where_it_stood() -> None:
    """Every version with its time, for a timeline."""
    engine, cases = Engine(LAW), MemoryCases()
    for one in (report("05-08 09:00"), moved("05-25")):
        engine.apply_fact(one, cases)
    case = cases.cases[HAZARD]

    assert [
        (term.pack.version, term.after) for term in terms(LAW, case, LAW.pack_at("331081", moment("05-08 09:00")))
    ] == [
        ("1", None),
        ("2", moment("05-25")),
    ]
    assert case.waits == "clock"
