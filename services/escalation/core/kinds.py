"""The kinds of case: how each is folded, what it gives to other cases, what is found in it, what else arms its clock."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from services.escalation.core import absence
from services.escalation.core.case import Case, CaseKey, Contribution, HazardAtSite, Owed
from services.escalation.core.cases import committee, hazard, obligation
from services.escalation.core.cases.site import SiteHistory
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard
from services.escalation.core.law import Law
from services.escalation.core.policy import Pack
from services.escalation.core.rules.registry import RULES
from services.escalation.core.wording import hazard_context

Gifts = Iterator[tuple[CaseKey, Contribution]]
Finds = Iterator[tuple[Pack, str, tuple[str, ...], Finding]]


class Kind(NamedTuple):
    """How one kind of case is folded, what it gives to others, what is found in it, and what else arms its clock."""

    fold: Callable[[Law, Case], Any]
    gives: Callable[[Law, Case, Any, datetime], Gifts]
    find: Callable[[Law, Case, Any], Finds]
    arm: Callable[[Law, Case, Any, datetime], None]
    keeps_gifts: bool = False


def _nothing(_law: Law, _case: Case, _state: Any, _now: datetime) -> Gifts:
    return iter(())


def _armed(_law: Law, _case: Case, _state: Any, _now: datetime) -> None:
    """The findings have armed the clock already."""


def _fold_hazard(law: Law, case: Case) -> hazard.Hazard | None:
    state = hazard.fold(case.key.id, case.key.namespace, case.facts, law.divisions)
    pack = law.pack_at(case.key.committee, state.found_at) if state else None
    if state is not None and pack is not None:
        where = law.where(pack)
        state.terms = hazard.terms(state, where.stock, where.calendar)
        state.overdue = hazard.overdue_spans(state, state.terms)
    return state


def _hazard_gives(law: Law, case: Case, state: hazard.Hazard, _now: datetime) -> Gifts:
    pack = law.pack_at(case.key.committee, state.found_at)
    if pack is None or not state.site_id:
        return
    context = hazard_context(state, law.where(pack))
    context.pop("due", None)  # a site does not change when a deadline does
    yield (
        CaseKey(case.key.committee, "site", case.key.namespace, state.site_id),
        HazardAtSite(
            hazard_id=state.hazard_id,
            namespace=state.namespace,
            tenant=state.tenant,
            level=context.get("hazard_level", ""),
            repeat_key=state.repeat_key,
            found_by=state.report.found_by,
            reports=tuple((_bare(fact), report.inspection_id) for fact, report in state.reports),
            failures=tuple(
                (_bare(fact), follow.inspection_id)
                for fact, follow in state.told("hazard.reinspected")
                if not follow.passed
            ),
            closures=tuple(_bare(fact) for fact in state.closures),
            context=context,
        ),
    )


def _bare(fact: Heard) -> Heard:
    return msgspec.structs.replace(fact, data=b"")


def _find_hazard(law: Law, case: Case, state: hazard.Hazard) -> Finds:
    pack = law.pack_at(case.key.committee, state.found_at)
    return _rules_for(law, "hazard", pack, state) if pack else iter(())


def _fold_site(_law: Law, case: Case) -> SiteHistory:
    known = [gift for gift in case.inputs.values() if isinstance(gift, HazardAtSite)]
    return SiteHistory(case.key.id, tuple(sorted(known, key=lambda hazard: hazard.hazard_id)))


def _find_site(law: Law, case: Case, state: SiteHistory) -> Finds:
    if not state.hazards:
        return iter(())
    newest = max(fact.time for hazard in state.hazards for fact, _ in hazard.reports)
    pack = law.pack_at(case.key.committee, newest)
    return _rules_for(law, "site", pack, state) if pack else iter(())


def _fold_obligation(_law: Law, case: Case) -> obligation.Obligation | None:
    return obligation.fold(case.facts, case.inputs.values())


def _find_obligation(law: Law, _case: Case, state: obligation.Obligation) -> Finds:
    owed = state.owed
    for pack in law.packs:
        if (pack.id, pack.version) == (owed.policy_id, owed.policy_version):
            for finding in absence.missed(state, law.where(pack)):
                yield pack, owed.rule, owed.clauses, finding


def _fold_committee(_law: Law, case: Case) -> committee.Committee:
    return committee.fold(case.facts)


def _packs(law: Law, case: Case, now: datetime) -> Sequence[Pack]:
    return law.packs_at(case.key.committee, now)


def _committee_gives(law: Law, case: Case, state: committee.Committee, now: datetime) -> Gifts:
    opened = case.opened_to
    case.opened_to = now if state.active_from is not None else None
    for opening in committee.openings(state, _packs(law, case, now), law.calendar, opened, now):
        pack, unit, spec, period = opening.pack, opening.unit, opening.spec, opening.period
        tenant = unit.tenant or (unit.id if unit.id.isascii() and unit.id.isdigit() else pack.tenants[0])
        yield (
            CaseKey(case.key.committee, "obligation", "", f"{opening.obligation}/{unit.id}/{period.label}"),
            Owed(
                obligation=opening.obligation,
                rule=spec.rule,
                unit=unit.id,
                unit_name=unit.name or ("" if unit.id.isdigit() else unit.id),
                tenant=tenant,
                level=spec.acts or law.divisions.level_of(pack.tenants[0]),
                period=period.label,
                title=spec.title,
                opened_at=period.opens_at,
                due=period.due,
                clauses=spec.clauses,
                policy_id=pack.id,
                policy_version=pack.version,
            ),
        )


def _arm_committee(law: Law, case: Case, state: committee.Committee, now: datetime) -> None:
    case.next_at = committee.next_opening(state, _packs(law, case, now), law.calendar, now)


def _find_nothing(_law: Law, _case: Case, _state: Any) -> Finds:
    return iter(())


def _rules_for(law: Law, kind: str, pack: Pack, state: Any) -> Finds:
    """What every rule of `pack` that reads this kind of case finds."""
    where = law.where(pack)
    for name, parameters in pack.rules.items():
        rule = RULES[name]
        if rule.kind == kind and rule.find is not None:
            for finding in rule.find(state, parameters, where):
                yield pack, name, parameters.clauses, finding


KINDS: dict[str, Kind] = {
    "hazard": Kind(_fold_hazard, _hazard_gives, _find_hazard, _armed),
    "site": Kind(_fold_site, _nothing, _find_site, _armed),
    "obligation": Kind(_fold_obligation, _nothing, _find_obligation, _armed),
    "committee": Kind(_fold_committee, _committee_gives, _find_nothing, _arm_committee, keeps_gifts=True),
}
"""Every kind of case."""
