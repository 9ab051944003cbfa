"""What a pack names has a case from the day it binds; what cases tell one another goes and comes back with its cause."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.facts import Fact
from services.escalation.core.case import CaseKey, MemoryCases, decode_case, encode_case
from services.escalation.core.contributions import SectorListed, SeenAgain, Visited
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.core.simulation import activation
from tests.unit.services.escalation.accidents import pack
from tests.unit.services.escalation.stories import all_divisions, fact, law_of, live, moment, pass_deadlines, settle
from tests.unit.services.escalation.visits import (
    about,
    closed,
    correcting,
    found,
    inspected,
    voiding,
)

JIAXING = law_of("jiaxing-2020")
WITHOUT_DUTIES = Law([JIAXING.packs[0].model_copy(update={"obligations": {}})], all_divisions())
UNTIL = moment("2020-07-30")
START = activation(JIAXING, "330400", moment("2020-03-25"))


def told_to(*facts: Fact, law: Law = JIAXING) -> MemoryCases:
    cases, engine = MemoryCases(), Engine(law)
    for one in facts:
        engine.apply_fact(one, cases)
    return cases


def test_a_pack_charges_its_teams_targets_and_campaign() -> None:
    """They are cases before anybody reports on them, with a clock."""
    cases = told_to(START).cases
    kinds: dict[str, set[str]] = {}
    for key, case in cases.items():
        if case.next_at is not None:
            kinds.setdefault(key.kind, set()).add(key.id)

    assert kinds["team"] == {f"team-{n}" for n in range(1, 10)}
    assert (kinds["campaign"], kinds["target"]) == ({"jiaxing-2020"}, {"chemical_parks"})


def test_a_later_version_charges_when_it_begins() -> None:
    """What only the second version names has no case before its first day."""
    target = {"id": "t", "title": "目标", "goal": 1, "unit_of_count": "家", "due": "2024-12-31", "clauses": ["S2-28"]}
    rules = {"target_behind": {"clauses": ["S2-28"]}}
    first = pack(rules=rules)
    second = pack(rules=rules, targets=[target], version="2", effective_from="2024-01-01")
    law = Law([first, second], all_divisions())
    cases, engine = MemoryCases(), Engine(law)
    engine.apply_fact(activation(law, "331081", moment("2023-04-28")), cases)
    key = CaseKey("331081", "target", "", "t")

    before = key in cases.cases
    pass_deadlines(engine, cases, moment("2024-01-02"))

    assert (before, key in cases.cases) == (False, True)


def test_what_a_team_tells_the_campaign_follows_its_visits() -> None:
    """A voided visit takes the area back."""
    visit = inspected("2020-04-01 10:00")
    key = CaseKey("330400", "campaign", "", "jiaxing-2020")

    with_visit = told_to(START, visit).cases[key]
    without = told_to(START, visit, voiding(visit, "2020-04-02 09:00")).cases[key]

    assert [sum(isinstance(given, Visited) for given in case.inputs.values()) for case in (with_visit, without)] == [
        1,
        0,
    ]


def test_a_site_remembers_what_came_back() -> None:
    """The newest hazard is told, and told otherwise when the close-out never was."""
    end = closed("2020-03-27 10:00")
    facts = [found("2020-03-26 09:00"), end, found("2020-03-30 09:00", "J-2")]
    law = Law(
        [
            pack(
                rules={
                    "recurrence": {"clauses": ["S2-24"]},
                    "problem_list": {"clauses": ["S2-24"], "returns": 1, "age": {"count": 9, "unit": "calendar_day"}},
                },
                root="330400",
                tenants=["330400"],
                effective_from="2020-03-25",
                issued="2020-03-25",
            )
        ],
        all_divisions(),
    )
    key = CaseKey("330400", "hazard", "", "J-2")

    came_back = told_to(*facts, law=law).cases[key]
    never_closed = told_to(*facts, voiding(end, "2020-04-01 09:00"), law=law).cases[key]

    assert [
        [given for given in case.inputs.values() if isinstance(given, SeenAgain)] != []
        for case in (came_back, never_closed)
    ] == [True, False]


def test_cases_of_every_kind_survive_the_store() -> None:
    """Encoded and decoded, a case is the same."""
    facts = [
        START,
        found("2020-03-26 09:00", found_by="tip_off"),
        fact("tip_off.received", "2020-03-26 08:00", tenant="330482", tip_off_id="T-1", category="x", description="y", hazard_id="J-1"),
        inspected("2020-04-01 10:00"),
        fact("matter.reported", "2020-03-27 15:00", tenant="330482", description="x", urgency="urgent"),
        fact("listing.opened", "2020-03-27 15:00", tenant="330482", listing_id="G-1", subject={"kind": "site", "id": "S-1"}, level="county", until="2020-04-01", hazard_ids=["J-1"]),
        fact("target.progressed", "2020-04-01", tenant="330400", target="chemical_parks", unit="x", value=3, as_of="2020-04-01"),
        fact("league.published", "2020-04-01", tenant="330400", period="2020-03", rows=[]),
    ]  # fmt: skip
    cases = told_to(*facts).cases

    assert {key.kind for key in cases} >= {
        "hazard",
        "site",
        "tip_off",
        "team",
        "matter",
        "listing",
        "target",
        "league",
        "campaign",
    }
    assert [key for key, case in cases.items() if decode_case(encode_case(case)) != case] == []


_VISITED: dict[str, dict[str, Any]] = {
    "handed_over": {"to_unit": "某街道"},
    "escalated_up": {"to_unit": "市安委办"},
    "rectified": {"by": "厂"},
    "reinspected": {"passed": False},
    "closed": {},
    "withdrawn": {"reason": "重复"},
    "returned": {"reason": "职责"},
    "regraded": {"level": "major", "reason": "复核"},
    "plan_filed": {"target_date": "2020-06-01", "interim_measures": "x", "responsible": "x", "measures": "x"},
}


@st.composite
def visits(draw: st.DrawFn) -> list[Fact]:
    """What a visit finds and what becomes of it, contradictions, corrections, voids and inspections included."""
    hour = st.integers(0, 900).map(lambda n: f"{moment('2020-03-25 01:00') + timedelta(hours=n):%Y-%m-%d %H:%M}")
    facts: list[Fact] = [START]
    for hazard in draw(st.sampled_from([["J-1"], ["J-1", "J-2"]])):
        first = found(
            draw(hour),
            hazard,
            found_by=draw(st.sampled_from(["undercover", "inspection", "tip_off"])),
            level=draw(st.sampled_from(["general", "major"])),
            fixed_on_the_spot=draw(st.sampled_from([None, True])),
            sector=draw(st.sampled_from(["工贸", "危险化学品"])),
        )
        facts.append(first)
        if draw(st.booleans()):
            facts.append(correcting(found(draw(hour), hazard, found_by="inspection"), first))
        for _ in range(draw(st.integers(0, 5))):
            kind = draw(st.sampled_from(sorted(_VISITED)))
            facts.append(about(kind, draw(hour), hazard, **_VISITED[kind]))
    facts += [inspected(draw(hour)) for _ in range(draw(st.integers(0, 3)))]
    if draw(st.booleans()) and len(facts) > 2:
        facts.append(voiding(facts[-1], "2020-06-01 09:00"))
    unique = {one.id: one for one in facts}
    return list(unique.values())


@settings(max_examples=120, deadline=None)
@given(visits(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_leaves_the_same_decisions(facts: list[Fact], chance: Any) -> None:
    """Facts of visits that arrive late, shuffled, leave the decisions that they leave in time.

    What takes a fact back names nothing but that fact, so it comes after it.
    """
    shuffled = list(facts)
    chance.shuffle(shuffled)
    shuffled.sort(key=lambda one: one.id.startswith("void/"))
    here = WITHOUT_DUTIES

    assert settle(shuffled, UNTIL, here) == settle(facts, UNTIL, here) == live(facts, UNTIL, here)


@settings(max_examples=40, deadline=None)
@given(visits())
def test_a_replay_changes_nothing(facts: list[Fact]) -> None:
    """What is known already leads to no record."""
    cases, engine = MemoryCases(), Engine(WITHOUT_DUTIES)
    for one in facts:
        engine.apply_fact(one, cases, UNTIL)

    assert [record for one in facts for record in engine.apply_fact(one, cases, UNTIL)] == []


@settings(max_examples=40, deadline=None)
@given(visits(), st.integers(0, 60))
def test_a_later_now_never_takes_a_decision_away(facts: list[Fact], days: int) -> None:
    """With the same facts, what was decided by some day is still decided later."""
    early, late = (settle(facts, UNTIL + timedelta(days=passed), WITHOUT_DUTIES) for passed in (0, days))

    assert set(early) <= set(late)


def test_a_team_that_a_later_version_drops_is_watched_no_more() -> None:
    """Its new charge names a pack in which it does not stand."""
    rules = {"field_days": {"clauses": ["S1-12"], "teams": "teams", "days": 1}}
    campaign = {"id": "c", "name": "行动", "begins": "2023-05-01", "ends": "2023-05-31", "clauses": ["S1-01"]}
    both = {"rules": rules, "campaign": campaign}
    first = pack(units={"teams": [{"id": "team-1"}]}, **both)
    law = Law([first], all_divisions())
    cases = told_to(activation(law, "331081", moment("2023-04-28")), law=law)
    without = Law([first.model_copy(update={"units": {}})], all_divisions())
    engine = Engine(without)

    engine.pass_deadline(CaseKey("331081", "team", "", "team-1"), moment("2023-06-01"), cases)

    assert cases.cases[CaseKey("331081", "team", "", "team-1")].ledger == {}


def test_teams_tell_a_campaign_only_where_it_asks() -> None:
    """A pack that counts days and no areas has no campaign case."""
    rules = {"field_days": {"clauses": ["S1-12"], "teams": "teams", "days": 1}}
    campaign = {"id": "c", "name": "行动", "begins": "2023-05-01", "ends": "2023-05-31", "clauses": ["S1-01"]}
    law = Law([pack(rules=rules, campaign=campaign, units={"teams": [{"id": "team-1"}]})], all_divisions())
    visit = inspected("2023-05-10 10:00", tenant="331081003", team_id="team-1")

    cases = told_to(activation(law, "331081", moment("2023-04-28")), visit, law=law).cases

    assert {key.kind for key in cases} == {"committee", "team", "site"}


def test_only_the_rules_of_a_pack_are_remembered() -> None:
    """Without 复发 in the pack a site remembers repeats alone, and a listing without 覆盖 tells nobody its sector."""
    rules = {"repeat_offence": {"clauses": ["S3-12"]}, "accident_track": {"clauses": ["S3-12"], "verified_only": True}}
    law = Law([pack(rules=rules)], all_divisions())
    here = {"tenant": "331081003"}
    facts = [
        found("2023-05-08 09:00", **here),
        about("reinspected", "2023-05-10 09:00", passed=False, **here),
        fact("listing.opened", "05-11", listing_id="G-1", subject={"kind": "site", "id": "S-1"}, level="county", until="2023-06-01"),
    ]  # fmt: skip
    case = told_to(*facts, law=law).cases[CaseKey("331081", "hazard", "", "J-1")]

    assert [
        (len(given.returns), len(given.repeats)) for given in case.inputs.values() if isinstance(given, SeenAgain)
    ] == [(0, 1)]


def test_a_site_that_is_listed_often_counts_once() -> None:
    """Two listings of one site are one sector, from the earlier one within the campaign on."""
    wenzhou = law_of("wenzhou-2020")
    site = {"id": "S-1", "name": "厂", "address": "x", "kind": "unit", "sector": "建筑施工"}
    facts = [
        activation(wenzhou, "330300", moment("2020-03-24")),
        fact("site.registered", "2020-03-25", tenant="330302", site=site),
        *(
            fact("listing.opened", day, tenant="330302", id_=name, listing_id=name, subject={"kind": "project", "id": "S-1"}, level="county", until="2020-08-01")
            for name, day in (("G-1", "2020-03-01"), ("G-2", "2020-04-02"), ("G-3", "2020-04-05"))
        ),
    ]  # fmt: skip
    campaign = told_to(*facts, law=wenzhou).cases[CaseKey("330300", "campaign", "", "wenzhou-2020")]

    assert [given.opened.id for given in campaign.inputs.values() if isinstance(given, SectorListed)] == ["G-2"]
