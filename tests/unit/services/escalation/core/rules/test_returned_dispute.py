"""A hazard that is pushed to and fro goes to the committee, and its clock runs on (S4-16)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.stories import fact, report, run
from tests.unit.services.escalation.visits import told

RULE = "returned_dispute"


def returned(when: str, **words: str) -> Fact:
    return fact("hazard.returned", when, hazard_id="H-1", reason="非本单位职责", **words)


def reassigned(when: str) -> Fact:
    return fact("hazard.reassigned", when, hazard_id="H-1", reason="明确责任", to_unit="市市场监管局")


DISPUTE = "returned_dispute returns H-1 raised 05-12 00:00"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([returned("05-10")], [], id="returned once"),
        pytest.param([returned("05-10"), returned("05-12")], [DISPUTE], id="returned twice"),
        pytest.param(
            [returned("05-10"), reassigned("05-11"), returned("05-12")], [DISPUTE], id="also when another unit got it"
        ),
        pytest.param(
            [returned("05-10"), returned("05-12"), returned("05-13")], [DISPUTE], id="once more: it is one dispute"
        ),
        pytest.param(
            [returned("05-10"), returned("05-12"), reassigned("05-15")],
            [DISPUTE, "returned_dispute returns H-1 cleared 05-15 00:00"],
            id="the committee decides who is responsible",
        ),
        pytest.param(
            [returned("05-10"), returned("05-12"), reassigned("05-15"), returned("05-17")],
            [
                DISPUTE,
                "returned_dispute returns H-1 cleared 05-15 00:00",
                "returned_dispute returns H-1 raised 05-17 00:00",
            ],
            id="and it is returned again: the next dispute",
        ),
        pytest.param(
            [returned("05-10"), returned("05-12"), fact("hazard.rectified", "05-14", hazard_id="H-1", by="厂")],
            [DISPUTE, "returned_dispute returns H-1 cleared 05-14 00:00"],
            id="put right meanwhile",
        ),
        pytest.param(
            [report("05-09", supervising_unit="市住房和城乡建设局", id_="second")], [], id="one unit claims it"
        ),
        pytest.param(
            [
                report("05-09", supervising_unit="市住房和城乡建设局", id_="second"),
                report("05-10", supervising_unit="市市场监管局", id_="third"),
            ],
            ["returned_dispute claimants H-1 raised 05-10 00:00"],
            id="two units claim it",
        ),
        pytest.param(
            [
                report("05-09", supervising_unit="市住房和城乡建设局", id_="second"),
                report("05-10", supervising_unit="市住房和城乡建设局", id_="third"),
            ],
            [],
            id="the same unit says it twice",
        ),
        pytest.param([returned("05-10"), returned("05-12", tenant="331081004")], [], id="another town returns nothing"),
    ],
)
def test_who_is_responsible_is_for_the_committee(facts: list[Fact], expected: list[str]) -> None:
    """Two returns, or two claimants."""
    assert told(run(report("05-08"), *facts, until="05-18"), RULE) == expected


def test_the_clock_keeps_running() -> None:
    """Arbitration is no suspension: the hazard is overdue on its day."""
    records = run(report("05-08"), returned("05-10"), returned("05-12"), until="05-22")

    assert told(records, RULE, "overdue") == [DISPUTE, "overdue first H-1 raised 05-21 00:00"]


def test_the_reason_names_who_was_suggested() -> None:
    """The last suggestion is what the committee begins with (interface complaint 14)."""
    facts = [returned("05-10"), returned("05-12", suggested_unit="市市场监管局")]

    dispute = next(one for one in run(report("05-08"), *facts, until="05-13") if one.rule == RULE)

    assert "已被退回2次，最近一次建议由市市场监管局负责" in dispute.reason
