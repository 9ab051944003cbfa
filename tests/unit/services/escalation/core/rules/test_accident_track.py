"""视同事故: what inspections find again and again and what people tell of is followed up like an accident (S3-12, T9)."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.facts import Fact
from services.escalation.core.case import MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from tests.unit.services.escalation.accidents import pack
from tests.unit.services.escalation.stories import fact, law_of, law_with, live, moment, settle
from tests.unit.services.escalation.visits import about, decide, found, told

RULE = "accident_track"
HUANCUI = "371002"
WEIHAI = ("weihai-2021",)


def seen(when: str, hazard_id: str = "H-1", **words: object) -> Fact:
    given_words = {"found_by": "inspection", "rectify_by": None, "tenant": HUANCUI} | words
    return found(when, hazard_id, **given_words)  # type: ignore[arg-type]


def later(kind: str, when: str, hazard_id: str = "H-1", **words: object) -> Fact:
    return about(kind, when, hazard_id, tenant=HUANCUI, **words)  # type: ignore[arg-type]


def tip_off(when: str, hazard_id: str | None = "H-1", *, known: str | None = None, id_: str = "T-1") -> Fact:
    words = {"tip_off_id": id_, "category": "fire_safety", "description": "通道堵塞", "hazard_id": hazard_id}
    given_words = {key: word for key, word in words.items() if word}
    return fact("tip_off.received", when, known=known, tenant=HUANCUI, id_=f"{id_}/received/{when}", **given_words)


def verified(when: str, *, true: bool, known: str | None = None, id_: str = "T-1") -> Fact:
    return fact(
        "tip_off.verified", when, known=known, tenant=HUANCUI, id_=f"{id_}/verified/{when}", tip_off_id=id_, true=true
    )


RECEIVED = "accident_track H-1 provisional 06-01 09:00"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([seen("2021-06-01 09:00")], [], id="found once by an inspection"),
        pytest.param(
            [seen("2021-06-01 09:00"), later("reinspected", "2021-06-10 10:00", passed=False)],
            ["accident_track H-1 raised 06-10 10:00"],
            id="open in a second inspection",
        ),
        pytest.param(
            [seen("2021-06-01 09:00", inspection_id="I-1"), seen("2021-06-10 10:00", "H-2", inspection_id="I-2")],
            ["accident_track H-2 raised 06-10 10:00"],
            id="another inspection finds the same: the newest hazard is followed up",
        ),
        pytest.param(
            [seen("2021-06-01 09:00"), later("closed", "2021-06-09 10:00"), seen("2021-08-01 09:00", "H-2")],
            [],
            id="what was closed out and came back is a recurrence, no repeat offence",
        ),
        pytest.param([seen("2021-06-01 09:00", found_by="tip_off")], [RECEIVED], id="reported by a tip-off"),
        pytest.param(
            [
                seen("2021-06-01 09:00", found_by="tip_off"),
                tip_off("2021-05-31 20:00"),
                verified("2021-06-03 09:00", true=True),
            ],
            [RECEIVED, "accident_track H-1 raised 06-03 09:00"],
            id="verified: it counts",
        ),
        pytest.param(
            [
                seen("2021-06-01 09:00", found_by="tip_off"),
                tip_off("2021-05-31 20:00"),
                verified("2021-06-03 09:00", true=False),
            ],
            [RECEIVED, "accident_track H-1 retracted 06-03 09:00"],
            id="not true: it is taken back",
        ),
        pytest.param(
            [seen("2021-06-01 09:00"), tip_off("2021-06-05 09:00")],
            ["accident_track H-1 provisional 06-05 09:00"],
            id="a tip-off about what an inspection found already",
        ),
        pytest.param(
            [seen("2021-06-01 09:00"), tip_off("2021-06-05 09:00", None)], [], id="a tip-off that became no hazard"
        ),
        pytest.param(
            [
                seen("2021-06-01 09:00", found_by="tip_off"),
                tip_off("2021-06-01 08:00"),
                verified("2021-06-03 09:00", true=False),
                later("reinspected", "2021-06-10 10:00", passed=False),
            ],
            [RECEIVED, "accident_track H-1 retracted 06-03 09:00", "accident_track H-1 raised 06-10 10:00"],
            id="the tip-off was not true, and an inspection found it open again",
        ),
        pytest.param(
            [seen("2021-06-01 09:00", found_by="tip_off"), later("reinspected", "2021-06-10 10:00", passed=False)],
            [RECEIVED, "accident_track H-1 raised 06-10 10:00"],
            id="one hazard has one track: a firm ground makes it firm",
        ),
        pytest.param(
            [
                seen("2021-06-01 09:00", found_by="tip_off"),
                tip_off("2021-06-01 08:00"),
                tip_off("2021-06-02 08:00", id_="T-2"),
                verified("2021-06-03 09:00", true=False),
            ],
            [RECEIVED],
            id="one of two tip-offs was not true: the other still has to be verified",
        ),
    ],
)
def test_what_opens_the_track(facts: list[Fact], expected: list[str]) -> None:
    """A repeat offence does, firmly; a tip-off does on receipt, provisional until it is verified."""
    assert told(decide(*facts, until="2021-09-01", packs=WEIHAI), RULE) == expected


def test_it_never_enters_an_accident_count() -> None:
    """No accident comes about, no area hears of one, nobody is talked to, no meeting is owed."""
    cases, engine = MemoryCases(), Engine(law_of(*WEIHAI))
    facts = [
        seen("2021-06-01 09:00", found_by="tip_off"),
        tip_off("2021-06-01 08:00"),
        verified("2021-06-03 09:00", true=True),
        later("reinspected", "2021-06-10 10:00", passed=False),
    ]
    for one in facts:
        engine.apply_fact(one, cases)

    assert {key.kind for key in cases.cases} == {"hazard", "site", "tip_off"}


def law(**parameters: object) -> Law:
    rules = {
        RULE: {"clauses": ["S3-12"], "verified_only": True} | parameters,
        "recurrence": {"clauses": ["S3-12"]},
        "repeat_offence": {"clauses": ["S3-12"]},
    }
    return law_with(pack(rules=rules))


def under(under_law: Law, *facts: Fact) -> dict[str, tuple[str, str]]:
    moved = [msgspec.structs.replace(one, tenant="331081003", committee="331081") for one in facts]
    standing = live(moved, moment("2023-12-01"), under_law)
    return {key: value for key, value in standing.items() if value[0] == RULE}


def test_a_recurrence_opens_it_where_the_pack_says_so() -> None:
    """By itself it does not: recurrence and repeat offence stay apart."""
    facts = [seen("2023-06-01 09:00"), later("closed", "2023-06-09 10:00"), seen("2023-08-01 09:00", "H-2")]

    outcomes = [under(law(), *facts), under(law(grounds=["recurrence"]), *facts)]

    assert [list(found_here.values()) for found_here in outcomes] == [[], [(RULE, "raised")]]


def test_a_pack_may_take_every_tip_off_at_its_word() -> None:
    """一律: without the gate a tip-off is firm on receipt, also one that proves wrong."""
    facts = [seen("2023-06-01 09:00", found_by="tip_off"), tip_off("2023-06-01 08:00")]
    refuted = [*facts, verified("2023-06-03 09:00", true=False)]

    assert [list(under(law(verified_only=False), *told_by).values()) for told_by in (facts, refuted)] == [
        [(RULE, "raised")],
        [(RULE, "raised")],
    ]


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(6)))
def test_the_order_of_arrival_does_not_matter(order: list[int]) -> None:
    """Tip-off, verification, reports and re-inspections may come in any order."""
    facts = [
        seen("2021-06-01 09:00", found_by="tip_off"),
        tip_off("2021-06-01 08:00"),
        verified("2021-06-03 09:00", true=False),
        seen("2021-06-10 09:00", "H-2", inspection_id="I-2"),
        later("reinspected", "2021-06-12 10:00", "H-2", passed=False),
        later("closed", "2021-06-20 10:00", "H-1"),
    ]
    until, here = moment("2021-12-01"), law_of(*WEIHAI)

    assert settle([facts[place] for place in order], until, here) == live(facts, until, here)
