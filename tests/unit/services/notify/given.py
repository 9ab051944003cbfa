"""Decisions, rosters and routes for the tests of notify, each with one thing to change."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.decisions import Decision, PolicyVersion, Subject
from contracts.divisions import Division, Divisions
from contracts.vocabulary import Level, Measure, RuleId, Status, SubjectKind
from services.notify.core.notice import Notice
from services.notify.core.passage import Passage, Situation
from services.notify.core.pipeline import PLANNING, through
from services.notify.core.places import Places
from services.notify.core.roster import Roster, Seat
from services.notify.core.routes import Routes, routes_from
from services.notify.core.suppression import Silence, Switches, TenantRule

NOW = datetime(2023, 5, 21, 0, 0, 20, tzinfo=UTC)
DUE = datetime(2023, 5, 20, 16, 0, tzinfo=UTC)  # 2023-05-21T00:00 in Shanghai
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


DIVISIONS = Divisions(
    Division(code=code, name=name, parent=parent, level=level)
    for code, name, parent, level in (
        ("330000", "浙江省", "", Level.PROVINCE),
        ("331000", "台州市", "330000", Level.CITY),
        ("331081", "温岭市", "331000", Level.COUNTY),
        ("331081001", "太平街道", "331081", Level.TOWN),
        ("331081003", "城西街道", "331081", Level.TOWN),
    )
)
PLACES = Places(DIVISIONS)

TREE: dict[str, Any] = {
    "version": 1,
    "roles": {"office": "安委办", "duty": "值班员", "leader": "分管领导"},
    "route": {
        "name": "默认",
        "to": ["office"],
        "routes": [
            {
                "name": "即时报告",
                "match": {"measure": ["instant_report"]},
                "to": ["duty@committee", "leader@committee"],
                "channels": ["email", "webhook"],
                "urgent": True,
            },
        ],
    },
}


def decision(**changes: Any) -> Decision:
    """A hazard of 太平街道 that became overdue when 2023-05-20 ended."""
    told: dict[str, Any] = {
        "decision_id": "d-1",
        "at": DUE,
        "known_at": DUE,
        "tenant": "331081001",
        "level": Level.TOWN,
        "rule": RuleId.OVERDUE,
        "step": "first",
        "measure": Measure.REMIND,
        "status": Status.RAISED,
        "subject": Subject(kind=SubjectKind.HAZARD, id="H-1"),
        "clauses": ("S2-22",),
        "policy": PolicyVersion(id="wenling-2023", version="1"),
        "reason": "隐患 H-1 整改期限为2023年5月20日，至今未整改。",
        "facts": ("e-1",),
        "late_recorded": False,
        "occurrence": "0",
        "committee": "331081",
        "since": DUE,
        "context": {
            "description": "疏散通道被货物堵塞",
            "site_name": "甲一机械有限公司",
            "sector": "工贸",
            "hazard_level": "general",
            "rectify_by": "2023-05-20",
        },
    }
    return Decision(**(told | changes))


def seat(role: str = "office", unit: str = "331081001", **changes: Any) -> Seat:
    """A holder of a role with an e-mail address of its own."""
    told: dict[str, Any] = {
        "role": role,
        "unit": unit,
        "holder": f"{role}-{unit}",
        "addresses": {"email": f"{role}.{unit}@example.cn", "webhook": f"https://hooks.example.cn/{role}/{unit}"},
        "since": LONG_AGO,
    }
    return Seat(**(told | changes))


ROSTER = Roster(
    [
        seat("office", "331081001"),
        seat("office", "331081"),
        seat("duty", "331081"),
        seat("leader", "331081"),
    ]
)


def routes(**changes: Any) -> Routes:
    """The routes above, with members of the root node replaced."""
    return routes_from({**TREE, "route": {**TREE["route"], **changes}})


def situation(
    *,
    now: datetime = NOW,
    tree: Routes | None = None,
    roster: Roster = ROSTER,
    tenants: Mapping[str, TenantRule] | None = None,
    silences: tuple[Silence, ...] = (),
    stopped: bool = False,
) -> Situation:
    """The world of the tests: nothing is switched off."""
    switches = Switches(tenants=tenants or {}, silences=silences, stopped=stopped)
    return Situation(now=now, routes=tree or routes(), roster=roster, places=PLACES, switches=switches)


def planned(told: Decision, world: Situation | None = None, *, earlier: tuple[Notice, ...] = ()) -> tuple[Notice, ...]:
    """The notices of one decision as the planning stages leave them."""
    passage = through(PLANNING, Passage(decision=told, earlier=earlier), world or situation())
    return passage.notices


def later(**span: float) -> datetime:
    """Some time after NOW."""
    return NOW + timedelta(**span)
