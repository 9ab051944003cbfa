"""What is kept from one fact to the next, and rules that are not asked: nobody can tell from the records."""

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.decisions import Decision
from contracts.facts import Fact
from policies import files
from services.escalation.core.case import Case, CaseKey, MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.core.policy import Pack
from tests.unit.services.escalation.stories import fact, law_of, moment, pass_deadlines, report

TENANTS = {
    "wenling-2023": "331081003",
    "jiaxing-2020": "330402",
    "wenzhou-2020": "330302",
    "lishui-2016": "331102",
    "weihai-2021": "371002",
}
DAY = timedelta(days=1)
WORDS = {
    "hazard.handed_over": {"to_unit": "应急管理所"},
    "hazard.escalated_up": {"to_unit": "市安委办"},
    "hazard.plan_filed": {
        "target_date": "2023-06-20",
        "interim_measures": "停用",
        "responsible": "u",
        "measures": "改",
    },
    "hazard.extension_decided": {"granted": True, "approver": "u", "reason": "汛期", "until": ""},
    "hazard.clock_suspended": {"approver": "u", "reason": "停产"},
    "hazard.clock_resumed": {"approver": "u", "reason": "复产"},
    "hazard.rectified": {"by": "u"},
    "hazard.closed": {},
    "hazard.regraded": {"level": "major", "reason": "复核"},
    "hazard.returned": {"reason": "不属本单位"},
    "hazard.reassigned": {"reason": "协调", "to_unit": "城建办"},
    "hazard.withdrawn": {"reason": "误报"},
    "hazard.rectification_refused": {"reason": "拒绝"},
}


def test_every_shipped_pack_is_tried() -> None:
    """A pack that is added is added here too."""
    assert set(TENANTS) == {path.stem for path in files.pack_files() if not files.read(path).get("child_of")}


@st.composite
def histories(draw: st.DrawFn, pack: str) -> tuple[datetime, list[Fact]]:
    """Facts about two hazards of one site in the first months of a pack, each with when it became known."""
    law, tenant = law_of(pack), TENANTS[pack]
    (own,) = law.versions(law.committee_of(tenant) or "")
    start = law.begins(own) + draw(st.sampled_from([0, 10, 60])) * DAY
    told = []
    for number in range(draw(st.integers(2, 14))):
        known = start + timedelta(hours=draw(st.integers(0, 24 * 60)), seconds=number)
        made = draw(_fact(number, tenant, start, own))
        happened = known - timedelta(hours=draw(st.sampled_from([0, 0, 1, 30, 200])))
        told.append(
            msgspec.structs.replace(
                made, id=f"E-{number}", committee=own.root, time=happened, recordedtime=happened, acceptedtime=known
            )
        )
    return start, sorted(told, key=lambda one: one.known_at)


@st.composite
def _fact(draw: st.DrawFn, number: int, tenant: str, start: datetime, pack: Pack) -> Fact:
    hazard = draw(st.sampled_from(["H-1", "H-1", "H-2"]))
    kind = draw(st.sampled_from(["report", "report", "reinspected", "enforcement", "correction", "void", *WORDS]))
    day = f"{start + draw(st.sampled_from([10, 30, 50])) * DAY:%Y-%m-%d}"
    if kind == "report":
        return report(
            "05-08",
            hazard,
            tenant=tenant,
            level=draw(st.sampled_from(["general", "major"])),
            found_by=draw(st.sampled_from(["inspection", "undercover", "superior", "tip_off", "self_check"])),
            rectify_by=draw(st.sampled_from([day, day, None])),
            inspection_id=f"I-{number}",
            sector=draw(st.sampled_from([sector.name for sector in pack.sectors] or ["工贸"])),
            fixed_on_the_spot=draw(st.sampled_from([None, None, True])),
            supervising_unit=draw(st.sampled_from([None, "甲办", "乙办"])),
        )
    if kind == "reinspected":
        words = {"passed": draw(st.booleans()), "inspection_id": f"R-{number}"}
        return fact("hazard.reinspected", "05-08", tenant=tenant, hazard_id=hazard, **words)
    if kind == "enforcement":
        words = {"kind": draw(st.sampled_from(["penalty", "accountability", "order"])), "document_no": f"D-{number}"}
        return fact("enforcement.recorded", "05-08", tenant=tenant, site_id="S-1", hazard_ids=[hazard], **words)
    if kind == "void":
        made = fact("hazard.rectified", "05-08", tenant=tenant)
        return msgspec.structs.replace(made, correction=f"E-{draw(st.integers(0, number + 3))}")
    if kind == "correction":
        made = fact("hazard.rectified", "05-08", tenant=tenant, hazard_id=hazard, by="v")
        return msgspec.structs.replace(made, correction=f"E-{draw(st.integers(0, number))}")
    words = WORDS[kind] | {name: day for name in ("until", "target_date") if name in WORDS[kind]}
    return fact(kind, "05-08", tenant=tenant, hazard_id=hazard, **words)


def run(
    law: Law, facts: list[Fact], until: datetime, *, from_scratch: bool, lag: timedelta
) -> tuple[list[Decision], dict[CaseKey, Case]]:
    engine, cases = Engine(law, from_scratch=from_scratch), MemoryCases()
    decisions: list[Decision] = []
    for one in facts:
        frontier = one.known_at - lag
        pass_deadlines(engine, cases, frontier)
        decisions += engine.apply_fact(one, cases, frontier)
    pass_deadlines(engine, cases, until)
    return decisions, cases.cases


@pytest.mark.parametrize("pack", sorted(TENANTS))
@settings(max_examples=60, deadline=None)
@given(data=st.data(), lag=st.sampled_from([timedelta(seconds=10), timedelta(days=3)]))
def test_going_on_and_beginning_from_scratch_is_one(pack: str, data: st.DataObject, lag: timedelta) -> None:
    """The same records in the same order, and the same cases to the last clock."""
    start, facts = data.draw(histories(pack))
    until = start + 400 * DAY

    going_on, from_scratch_ = (
        run(law_of(pack), facts, until, from_scratch=from_scratch, lag=lag) for from_scratch in (False, True)
    )

    assert going_on[0] == from_scratch_[0]
    assert going_on[1] == from_scratch_[1]


def test_a_rule_is_not_asked_about_what_it_does_not_read() -> None:
    """A hand-over moves no rule of the Wenling pack: what was armed stays armed, and the site hears nothing."""
    engine, cases = Engine(law_of("wenling-2023")), MemoryCases()
    engine.apply_fact(report("05-08"), cases)
    asked: list[CaseKey] = []
    read = cases.get
    cases.get = lambda key: asked.append(key) or read(key)  # type: ignore[method-assign, func-returns-value]

    engine.apply_fact(fact("hazard.handed_over", "05-08 10:00", hazard_id="H-1", to_unit="泽国镇"), cases)

    assert [key.kind for key in asked] == ["hazard"]
    assert cases.cases[CaseKey("331081", "hazard", "", "H-1")].next_at == moment("05-17")
