"""A listing whose term is over goes to the next level; long overdue, production or works are to stop (S0-17..20, S2-28)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import pack
from tests.unit.services.escalation.stories import fact, law_of, live, moment, settle
from tests.unit.services.escalation.visits import correcting, decide, told, voiding

RULE = "listing_expiry"
LUCHENG = "330302"
WENZHOU = ("wenzhou-2020",)


def listing(kind: str, when: str, *, known: str | None = None, tenant: str = LUCHENG, **data: Any) -> Fact:
    words = {"listing_id": "G-1"} | data
    return fact(f"listing.{kind}", when, known=known, tenant=tenant, id_=f"{kind}/{when}/{tenant}", **words)


def opened(when: str = "2020-03-28 09:00", until: str = "2020-04-10", subject: str = "site", **data: Any) -> Fact:
    words = {"subject": {"kind": subject, "id": "S-1"}, "level": "county", "until": until} | data
    return listing("opened", when, **words)


def extended(when: str, until: str, **data: Any) -> Fact:
    return listing("extended", when, until=until, approver="市安委办", **data)


def lifted(when: str, **data: Any) -> Fact:
    return listing("lifted", when, accepted_by="验收组", **data)


EXPIRED = "listing_expiry expired S-1 proposed 04-11 00:00"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([opened()], [EXPIRED], id="nobody lifted it"),
        pytest.param([opened("2020-02-01", "2020-03-20")], [], id="over before the notice"),
        pytest.param([opened(), lifted("2020-04-10 23:59")], [], id="lifted on the last day"),
        pytest.param(
            [opened(), lifted("2020-04-12 09:00")],
            [EXPIRED, "listing_expiry expired S-1 cleared 04-12 09:00"],
            id="lifted too late",
        ),
        pytest.param([opened(), extended("2020-04-08 09:00", "2020-06-30")], [], id="extended in time"),
        pytest.param(
            [opened(), extended("2020-04-12 09:00", "2020-06-30")],
            [EXPIRED, "listing_expiry expired S-1 cleared 04-12 09:00"],
            id="extended too late: the expiry stays on record",
        ),
        pytest.param(
            [opened(), extended("2020-04-08 09:00", "2020-04-20")],
            ["listing_expiry expired S-1 proposed 04-21 00:00"],
            id="the extension runs out",
        ),
        pytest.param(
            [opened(), extended("2020-04-08 09:00", "2020-06-30", known="2020-04-12 09:00")],
            [EXPIRED, "listing_expiry expired S-1 retracted 04-12 09:00"],
            id="extended in time, recorded late: retracted",
        ),
        pytest.param(
            [opened(until="2020-04-10T18:00:00+08:00")],
            ["listing_expiry expired S-1 proposed 04-10 18:00"],
            id="a term with a time of day",
        ),
        pytest.param(
            [opened(), lifted("2020-04-05 09:00"), opened("2020-04-08 09:00", until="2020-04-20")],
            ["listing_expiry expired S-1 proposed 04-21 00:00"],
            id="lifted and listed again",
        ),
        pytest.param(
            [opened(), extended("2020-04-08 09:00", "2020-06-30", tenant="330303")],
            [EXPIRED],
            id="another county extends nothing",
        ),
        pytest.param(
            [opened(), extended("2020-04-08 09:00", "2020-06-30", tenant="330300")], [], id="the city above it does"
        ),
        pytest.param([extended("2020-04-08 09:00", "2020-06-30")], [], id="an extension of what nobody opened"),
    ],
)
def test_the_next_level_is_to_list_what_expired(facts: list[Fact], expected: list[str]) -> None:
    """At 24:00 of the last day; an extension or the lifting ends it."""
    assert told(decide(*facts, until="2020-04-30", packs=WENZHOU), RULE) == expected


def said(*facts: Fact, until: str = "2020-06-30", packs: tuple[str, ...] = WENZHOU) -> list[tuple[str, ...]]:
    records = decide(*facts, until=until, packs=packs)
    return [
        (one.subject.kind, one.subject.id, str(one.measure), str(one.level))
        for one in records
        if one.rule == RULE and one.status == "proposed"
    ]


@pytest.mark.parametrize(
    ("level", "acts"),
    [pytest.param("town", "county"), pytest.param("county", "city"), pytest.param("city", "province")],
)
def test_the_level_rises_by_one(level: str, acts: str) -> None:
    """镇、县、市三级: what a town listed goes to the county, and so on."""
    assert said(opened(level=level), until="2020-04-12")[0] == ("site", "S-1", "listed_supervision", acts)


def test_works_stop_at_once_where_a_project_is_not_put_right() -> None:
    """限期整改不到位的，必须予以停工整顿 (S0-20): a named person still confirms it."""
    records = decide(opened(subject="project"), until="2020-04-12", packs=WENZHOU)

    stop = next(one for one in records if one.rule == RULE and one.measure == "suspension")

    assert (str(stop.status), stop.at) == ("proposed", moment("2020-04-11"))


def test_an_area_is_listed_and_never_suspended() -> None:
    """重点乡镇挂牌 (S0-19): its consequence is for officials."""
    town = opened(subject="area")
    measures = {measure for _, _, measure, _ in said(town)}

    assert ("suspension" in measures, "listed_supervision" in measures) == (False, True)


def test_a_long_overdue_listing_proposes_suspension() -> None:
    """温岭: thirty days after the term of a county's listing."""
    one = fact(
        "listing.opened", "05-04", tenant="331081", listing_id="G-1", subject={"kind": "site", "id": "S-1"},
        level="county", until="2023-05-31",
    )  # fmt: skip

    assert told(decide(one, until="2023-07-15", packs=("wenling-2023",)), RULE) == [
        "listing_expiry expired S-1 proposed 06-01 00:00",
        "listing_expiry T+30 S-1 proposed 07-01 00:00",
    ]


def test_two_listings_of_one_site_are_two() -> None:
    """They share the subject, not the decision."""
    records = decide(opened(), opened("2020-03-29 09:00", listing_id="G-2"), until="2020-04-12", packs=WENZHOU)

    assert len({one.decision_id for one in records if one.rule == RULE}) == 2


def test_a_corrected_term_counts_from_the_beginning() -> None:
    """What was proposed under the wrong day is taken back."""
    wrong = opened(until="2020-04-01")
    right = correcting(opened("2020-04-03 09:00"), wrong)

    assert told(decide(wrong, right, until="2020-04-30", packs=WENZHOU), RULE) == [
        "listing_expiry expired S-1 proposed 04-02 00:00",
        "listing_expiry expired S-1 retracted 04-03 09:00",
        EXPIRED,
    ]


def test_a_voided_listing_never_was() -> None:
    """An empty correction takes everything back."""
    wrong = opened(until="2020-04-01")

    assert told(decide(wrong, voiding(wrong, "2020-04-03 09:00"), until="2020-04-30", packs=WENZHOU), RULE) == [
        "listing_expiry expired S-1 proposed 04-02 00:00",
        "listing_expiry expired S-1 retracted 04-03 09:00",
    ]


def test_the_reason_can_be_read_out() -> None:
    """It names what is listed, by whom, since when it is over, and what is asked."""
    one = next(one for one in decide(opened(), until="2020-04-12", packs=WENZHOU) if one.rule == RULE)

    assert one.reason == "县级挂牌督办的单位（场所）S-1（G-1）整改期限为2020年4月10日，期满未摘牌，建议由市级挂牌督办。"


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(5)))
def test_the_order_of_arrival_does_not_matter(order: list[int]) -> None:
    """Opening, extensions, lifting and a second opening may come in any order."""
    facts = [
        opened(),
        extended("2020-04-12 09:00", "2020-04-20"),
        lifted("2020-04-25 09:00"),
        opened("2020-05-02 09:00", until="2020-05-10"),
        extended("2020-05-09 09:00", "2020-05-20"),
    ]
    until, here = moment("2020-07-30"), law_of(*WENZHOU)

    assert settle([facts[place] for place in order], until, here) == live(facts, until, here)


def test_two_steps_of_one_name_for_one_subject_are_refused() -> None:
    """For different subjects one name may stand twice."""
    step = {
        "step": "expired",
        "after": {"count": 0, "unit": "calendar_day"},
        "measure": "suspension",
        "subjects": ["site"],
    }
    pack(rules={RULE: {"clauses": ["S0-17"], "ladder": [step, step | {"subjects": ["project"]}]}})

    with pytest.raises(ValidationError, match="two steps for one kind of subject have one name"):
        pack(rules={RULE: {"clauses": ["S0-17"], "ladder": [step, step]}})
