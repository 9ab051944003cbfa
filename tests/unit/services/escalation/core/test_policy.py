"""The packs that ship: what the interface names, and nothing that names something that is not there."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from contracts.facts import Fact
from policies import files
from services.escalation.core.calendar import SHANGHAI
from services.escalation.core.policy import AfterAccident, Pack, parse_pack
from services.escalation.core.schedules import AfterMilestone, AfterStages, KeyPeriodDays
from tests.unit.lishui import COUNTIES, ZONE, ZONE_UNITS
from tests.unit.services.escalation.accidents import WENZHOU, decide, pack, told
from tests.unit.services.escalation.stories import fact, report

PACKS = {path.stem: parse_pack(raw) for path, raw in files.packs()}
OURS = ["weihai-2021", "lishui-2016", "lishui-zone-2016", "wenzhou-2020"]

AREAS = ["371002", "371003", "371071", "371072", "371073", "371074", "371082", "371083"]
DEPARTMENTS = 10


def units(one: Pack, obligation: str) -> list[str]:
    """Who owes it."""
    return sorted(unit.id for name in one.obligations[obligation].units for unit in one.units[name])


@pytest.mark.parametrize(
    ("name", "obligations"),
    [
        pytest.param(
            "weihai-2021",
            [
                "accident_handling",  # the one more of ADR 18
                "cancellation_list",
                "implementation_report",
                "learning",
                "meeting_report",
                "quarterly_analysis",
                "self_review",
                "standing_meeting",
                "warning_meeting",
            ],
            id="威海",
        ),
        pytest.param(
            "lishui-2016",
            [
                "action_plan",
                "channel_check",  # the three more of ADR 47
                "duty_report",
                "duty_roster",
                "final_summary",
                "self_assessment",
                "stage_report",
            ],
            id="丽水",
        ),
        pytest.param("lishui-zone-2016", ["stage_report"], id="丽水经开区"),
        pytest.param("wenzhou-2020", [], id="温州 owes none"),
    ],
)
def test_the_obligations_are_those_of_the_interface(name: str, obligations: list[str]) -> None:
    """Interface section 2, the table of obligation ids, and what an ADR added."""
    assert sorted(PACKS[name].obligations) == obligations


def test_who_owes_what() -> None:
    """Areas by their codes, zones included; departments and the zone's units by their names."""
    weihai, lishui, zone = (PACKS[name] for name in OURS[:3])

    assert [unit for unit in units(weihai, "cancellation_list") if unit.isdigit()] == AREAS
    assert len(units(weihai, "cancellation_list")) == len(AREAS) + DEPARTMENTS
    assert [unit for unit in units(lishui, "stage_report") if unit.isdigit()] == sorted([*COUNTIES, ZONE])
    assert units(zone, "stage_report") == sorted(ZONE_UNITS)


def test_the_child_adds_units_and_shortens_the_term() -> None:
    """The zone's units report two days after a stage, the city's three: a child may only shorten (trap T1)."""
    terms = {}
    for name in ("lishui-2016", "lishui-zone-2016"):
        when = PACKS[name].obligations["stage_report"].when
        assert isinstance(when, AfterStages)
        terms[name] = (when.within.count, [(stage.id, stage.ends, stage.ends_with) for stage in when.stages])

    assert (terms["lishui-2016"][0], terms["lishui-zone-2016"][0]) == (3, 2)
    assert terms["lishui-2016"][1] == terms["lishui-zone-2016"][1]


def _anchors(one: Pack) -> Iterator[str]:
    """Every milestone that the pack leans on."""
    yield from (stage.ends_with for stage in one.stages)
    for period in one.key_periods:
        yield from (period.begins_with, period.ends_with)
    for obligation in one.obligations.values():
        when = obligation.when
        if isinstance(when, AfterStages):
            yield from (stage.ends_with for stage in when.stages)
        elif isinstance(when, AfterMilestone):
            yield when.milestone
        elif isinstance(when, KeyPeriodDays):
            yield from (milestone for window in when.windows for milestone in window)
        elif isinstance(when, AfterAccident):
            yield when.until_milestone


@pytest.mark.parametrize("name", OURS)
def test_every_milestone_is_declared(name: str) -> None:
    """An anchor that names nothing would never be armed, silently (trap T3)."""
    one = PACKS[name]

    assert {anchor for anchor in _anchors(one) if anchor} <= set(one.milestones)


@pytest.mark.parametrize("name", OURS)
def test_every_lead_is_a_unit_of_the_pack(name: str) -> None:
    """A sector that leads to nobody would talk to nobody."""
    one = PACKS[name]
    known = {unit.id for listed in one.units.values() for unit in listed}

    assert {lead for sector in one.sectors for lead in sector.leads} | {one.fallback_lead} <= known


@pytest.mark.parametrize("name", OURS)
def test_no_spelling_means_two_units(name: str) -> None:
    """Nor two sectors."""
    one = PACKS[name]
    spelt = [
        word for listed in one.units.values() for unit in listed for word in {unit.id, unit.name, *unit.also} if word
    ]
    sectors = [word for sector in one.sectors for word in {sector.name, *sector.also}]

    assert sorted(spelt) == sorted(set(spelt))
    assert sorted(sectors) == sorted(set(sectors))


def test_an_obligation_after_an_accident_has_one_term() -> None:
    """A span and a milestone together would be two."""
    when = {"kind": "accident", "within": {"count": 15, "unit": "calendar_day"}, "until_milestone": "standing_meeting"}

    with pytest.raises(ValidationError, match="a span or a milestone, not both"):
        pack(obligations={"m": {"rule": "warning_meeting", "title": "会", "clauses": ["S3-18"], "when": when}})


def test_wenzhou_wants_something_listed_in_each_of_its_nine_sectors() -> None:
    """The text says ten and enumerates nine (S0-05, S0-16); a listing's sector is that of its hazards."""
    found = report("2020-03-28 09:00", rectify_by="2020-06-20", sector="火灾防控", tenant="330381")
    listed = _listing("L-1", "site", "S-1", hazard_ids=["H-1"])

    records = decide(found, listed, until="2020-05-01", packs=WENZHOU)
    assert sorted(one.subject.id for one in records if one.rule == "coverage") == sorted(
        f"listing/{sector}"
        for sector in ("道路交通", "危化品", "加工制造", "建筑施工", "渔业船舶", "城镇燃气", "水上交通", "城乡房屋安全")
    )


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        pytest.param(
            "site",
            ["expired listed_supervision 2020-04-21", "T+30 suspension 2020-05-21"],
            id="S0-18: a long overdue unit is to stop production",
        ),
        pytest.param(
            "project",
            ["expired listed_supervision 2020-04-21", "stop_works suspension 2020-04-21"],
            id="S0-20: a project is to stop works",
        ),
        pytest.param(
            "area",
            ["consequence referral 2020-04-21", "expired listed_supervision 2020-04-21"],
            id="S0-19: an area's result is told to those who judge its officials",
        ),
    ],
)
def test_what_wenzhou_asks_when_a_listing_expires(kind: str, steps: list[str]) -> None:
    """The next level lists it, and each kind of subject has its own consequence; all of it is proposed."""
    records = decide(_listing("L-1", kind, "X-1"), until="2020-06-15", packs=WENZHOU)

    expired = [one for one in records if one.rule == "listing_expiry"]
    assert sorted(f"{one.step} {one.measure} {one.at.astimezone(SHANGHAI):%Y-%m-%d}" for one in expired) == sorted(
        steps
    )
    assert {one.status for one in expired} == {"proposed"}


def test_weihai_follows_a_tip_off_up_like_an_accident_and_counts_it_nowhere() -> None:
    """S3-12: the hazard is on the accident track; no warning meeting, no talk, no standing meeting follows."""
    tip = fact(
        "tip_off.received",
        "2021-06-01 08:00",
        tenant="371083",
        tip_off_id="T-1",
        hazard_id="H-1",
        category="fire_safety",
        description="通道堵塞",
    )
    found = report("2021-06-01 09:00", tenant="371083", found_by="tip_off", rectify_by="2021-06-20")

    records = decide(tip, found, until="2021-06-10")
    assert told(records, "accident_track") == ["accident_track H-1 accident_track provisional 2021-06-01 09:00"]
    assert [one for one in records if one.rule.startswith(("warning", "standing", "talk"))] == []


def _listing(listing_id: str, kind: str, subject: str, **more: object) -> Fact:
    return fact(
        "listing.opened",
        "2020-04-01",
        tenant="330381",
        id_=listing_id,
        listing_id=listing_id,
        subject={"kind": kind, "id": subject},
        level="county",
        until="2020-04-20",
        **more,
    )
