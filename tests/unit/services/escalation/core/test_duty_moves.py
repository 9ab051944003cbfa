"""A running duty moves to another version of its pack: its term is the other version's, and nobody is late by the move."""

from datetime import datetime
from typing import Any

import pytest

from contracts.facts import Fact
from services.escalation.core.calendar import SHANGHAI
from services.escalation.core.case import Case, CaseKey, MemoryCases, Owed
from services.escalation.core.duty_moves import owed_under, standing
from services.escalation.core.engine import Engine
from services.escalation.core.kinds import KINDS
from services.escalation.core.law import Law
from services.escalation.core.policy import Pack
from tests.integration.escalation_decisions.log import activated
from tests.unit.services.escalation.accidents import accident, pack
from tests.unit.services.escalation.stories import all_divisions, fact, moment

WHO = {"offices": [{"id": "安委办"}]}
QUARTER = CaseKey("331081", "obligation", "", "analysis/安委办/2023-Q2")
MEETING = CaseKey("331081", "obligation", "", "meeting/331081003/A-1")


def edition(version: str, *, due_day: int = 20, within: int = 10, remind: tuple[int, ...] = (3,), **more: Any) -> Pack:
    """A quarterly analysis due on a day of its last month, and a meeting within days after an accident."""
    duties = {
        "analysis": {
            "rule": "periodic_report",
            "title": "季度分析",
            "clauses": ["S2-02"],
            "units": ["offices"],
            "when": {"kind": "quarterly", "due_day": due_day},
            "remind": list(remind),
        },
        "meeting": {
            "rule": "warning_meeting",
            "title": "警示会",
            "clauses": ["S3-18"],
            "when": {
                "kind": "accident",
                "within": {"count": within, "unit": "calendar_day"},
                "opens_measure": "warning_meeting",
            },
        },
    } | more
    return pack(version=version, units=WHO, obligations={name: duty for name, duty in duties.items() if duty})


def law(new: Pack) -> Law:
    return Law([edition("1"), new], all_divisions(), activated={("trial-2023", "2"): moment("06-01")})


def moved(when: str, key: CaseKey = QUARTER) -> Fact:
    words = {"policy": "trial-2023", "from_version": "1", "to_version": "2", "kind": key.kind, "case_id": key.id}
    return fact("policy.migrated", when, tenant="331081", id_=f"move/{when}", **words)


def told(new: Pack, *facts: Fact, key: CaseKey = QUARTER, until: str = "07-31") -> list[str]:
    """Every record of one duty in time, with the version it stands under."""
    engine, cases, records = Engine(law(new)), MemoryCases(), []

    def wait(to: datetime) -> None:
        while armed := [(c.next_at, str(k), k) for k, c in cases.cases.items() if c.next_at and c.next_at <= to]:
            at, _, case = min(armed)
            records.extend(engine.pass_deadline(case, at, cases))

    start = activated("331081", moment("04-28"))
    for one in (start, *sorted(facts, key=lambda one: one.known_at)):
        wait(one.known_at)
        records.extend(engine.apply_fact(one, cases, one.known_at))
    wait(moment(until))
    wanted = set(cases.cases[key].ledger)
    return [
        f"{one.measure} {one.step} {one.status} {one.at.astimezone(SHANGHAI):%m-%d} v{one.policy.version}".replace(
            "  ", " "
        )
        for one in records
        if one.decision_id in wanted
    ]


def test_who_looks_sees_the_term_that_holds_now() -> None:
    """Pages show the other version's day from the move on, and not the day that was."""
    new = law(edition("2", due_day=25))
    engine, cases = Engine(new), MemoryCases()
    for one in (activated("331081", moment("04-28")), moved("06-10")):
        engine.apply_fact(one, cases, one.known_at)
    case = cases.cases[QUARTER]
    duty = KINDS["obligation"].fold(new, case)

    assert duty.owed.due == moment("06-21")
    assert standing(new, case, duty).owed.due == moment("06-26")


DONE = fact("obligation.fulfilled", "06-27", tenant="331081", obligation="analysis", unit="安委办", period="2023-Q2")


@pytest.mark.parametrize(
    ("due_day", "facts", "expected"),
    [
        pytest.param(25, (), ["remind T-3 raised 06-17 v1", "missing_report raised 06-21 v1"], id="it stays"),
        pytest.param(
            25,
            (moved("06-10"),),
            ["remind T-3 raised 06-22 v2", "missing_report raised 06-26 v2"],
            id="a later term",
        ),
        pytest.param(
            25,
            (moved("06-18"),),
            ["remind T-3 raised 06-17 v1", "missing_report raised 06-26 v2"],
            id="the reminder has been sent",
        ),
        pytest.param(
            25,
            (moved("06-22"), DONE),
            [
                "remind T-3 raised 06-17 v1",
                "missing_report raised 06-21 v1",
                "remind T-3 cleared 06-27 v1",
                "missing_report cleared 06-27 v1",
            ],
            id="what was missed before stays missed",
        ),
        pytest.param(
            12,
            (moved("06-15"),),
            ["missing_report raised 06-16 v2"],
            id="a term that has passed: the move's own day is the last",
        ),
    ],
)
def test_a_calendar_duty(due_day: int, facts: tuple[Fact, ...], expected: list[str]) -> None:
    """Due on 20 June under the first version."""
    assert told(edition("2", due_day=due_day), *facts) == expected


def test_what_an_accident_opened() -> None:
    """Its span is counted anew from the accident's day: until 10 June under the first version, 15 June under the second."""
    happened = accident("2023-05-31 08:00", "A-1", tenant="331081003")

    assert told(edition("2", within=15), happened, moved("06-05", MEETING), key=MEETING) == [
        "warning_meeting raised 05-31 v1",
        "missing_report raised 06-16 v2",
    ]


def test_a_duty_that_the_other_version_does_not_know_keeps_its_term() -> None:
    """And no clock moves to nothing: the command leaves it out."""
    gone = edition("2", analysis=None)
    engine, cases = Engine(law(gone)), MemoryCases()
    engine.apply_fact(activated("331081", moment("04-28")), cases, moment("04-28"))
    case = cases.cases[QUARTER]

    assert told(gone, moved("06-10"))[-1] == "missing_report raised 06-21 v1"
    assert engine.is_known_to(case, "trial-2023", "1")
    assert not engine.is_known_to(case, "trial-2023", "2")
    stands = engine.stands_under(case)
    assert stands is not None
    assert stands.version == "1"


OPENED = moment("04-28")


def owed(obligation: str, period: str, *, begins: str = "") -> Owed:
    return Owed(
        obligation, "periodic_report", "安委办", "", "331081", "county", period, "甲", OPENED, moment("07-01"), ("S2-02",),
        "trial-2023", "1", begins=moment(begins).date() if begins else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("when", "period", "begins", "due"),
    [
        pytest.param({"kind": "dates", "dates": [{"period": "p", "due": "2023-06-30"}]}, "p", "", "07-01", id="a day"),
        pytest.param(
            {"kind": "yearly", "days": [{"label": "{year}-H1", "month": 6, "day": 15}]}, "2023-H1", "", "06-16", id="year"
        ),
        pytest.param({"kind": "daily"}, "2023-05-04", "", "05-05", id="a day of every day"),
        pytest.param(
            {"kind": "milestone", "milestone": "m", "period": "p", "within": {"count": 5, "unit": "calendar_day"}},
            "p", "06-01", "06-07", id="after a milestone",
        ),
        pytest.param(
            {"kind": "key_period", "windows": [["a", "b"]], "cut_off": "10:00"}, "2023-06-02", "", "06-02 10:00",
            id="a day of a key period",
        ),
        pytest.param({"kind": "untimed", "period": "p"}, "p", "", None, id="without a term"),
        pytest.param({"kind": "untimed", "period": "p"}, "q", "", "no", id="another period"),
        pytest.param(
            {"kind": "milestone", "milestone": "m", "period": "p", "within": {"count": 5, "unit": "calendar_day"}},
            "p", "", "no", id="its milestone has no date",
        ),
    ],
)  # fmt: skip
def test_every_schedule_knows_its_periods(when: dict[str, Any], period: str, begins: str, due: str | None) -> None:
    """By their labels, or by the day from which a span is counted."""
    duty = {"rule": "periodic_report", "title": "乙", "clauses": ["S2-01"], "units": ["offices"], "when": when}
    new = pack(version="2", units=WHO, obligations={"o": duty}, milestones=["m", "a", "b"])

    found = owed_under(owed("o", period, begins=begins), new, law(edition("2")).calendar, moment("04-29"))

    if due == "no":
        assert found is None
    else:
        assert found is not None
        assert found.due == (moment(due) if due else None)
        assert (found.title, found.clauses, found.policy_version) == ("乙", ("S2-01",), "2")


def test_a_case_of_another_kind_stands_under_no_version() -> None:
    """A committee's case looks at each day by the version of that day."""
    case = Case(key=CaseKey("331081", "committee", "", "331081"))

    assert Engine(law(edition("2"))).stands_under(case) is None
