"""What a campaign has not reached: areas, sectors, sites (S0-16, S1-07, S1-08, S1-23, S2-30, S2-31)."""

from typing import Any

import pytest
from pydantic import ValidationError

from contracts.facts import Fact
from services.escalation.core.cases.campaign import Reach
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.rules.coverage import Parameters, find_in_campaign
from tests.unit.services.escalation.accidents import pack, under
from tests.unit.services.escalation.stories import all_divisions, fact, law_with
from tests.unit.services.escalation.visits import decide, inspected, told

RULE = "coverage"
AREAS = {"330402", "330411", "330421", "330482", "330424", "330481", "330483", "330471", "330472"}


def unreached(*facts: Fact, until: str = "2020-05-01", kind: str = "area") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in decide(*facts, until=until):
        if one.rule == RULE and one.subject.kind == kind:
            found.setdefault(one.subject.id, []).append(str(one.status))
    return found


def test_every_area_is_visited_by_a_team() -> None:
    """An area without a visit in the campaign is said at its end."""
    assert unreached() == {area: ["raised"] for area in AREAS}


@pytest.mark.parametrize(
    ("visit", "reached"),
    [
        pytest.param(inspected("2020-04-01 10:00"), "330482", id="a visit there"),
        pytest.param(inspected("2020-04-01 10:00", tenant="330482001"), "330482", id="in one of its towns"),
        pytest.param(
            inspected("2020-04-01 10:00", tenant="330400"), "330482", id="told by the city: the team's own area"
        ),
        pytest.param(
            inspected("2020-04-01 10:00", tenant="330421"), "330421", id="the fourth team visits another area"
        ),
        pytest.param(inspected("2020-04-01 10:00", unannounced=False, kind="routine"), "330482", id="announced or not"),
    ],
)
def test_a_team_reaches_an_area(visit: Fact, reached: str) -> None:
    """Where the visit was made, as its tenant says."""
    assert set(unreached(visit)) == AREAS - {reached}


@pytest.mark.parametrize(
    "visit",
    [
        pytest.param(inspected("2020-03-20 10:00"), id="before the campaign"),
        pytest.param(inspected("2020-04-01 10:00", team_id=None), id="by nobody's team"),
        pytest.param(inspected("2020-04-01 10:00", team_id="team-99"), id="by a team that the notice does not have"),
        pytest.param(inspected("2020-04-01 10:00", tenant="330500"), id="in another city"),
    ],
)
def test_what_reaches_no_area(visit: Fact) -> None:
    """Only a team's visit within the campaign counts."""
    assert set(unreached(visit)) == AREAS


def test_a_visit_after_the_end_clears_it() -> None:
    """It came late: the miss stays on record."""
    assert unreached(inspected("2020-04-20 10:00"))["330482"] == ["raised", "cleared"]


# ------------------------------------------------------------------ sectors

WENZHOU = ("wenzhou-2020",)
NINE = {"道路交通", "火灾防控", "危化品", "加工制造", "建筑施工", "渔业船舶", "城镇燃气", "水上交通", "城乡房屋安全"}


def listed(when: str = "2020-04-01 09:00", *, known: str | None = None, **data: Any) -> Fact:
    words = {"listing_id": "G-1", "subject": {"kind": "site", "id": "S-1"}, "level": "county", "until": "2020-08-01"}
    return fact("listing.opened", when, known=known, tenant="330302", id_=f"listed/{when}", **(words | data))


def hazard(sector: str, hazard_id: str = "H-1", when: str = "2020-03-30 09:00") -> Fact:
    return fact(
        "hazard.reported", when, tenant="330302", id_=hazard_id, hazard_id=hazard_id, level="major", category="x",
        description="y", site_id="S-9", sector=sector, found_by="inspection",
    )  # fmt: skip


def registered(sector: str, when: str = "2020-03-30 09:00") -> Fact:
    site = {"id": "S-1", "name": "示范厂", "address": "x", "kind": "unit", "sector": sector}
    return fact("site.registered", when, tenant="330302", id_=f"site/{sector}", site=site)


def without_listing(*facts: Fact) -> set[str]:
    records = decide(*facts, until="2020-05-01", packs=WENZHOU)
    return {
        one.subject.id.removeprefix("listing/")
        for one in records
        if one.rule == RULE and one.subject.kind == "target" and one.status == "raised"
    }


@pytest.mark.parametrize(
    ("facts", "covered"),
    [
        pytest.param([], set(), id="nothing was listed"),
        pytest.param([registered("建筑施工"), listed()], {"建筑施工"}, id="a registered site of the sector"),
        pytest.param([listed(), registered("建筑施工")], {"建筑施工"}, id="the listing came first"),
        pytest.param([hazard("危化品"), listed(hazard_ids=["H-1"])], {"危化品"}, id="a hazard of the sector"),
        pytest.param([hazard("危险化学品"), listed(hazard_ids=["H-1"])], {"危化品"}, id="the sector's other name"),
        pytest.param([registered("建筑施工"), listed("2020-03-01 09:00")], set(), id="listed before the campaign"),
        pytest.param([registered("建筑施工"), listed("2020-04-20 09:00")], set(), id="listed after its end"),
        pytest.param([listed()], set(), id="a listing of which nobody knows the sector"),
        pytest.param([registered("低空经济"), listed()], set(), id="a sector that the notice does not name"),
    ],
)
def test_in_every_key_sector_something_is_listed(facts: list[Fact], covered: set[str]) -> None:
    """At the campaign's end the sectors without a listing are said."""
    assert without_listing(*facts) == NINE - covered


# ------------------------------------------------------------------ sites


def law_with_sites(**sort: Any) -> Any:
    words = {
        "id": "crowded",
        "title": "人员密集场所",
        "clauses": ["S2-30"],
        "begins": "2023-05-01",
        "ends": "2023-06-30",
    }
    return law_with(pack(rules={RULE: {"clauses": ["S2-30"], "sites": [words | sort]}}))


def place(when: str = "05-05", **site: Any) -> Fact:
    words = {"id": "S-1", "name": "示范酒店", "address": "x", "kind": "place", "sector": "消防", "capacity": 30}
    return fact("site.registered", when, id_=f"place/{when}", site=words | site)


def visit(when: str, **data: Any) -> Fact:
    words = {"inspection_id": f"I/{when}", "kind": "routine", "site_id": "S-1", "found": 0} | data
    return fact("inspection.completed", when, id_=f"visit/{when}", **words)


MISSED = "coverage crowded S-1 raised 07-01 00:00"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([place()], [MISSED], id="nobody inspected it"),
        pytest.param([place(capacity=29)], [], id="twenty-nine people"),
        pytest.param([place(capacity=30.0)], [MISSED], id="thirty written as 30.0"),
        pytest.param([place(capacity=None)], [], id="nobody knows how many"),
        pytest.param([place(), visit("06-30 23:00")], [], id="inspected on the last day"),
        pytest.param([place(), visit("04-30 12:00")], [MISSED], id="inspected before"),
        pytest.param([place(), visit("06-01", kind="self_check")], [MISSED], id="its own check is no inspection"),
        pytest.param(
            [place(), visit("07-03 09:00")],
            [MISSED, "coverage crowded S-1 cleared 07-03 09:00"],
            id="inspected too late",
        ),
        pytest.param([place("07-02")], [], id="registered after the end"),
        pytest.param([place(), place("05-20", capacity=10)], [], id="a newer entry says that it is small"),
    ],
)
def test_every_site_of_a_sort_is_inspected(facts: list[Fact], expected: list[str]) -> None:
    """容纳30人以上: thirty included."""
    assert told(under(law_with_sites(capacity=30), *facts, until="2023-07-10"), RULE) == expected


@pytest.mark.parametrize(
    ("sort", "binds"),
    [
        pytest.param({"tags": ["key_unit"]}, True, id="by tag"),
        pytest.param({"tags": ["high_risk"]}, False, id="by another tag"),
        pytest.param({"sectors": ["消防"]}, True, id="by sector"),
        pytest.param({"sectors": ["旅游"]}, False, id="by another sector"),
        pytest.param({"kinds": ["place"]}, True, id="by kind"),
        pytest.param({"kinds": ["project"]}, False, id="by another kind"),
    ],
)
def test_a_sort_is_told_apart(sort: dict[str, Any], binds: bool) -> None:
    """By tags, sectors and kinds of sites."""
    records = under(law_with_sites(**sort), place(tags=["key_unit"]), until="2023-07-10")

    assert bool(told(records, RULE)) is binds


def test_a_rule_that_names_no_list_of_the_pack_is_refused() -> None:
    """Areas and teams are unit lists of the same pack."""
    rules = {RULE: {"clauses": ["S1-23"], "areas": {"areas": "areas", "teams": "teams", "clauses": ["S1-23"]}}}

    with pytest.raises(ValidationError, match="rule coverage: no unit list 'teams'; lists: areas"):
        pack(rules=rules, units={"areas": [{"id": "331081001"}]})


def test_without_a_campaign_no_area_is_missed() -> None:
    """Areas and sectors are reached within a campaign; a pack without one asks for nothing."""
    parameters = Parameters.model_validate(
        {"clauses": ["S0-16"], "sectors": {"sectors": ["消防"], "clauses": ["S0-16"]}}
    )
    where = Jurisdiction(committee="331081", divisions=all_divisions())

    assert list(find_in_campaign(Reach("331081"), parameters, where)) == []
