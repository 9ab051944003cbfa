"""A registered site must name who supervises it (S3-02), and who answers for it (S2-16)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import corrected, decide, pack, registered, told, under
from tests.unit.services.escalation.stories import law_with

RULE = "unowned_site"
OWNED = {"supervising_unit": "市应急管理局"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([registered("2021-06-01 09:00")], ["raised 2021-06-01 09:00"], id="nobody supervises it"),
        pytest.param(
            [registered("2021-06-01 09:00", supervising_unit="")], ["raised 2021-06-01 09:00"], id="an empty name"
        ),
        pytest.param(
            [registered("2021-06-01 09:00", supervising_unit=None)], ["raised 2021-06-01 09:00"], id="a null name"
        ),
        pytest.param([registered("2021-06-01 09:00", **OWNED)], [], id="a department supervises it"),
        pytest.param(
            [registered("2021-06-01 09:00"), registered("2021-06-10 09:00", **OWNED)],
            ["raised 2021-06-01 09:00", "cleared 2021-06-10 09:00"],
            id="a newer entry names one",
        ),
        pytest.param(
            [registered("2021-06-01 09:00"), registered("2021-06-05 09:00"), registered("2021-06-10 09:00", **OWNED)],
            ["raised 2021-06-01 09:00", "cleared 2021-06-10 09:00"],
            id="an entry that changes nothing raises nothing",
        ),
        pytest.param(
            [
                registered("2021-06-01 09:00"),
                registered("2021-06-05 09:00", **OWNED),
                registered("2021-06-10 09:00"),
            ],
            ["raised 2021-06-01 09:00", "cleared 2021-06-05 09:00", "raised 2021-06-10 09:00"],
            id="left alone again: a second spell",
        ),
        pytest.param(
            [registered("2021-03-01 09:00")], ["raised 2021-05-14 00:00"], id="before the notice: on its first day"
        ),
        pytest.param(
            [registered("2021-03-01 09:00"), registered("2021-04-01 09:00", **OWNED)], [], id="mended before the notice"
        ),
        pytest.param(
            [registered("2021-06-01 09:00", kind="place")], ["raised 2021-06-01 09:00"], id="a place as well as a firm"
        ),
    ],
)
def test_a_site_names_who_supervises_it(facts: list[Fact], expected: list[str]) -> None:
    """From the entry in the register until a newer one names somebody."""
    assert told(decide(*facts, until="2021-07-15"), RULE) == [f"{RULE} S-1 alert {line}" for line in expected]


def test_a_corrected_entry_counts_from_the_beginning() -> None:
    """It never was without somebody."""
    first = registered("2021-06-01 09:00", id_="first")
    mended = corrected(registered("2021-06-03 09:00", id_="second", **OWNED), "first")

    assert told(decide(first, mended, until="2021-07-15"), RULE) == [
        f"{RULE} S-1 alert raised 2021-06-01 09:00",
        f"{RULE} S-1 alert retracted 2021-06-03 09:00",
    ]


def test_a_pack_says_what_must_be_named_and_of_which_sites() -> None:
    """温岭 asks for a person too (S2-16)."""
    rules = {RULE: {"clauses": ["S2-16"], "needs": ["supervising_unit", "responsible_person"], "kinds": ["unit"]}}
    law = law_with(pack(rules=rules))
    firm = registered("2023-06-01", tenant="331081003", id_="a", **OWNED)
    place = registered("2023-06-01", tenant="331081003", id_="b", id="S-2", kind="place")

    records = [one for one in under(law, firm, place, until="2023-07-01") if one.rule == RULE]
    assert [one.reason for one in records] == ["示范机械厂未明确监管责任人，列入无主清单，请尽快落实。"]
