"""Lay out at once what an accident meets at its site: open hazards, plans, who answers, letters and talks (S0-10, S4-18)."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

import msgspec

from contracts.decisions import Decision
from services.escalation.core.cases.accident import Accident
from services.escalation.core.cases.hazard import Hazard

LETTERS: Final = (
    "notice_letter",
    "supervision_letter",
    "joint_supervision",
    "listed_supervision",
    "suspension",
    "penalty",
)
TALKS: Final = ("admonition_talk",)
OVER: Final = ("retracted", "rejected", "coalesced")


class OpenHazard(msgspec.Struct, frozen=True):
    """A hazard that was open when the accident happened; `is_open` says whether it still is."""

    hazard_id: str
    level: str
    description: str
    found_at: datetime
    due: datetime | None
    was_overdue: bool
    responsible_unit: str
    responsible_person: str
    has_plan: bool
    is_open: bool


class Told(msgspec.Struct, frozen=True):
    """A decision as it stands, and when it fell due: its record's own instant moves with its status."""

    decided_at: datetime
    decision: Decision


class Dossier(msgspec.Struct, frozen=True):
    """The site's file at the accident. `letters` and `talks` are what had been decided by then, the newest first."""

    accident_id: str
    happened_at: datetime
    tenant: str
    sector: str
    deaths: int | None
    site_id: str
    site_name: str
    hazards: tuple[OpenHazard, ...]
    letters: tuple[Told, ...]
    talks: tuple[Told, ...]


def dossier(accident: Accident, site_name: str, hazards: Iterable[Hazard], decisions: Iterable[Told]) -> Dossier:
    """The file of an accident; `decisions` are where those about its hazards, its site and its area stand."""
    happened = accident.time
    met = [one for one in hazards if _was_open(one, happened)]
    names = {one.hazard_id for one in met} | {accident.site_id, accident.area}
    told = sorted(
        (one for one in decisions if one.decided_at <= happened and _stands(one.decision, names)),
        key=lambda one: (one.decided_at, one.decision.decision_id),
        reverse=True,
    )
    return Dossier(
        accident_id=accident.accident_id,
        happened_at=happened,
        tenant=accident.tenant,
        sector=accident.sector,
        deaths=accident.deaths,
        site_id=accident.site_id,
        site_name=site_name,
        hazards=tuple(sorted((_shown(one, happened) for one in met), key=lambda one: (one.found_at, one.hazard_id))),
        letters=tuple(one for one in told if one.decision.measure in LETTERS),
        talks=tuple(one for one in told if one.decision.measure in TALKS),
    )


def _stands(decision: Decision, names: Collection[str]) -> bool:
    return decision.subject.id in names and decision.status not in OVER


def _was_open(hazard: Hazard, at: datetime) -> bool:
    return any(work.start <= at and (work.end is None or work.end > at) for work in hazard.work)


def _shown(hazard: Hazard, at: datetime) -> OpenHazard:
    levels = [level for since, level, _ in hazard.levels if since <= at]
    running = [term.due for term in hazard.terms if term.start <= at]
    plans = [fact for fact, _ in hazard.told("hazard.plan_filed") if fact.time <= at]
    return OpenHazard(
        hazard_id=hazard.hazard_id,
        level=levels[-1] if levels else hazard.report.level,
        description=hazard.report.description,
        found_at=hazard.found_at,
        due=running[-1] if running else None,
        was_overdue=any(late.start <= at and (late.end is None or late.end > at) for late in hazard.overdue),
        responsible_unit=hazard.report.responsible_unit,
        responsible_person=hazard.report.responsible_person,
        has_plan=bool(plans),
        is_open=hazard.done_at is None,
    )
