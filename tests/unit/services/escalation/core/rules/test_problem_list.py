"""Major, back again, and open for long: 被动发现 (S2-24); each of the three alone is not enough."""

import pytest

from contracts.facts import Fact
from services.escalation.core.law import Law
from tests.unit.services.escalation.accidents import pack, under
from tests.unit.services.escalation.stories import fact, law_with, report
from tests.unit.services.escalation.visits import told

RULE = "problem_list"
ENTERED = "problem_list H-2 raised 07-02 00:00"


def law(returns: int = 1, days: int = 30) -> Law:
    rules = {
        RULE: {"clauses": ["S2-24"], "returns": returns, "age": {"count": days, "unit": "calendar_day"}},
        "recurrence": {"clauses": ["S2-24"]},
    }
    return law_with(pack(rules=rules))


def first(**words: object) -> Fact:
    return report("05-08", rectify_by=None, level="major", **words)


def second(when: str = "06-01 09:00", hazard_id: str = "H-2", **words: object) -> Fact:
    return report(when, hazard_id, rectify_by=None, **({"level": "major"} | words))


def later(kind: str, when: str, hazard_id: str = "H-1", **words: object) -> Fact:
    return fact(f"hazard.{kind}", when, hazard_id=hazard_id, **words)


CLOSED = later("closed", "05-12")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([first(), CLOSED, second()], [ENTERED], id="major, back again, open for more than thirty days"),
        pytest.param([first(), second()], [], id="it never was closed out"),
        pytest.param([first()], [], id="major and old, but never back"),
        pytest.param([first(), CLOSED, second(level="general")], [], id="back again and old, but general"),
        pytest.param(
            [first(), CLOSED, second(), later("rectified", "06-20", "H-2", by="厂")],
            [],
            id="back again and major, but soon put right",
        ),
        pytest.param(
            [first(), CLOSED, second(), later("rectified", "07-10 09:00", "H-2", by="厂")],
            [ENTERED, "problem_list H-2 cleared 07-10 09:00"],
            id="put right after it was listed",
        ),
        pytest.param(
            [
                first(),
                CLOSED,
                second(level="general"),
                later("regraded", "07-20 09:00", "H-2", level="major", reason="x"),
            ],
            ["problem_list H-2 raised 07-20 09:00"],
            id="graded up when it was old already",
        ),
        pytest.param(
            [first(), CLOSED, second(), later("regraded", "07-20 09:00", "H-2", level="general", reason="x")],
            [ENTERED, "problem_list H-2 cleared 07-20 09:00"],
            id="graded down",
        ),
        pytest.param(
            [first(), CLOSED, second(category="electrical")], [], id="another kind of hazard at the same site"
        ),
        pytest.param(
            [first(), second(), later("closed", "05-12", known="07-20 09:00")],
            ["problem_list H-2 raised 07-02 00:00"],
            id="the close-out becomes known late: it falls on the day it would have",
        ),
        pytest.param(
            [first(), CLOSED, report("06-01 09:00", rectify_by=None, level="major", id_="again")],
            ["problem_list H-1 raised 07-02 00:00"],
            id="the same id again: its age counts from the new report",
        ),
        pytest.param(
            [
                first(),
                CLOSED,
                second(),
                later("extension_decided", "06-10", "H-2", granted=True, until="2023-12-01", approver="x", reason="y"),
            ],
            [ENTERED],
            id="an extension makes nobody younger",
        ),
    ],
)
def test_three_things_together(facts: list[Fact], expected: list[str]) -> None:
    """It enters at 24:00 of the last day of its age, and leaves when it is put right or graded down."""
    assert told(under(law(), *facts, until="2023-08-01"), RULE) == expected


def test_the_number_is_the_packs() -> None:
    """With two returns wanted, the first return lists nothing and the second does."""
    facts = [first(), CLOSED, second(), later("closed", "06-10", "H-2"), second("07-01", "H-3")]

    records = under(law(returns=2, days=10), *facts, until="2023-08-01")

    assert told(records, RULE) == ["problem_list H-3 raised 07-12 00:00"]


def test_the_entry_says_its_class() -> None:
    """被动发现 stands in the record, and the sentence says why."""
    entry = next(one for one in under(law(), first(), CLOSED, second(), until="2023-08-01") if one.rule == RULE)

    assert (entry.context["class"], str(entry.level)) == ("被动发现", "county")
    assert entry.reason.endswith("销号后再次发现1次，且发现后超过30日仍未整改，列入重大安全生产问题清单“被动发现”。")
