"""Where a hazard stays for the time being, or a key period runs, a site is inspected more often (S4-08, S1-24)."""

from typing import Any

import pytest

from contracts.facts import Fact
from services.escalation.core.law import Law
from tests.unit.services.escalation.accidents import pack, under
from tests.unit.services.escalation.stories import fact, law_with, report
from tests.unit.services.escalation.visits import decide, told

RULE = "frequency"
SPAN = {"count": 7, "unit": "calendar_day"}


def law() -> Law:
    return law_with(pack(rules={RULE: {"clauses": ["S4-08"], "held": SPAN}}))


def later(kind: str, when: str, **words: Any) -> Fact:
    return fact(f"hazard.{kind}", when, hazard_id="H-1", **words)


def plan(when: str) -> Fact:
    return later(
        "plan_filed", when, target_date="2023-12-01", interim_measures="专人看守", responsible="厂", measures="改造"
    )


def visit(when: str, **data: Any) -> Fact:
    words = {"inspection_id": f"I/{when}", "kind": "routine", "site_id": "S-1", "found": 0} | data
    return fact("inspection.completed", when, id_=f"visit/{when}", **words)


FIRST = "frequency S-1 raised 05-18 00:00"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([], [], id="nothing says that the hazard stays"),
        pytest.param([plan("05-10 09:00")], [FIRST], id="a plan was filed, and nobody came for seven days"),
        pytest.param([plan("05-10 09:00"), visit("05-17 23:00"), visit("05-24 09:00")], [], id="inspected every week"),
        pytest.param(
            [plan("05-10 09:00"), visit("05-20 09:00")],
            [FIRST, "frequency S-1 cleared 05-20 09:00"],
            id="inspected too late",
        ),
        pytest.param(
            [plan("05-10 09:00"), visit("05-12 09:00")],
            ["frequency S-1 raised 05-20 00:00"],
            id="the week counts from the last inspection",
        ),
        pytest.param(
            [plan("05-10 09:00"), visit("05-16 09:00", kind="self_check")], [FIRST], id="its own check does not count"
        ),
        pytest.param(
            [plan("05-10 09:00"), later("rectified", "05-15", by="厂")], [], id="the hazard is gone within the week"
        ),
        pytest.param(
            [plan("05-10 09:00"), later("rectified", "05-20 09:00", by="厂")],
            [FIRST, "frequency S-1 cleared 05-20 09:00"],
            id="the ground ends",
        ),
        pytest.param(
            [later("extension_decided", "05-10 09:00", granted=True, until="2023-12-01", approver="x", reason="y")],
            [FIRST],
            id="an extension says so too",
        ),
        pytest.param(
            [later("extension_decided", "05-10 09:00", granted=False, approver="x", reason="y")],
            [],
            id="a refused one does not",
        ),
        pytest.param(
            [later("clock_suspended", "05-10 09:00", approver="x", reason="挂账")],
            [FIRST],
            id="so does a suspended clock",
        ),
        pytest.param(
            [plan("05-10 09:00"), later("reinspected", "05-17 10:00", passed=False)],
            [],
            id="a re-inspection is an inspection",
        ),
    ],
)
def test_a_hazard_that_stays_is_looked_at_every_week(facts: list[Fact], expected: list[str]) -> None:
    """The interval is over at 24:00 of its last day, and the alert lasts until somebody comes."""
    assert told(under(law(), report("05-08", rectify_by=None), *facts, until="2023-05-24 12:00"), RULE) == expected


def forest(when: str = "2020-03-26 09:00", sector: str = "森林防火") -> Fact:
    site = {"id": "F-1", "name": "示范林场", "address": "x", "kind": "place", "sector": sector}
    return fact("site.registered", when, tenant="330481", id_=f"forest/{when}", site=site)


def patrol(when: str) -> Fact:
    return fact(
        "inspection.completed", when, tenant="330481", id_=f"patrol/{when}", inspection_id=f"P/{when}", kind="routine",
        site_id="F-1", found=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(
            [forest(), patrol("2020-04-09 08:00")],
            ["frequency F-1 raised 04-06 00:00", "frequency F-1 cleared 04-09 08:00"],
            id="somebody came after it was over",
        ),
        pytest.param([forest()], ["frequency F-1 raised 04-06 00:00"], id="nobody came"),
        pytest.param(
            [forest(), patrol("2020-04-04 08:00"), patrol("2020-04-05 08:00"), patrol("2020-04-06 08:00")],
            [],
            id="somebody came every day",
        ),
        pytest.param([forest(sector="工贸")], [], id="a site that the period is not about"),
        pytest.param([forest("2020-04-08 09:00")], [], id="registered afterwards"),
    ],
)
def test_a_key_period_raises_the_frequency(facts: list[Fact], expected: list[str]) -> None:
    """清明: forest sites are inspected daily while it lasts; its end excuses nobody."""
    records = decide(*facts, until="2020-04-14")

    assert told(records, RULE) == expected


def test_a_period_that_milestones_will_date_binds_no_site_yet() -> None:
    """Its days are not in the pack: nobody can be late."""
    periods = [{"id": "summit", "name": "峰会期间", "begins_with": "summit_start", "ends_with": "summit_end"}]
    rules = {RULE: {"clauses": ["S4-08"], "in_periods": [{"period": "summit", "every": SPAN}]}}
    here = law_with(pack(rules=rules, key_periods=periods, milestones=["summit_start", "summit_end"]))
    site = {"id": "S-1", "name": "厂", "address": "x", "kind": "unit", "sector": "工贸"}

    records = under(here, fact("site.registered", "05-08", site=site), until="2023-12-01")

    assert told(records, RULE) == []


# ---- 应查未查: what was planned and not made (S3-06)


def planned(when: str, day: str, name: str = "I-1", *, id_: str = "") -> Fact:
    """An inspection of S-1 planned for a day."""
    return fact(
        "inspection.planned", when, id_=id_ or f"plan/{name}", inspection_id=name, site_id="S-1", planned_on=day
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([planned("05-08", "2023-05-10")], ["frequency planned S-1 raised 05-11 00:00"], id="nobody came"),
        pytest.param(
            [planned("05-08", "2023-05-10"), visit("05-10 23:30", inspection_id="I-1")], [], id="made on its last minute"
        ),
        pytest.param([planned("05-08", "2023-05-10"), visit("05-09", inspection_id="I-1")], [], id="made before its day"),
        pytest.param(
            [planned("05-08", "2023-05-10"), visit("05-12 09:00", inspection_id="I-1")],
            ["frequency planned S-1 raised 05-11 00:00", "frequency planned S-1 cleared 05-12 09:00"],
            id="made late: cleared, and on record",
        ),
        pytest.param(
            [planned("05-08", "2023-05-10"), visit("05-10 09:00", inspection_id="I-2")],
            ["frequency planned S-1 raised 05-11 00:00"],
            id="another inspection is not the planned one",
        ),
        pytest.param(
            [planned("05-08", "2023-05-10"), planned("05-09", "2023-05-20", id_="anew"), visit("05-19", inspection_id="I-1")],
            [],
            id="put off in time",
        ),
        pytest.param(
            [planned("05-08", "2023-05-10"), planned("05-12 08:00", "2023-05-20", id_="anew"), visit("05-19", inspection_id="I-1")],
            ["frequency planned S-1 raised 05-11 00:00", "frequency planned S-1 cleared 05-19 00:00"],
            id="put off when its day was over: missed until it is made",
        ),
    ],
)  # fmt: skip
def test_what_was_planned_is_made_on_its_day(facts: list[Fact], expected: list[str]) -> None:
    """The last day runs to 24:00; the inspection is known by its id."""
    own = law_with(pack(rules={RULE: {"clauses": ["S3-06"], "planned": True}}))

    assert told(under(own, *facts, until="2023-06-30"), RULE) == expected


def test_a_plan_binds_nobody_where_the_pack_does_not_say_so() -> None:
    """As in the other notices."""
    assert told(under(law(), planned("05-08", "2023-05-10"), until="2023-06-30"), RULE) == []
