"""Build the facts of undercover teams in Jiaxing: visits, what they find, hand-overs, corrections."""

from typing import TYPE_CHECKING, Any

import msgspec

from contracts.facts import Fact
from tests.unit.services.reporting.facts import at, fact

if TYPE_CHECKING:
    from datetime import datetime

COMMITTEE = "330400"
TOWN = "330402001"


def visit(time: str, *, inspection: str, site: str = "S-1", team: str = "team-1", **more: Any) -> Fact:
    """One completed undercover inspection."""
    said = {
        "inspection_id": inspection,
        "kind": "undercover",
        "site_id": site,
        "found": 0,
        "team_id": team,
        "unannounced": True,
    }
    return said_at("inspection.completed", time, f"v-{inspection}", said, **more)


def found(time: str, hazard_id: str, *, inspection: str | None = "I-1", site: str = "S-1", **data: Any) -> Fact:
    """One hazard that a team found."""
    more = {name: data.pop(name) for name in ("correction", "event_id", "accepted", "tenant") if name in data}
    said = {
        "hazard_id": hazard_id,
        "level": "general",
        "category": "消防",
        "description": f"{hazard_id}：疏散通道被货物堵塞",
        "site": {
            "id": site,
            "name": f"示范{site}有限公司",
            "address": f"示范路{site[2:]}号",
            "kind": "unit",
            "sector": "消防",
        },
        "sector": "消防",
        "found_by": "undercover",
        "rectify_by": "2020-04-10",
        "inspection_id": inspection,
        "evidence_kept": True,
        **data,
    }
    said = {name: value for name, value in said.items() if value is not None}
    event_id = more.pop("event_id", f"r-{hazard_id}")
    return said_at("hazard.reported", time, event_id, said, **more)


def then(subject: str, time: str, hazard_id: str, **data: Any) -> Fact:
    """What followed: `then("handed_over", "2020-04-02 18:00", "H-1", to_unit="…")`."""
    more = {name: data.pop(name) for name in ("correction", "event_id", "accepted", "tenant") if name in data}
    event_id = more.pop("event_id", f"{subject}-{hazard_id}-{time}")
    return said_at(f"hazard.{subject}", time, event_id, {"hazard_id": hazard_id, **data}, **more)


def said_at(
    subject: str,
    time: str,
    event_id: str,
    data: dict[str, Any],
    *,
    tenant: str = TOWN,
    correction: str | None = None,
    accepted: str = "",
) -> Fact:
    """One fact of Jiaxing's committee."""
    moment: datetime = at(time)
    built = fact(
        subject,
        moment,
        event_id=event_id,
        tenant=tenant,
        correction=correction,
        accepted=at(accepted) if accepted else None,
    )
    return msgspec.structs.replace(built, committee=COMMITTEE, data=msgspec.Raw(msgspec.json.encode(data)))


def a_day() -> list[Fact]:
    """Two days of two teams; on 2 April team 1 visits three sites and finds four hazards."""
    return [
        visit("2020-03-28 09:00", inspection="I-0"),
        found("2020-03-28 09:30", "H-0", inspection="I-0"),
        then("handed_over", "2020-03-28 17:00", "H-0", to_unit="示范街道"),
        visit("2020-04-02 09:00", inspection="I-1", site="S-1"),
        visit("2020-04-02 10:00", inspection="I-2", site="S-2"),
        visit("2020-04-02 11:00", inspection="I-3", site="S-3"),
        visit("2020-04-02 15:00", inspection="I-4", site="S-1"),
        found("2020-04-02 09:20", "H-1", inspection="I-1", level="major"),
        then("handed_over", "2020-04-02 16:00", "H-1", to_unit="示范区应急管理局"),
        found("2020-04-02 10:20", "H-2", inspection="I-2", site="S-2", fixed_on_the_spot=True, rectify_by=None),
        found("2020-04-02 10:40", "H-3", inspection="I-2", site="S-2"),
        found("2020-04-02 15:20", "H-4", inspection="I-4"),
        then("handed_over", "2020-04-02 17:00", "H-4", to_unit="示范街道"),
        then("rectified", "2020-04-03 09:00", "H-4", by="示范公司"),
        then("rectified", "2020-04-03 10:00", "H-0", by="示范公司"),
        visit("2020-04-02 09:00", inspection="J-1", site="T-1", team="team-2", tenant="330411002"),
        found("2020-04-02 09:10", "K-1", inspection="J-1", site="T-1", tenant="330411002"),
    ]


def correction() -> Fact:
    """On the evening of the 3rd: H-3 was major."""
    return found(
        "2020-04-03 20:00",
        "H-3",
        inspection="I-2",
        site="S-2",
        level="major",
        correction="r-H-3",
        event_id="fix-H-3",
    )
