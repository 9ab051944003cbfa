"""Registered sites with a tag owe their own commitments (S1-06, S2-12)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import corrected, done, pack, registered, told, under, void
from tests.unit.services.escalation.stories import law_with

RULE = "commitment"
TOWN = "331081003"


def law(kind: str = "monthly", **when: object) -> object:
    duty = {
        "rule": RULE,
        "title": "主要负责人带队检查",
        "clauses": ["S2-12"],
        "sites_tagged": "high_risk",
        "when": {"kind": kind} | when,
    }
    return law_with(pack(obligations={"leader_inspection": duty}))


def site(when: str, *tags: str, **words: object) -> Fact:
    return registered(when, tenant=TOWN, tags=list(tags), **words)  # type: ignore[arg-type]


def held(period: str, when: str, **words: str) -> Fact:
    return done("leader_inspection", "S-1", period, when, **({"tenant": TOWN} | words))


def missed(*facts: Fact, until: str = "2023-08-15", under_law: object = None) -> list[str]:
    lines = told(under(under_law or law(), *facts, until=until), RULE)  # type: ignore[arg-type]
    return [line.removeprefix(f"{RULE} leader_inspection/S-1/") for line in lines]


MAY = "2023-05 missing_report raised 2023-06-01 00:00"
JUNE = "2023-06 missing_report raised 2023-07-01 00:00"
JULY = "2023-07 missing_report raised 2023-08-01 00:00"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([site("2023-05-20 09:00", "high_risk")], [MAY, JUNE, JULY], id="from the running month on"),
        pytest.param([site("2023-05-20 09:00", "key_unit")], [], id="another tag owes nothing"),
        pytest.param(
            [site("2023-05-20 09:00", "high_risk"), held("2023-06", "2023-06-30 18:00")],
            [MAY, JULY],
            id="June's was held",
        ),
        pytest.param(
            [site("2023-05-20 09:00", "high_risk"), site("2023-06-10 09:00")],
            [MAY, JUNE],
            id="the tag is taken off: what was opened stays, nothing new opens",
        ),
        pytest.param(
            [site("2023-05-20 09:00"), site("2023-07-10 09:00", "high_risk")], [JULY], id="the tag comes later"
        ),
        pytest.param(
            [site("2023-05-20 09:00", "high_risk", known="2023-07-05 09:00")],
            [JULY],
            id="an entry made late owes from when it was made",
        ),
        pytest.param(
            [site("2023-04-01 09:00", "high_risk")],
            ["2023-04 missing_report raised 2023-05-01 00:00", MAY, JUNE, JULY],
            id="an entry before the pack owes from the pack's first day",
        ),
    ],
)
def test_a_tagged_site_owes_from_its_entry_on(facts: list[Fact], expected: list[str]) -> None:
    """Each period while the register gives it the tag."""
    assert missed(*facts) == expected


def test_a_voided_entry_owes_nothing_more() -> None:
    """What was opened stays to be rejected by a person; nothing new opens."""
    first = site("2023-05-20 09:00", "high_risk", id_="first")

    assert missed(first, void("first", "2023-06-10", "site.registered", tenant=TOWN)) == [MAY, JUNE]


def test_a_corrected_entry_gives_the_tag() -> None:
    """A correction that adds the tag owes from when it was made."""
    first = site("2023-05-20 09:00", id_="first")
    mended = corrected(site("2023-07-05 09:00", "high_risk", id_="second"), "first")

    assert missed(first, mended) == [JULY]


def test_weeks_and_days_are_owed_too() -> None:
    """A daily commitment for producers, a weekly one for key users (S1-06)."""
    weekly = law("weekly", last="2023-05-21")
    daily = law("daily", last="2023-05-13")

    assert missed(site("2023-05-10 09:00", "high_risk"), under_law=weekly) == [
        "2023-W19 missing_report raised 2023-05-15 00:00",
        "2023-W20 missing_report raised 2023-05-22 00:00",
    ]
    assert missed(site("2023-05-12 09:00", "high_risk"), under_law=daily) == [
        "2023-05-12 missing_report raised 2023-05-13 00:00",
        "2023-05-13 missing_report raised 2023-05-14 00:00",
    ]


def test_the_reason_names_the_site() -> None:
    """By its registered name; the tenant is the town in charge."""
    record = next(
        one
        for one in under(law(), site("2023-05-20", "high_risk"), until="2023-06-10")  # type: ignore[arg-type]
        if one.rule == RULE
    )

    assert record.reason == "示范机械厂未完成2023年5月的主要负责人带队检查，期限为2023年5月31日24时。"
    assert (record.tenant, record.level) == (TOWN, "county")
