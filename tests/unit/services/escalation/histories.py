"""Random histories of two hazards and their site under each shipped pack, with late, corrected and voided news."""

from datetime import datetime, timedelta

import msgspec
from hypothesis import strategies as st

from contracts.facts import Fact
from services.escalation.core.policy import Pack
from tests.unit.services.escalation.stories import fact, law_of, report

TENANTS = {
    "wenling-2023": "331081003",
    "jiaxing-2020": "330402",
    "wenzhou-2020": "330302",
    "lishui-2016": "331102",
    "weihai-2021": "371002",
}
DAY = timedelta(days=1)
SITE = ("enforcement.recorded", "site.registered", "inspection.planned", "inspection.completed")
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
    kind = draw(st.sampled_from(["report", "report", "reinspected", "correction", "void", *SITE, *WORDS]))
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
    if kind in SITE:
        return draw(_of_site(kind, number, tenant, hazard, day))
    if kind == "void":
        made = fact("hazard.rectified", "05-08", tenant=tenant)
        return msgspec.structs.replace(made, correction=f"E-{draw(st.integers(0, number + 3))}")
    if kind == "correction":
        made = fact("hazard.rectified", "05-08", tenant=tenant, hazard_id=hazard, by="v")
        return msgspec.structs.replace(made, correction=f"E-{draw(st.integers(0, number))}")
    words = WORDS[kind] | {name: day for name in ("until", "target_date") if name in WORDS[kind]}
    return fact(kind, "05-08", tenant=tenant, hazard_id=hazard, **words)


@st.composite
def _of_site(draw: st.DrawFn, kind: str, number: int, tenant: str, hazard: str, day: str) -> Fact:
    if kind == "enforcement.recorded":
        words = {"kind": draw(st.sampled_from(["penalty", "accountability", "order"])), "document_no": f"D-{number}"}
        return fact(kind, "05-08", tenant=tenant, site_id="S-1", hazard_ids=[hazard], **words)
    if kind == "site.registered":
        site = {"id": "S-1", "name": "示范机械厂", "address": "示范路1号", "kind": "unit", "sector": "工贸"}
        owner = draw(st.sampled_from([{}, {"supervising_unit": "甲办", "responsible_person": "p-1"}]))
        tags = draw(st.sampled_from([[], ["high_risk"], ["hazardous_chemicals", "crowded"]]))
        return fact(kind, "05-08", tenant=tenant, site=site | owner | {"tags": tags})
    inspection = f"I-{draw(st.integers(0, number))}"  # perhaps the one that a report names
    if kind == "inspection.planned":
        return fact(kind, "05-08", tenant=tenant, site_id="S-1", inspection_id=inspection, planned_on=day)
    words = {"kind": draw(st.sampled_from(["routine", "undercover"])), "found": draw(st.integers(0, 2))}
    return fact(kind, "05-08", tenant=tenant, site_id="S-1", inspection_id=inspection, **words)
