"""The kinds of case: how each is folded, what it gives to other cases, what is found in it, what else arms its clock."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from services.escalation.core import absence, accident_duties, duty_moves, site_duties, supervision, talks
from services.escalation.core.asking import Asked, Finds, of_pack, of_versions
from services.escalation.core.case import Case, CaseKey, Contribution, HazardAtSite, Missed, Owed
from services.escalation.core.cases import accident, area, committee, hazard, league, obligation, site
from services.escalation.core.contributions import SeenAgain, TipOff
from services.escalation.core.findings import Found
from services.escalation.core.heard import Heard
from services.escalation.core.law import Law
from services.escalation.core.moving import pack_of, terms, under_each
from services.escalation.core.partly import HAZARD, SITE, Partly
from services.escalation.core.policy import AfterAccident, Pack
from services.escalation.core.rules import (
    campaign_goal,
    due_soon,
    periodic_report,
    talk_duty_failure,
    talk_ranking,
    talk_sector,
)
from services.escalation.core.rules.registry import ABSENCES
from services.escalation.core.wording import site_context

Gifts = Iterator[tuple[CaseKey, Contribution]]


def _always(_gift: Contribution) -> bool:
    return True


class Kind(NamedTuple):
    """How one kind of case is folded, what it gives to others, what is found in it, and what else arms its clock.

    `takes_back`: whether a gift is withdrawn when the case no longer gives it; what a calendar opened stays open.
    """

    fold: Callable[[Law, Case], Any]
    gives: Callable[[Law, Case, Any, datetime], Gifts]
    find: Callable[[Law, Case, Any, Asked], Finds]
    arm: Callable[[Law, Case, Any, datetime], None]
    takes_back: Callable[[Contribution], bool] = _always
    partly: Partly | None = None


def _nothing(_law: Law, _case: Case, _state: Any, _now: datetime) -> Gifts:
    return iter(())


def _armed(_law: Law, _case: Case, _state: Any, _now: datetime) -> None:
    """The findings have armed the clock already."""


def _fold_hazard(law: Law, case: Case) -> hazard.Hazard | None:
    """The hazard as its facts tell it; what was folded before is kept where one more fact changes nothing of it."""
    known, facts = case.remembered, case.facts
    seen = next((gift for gift in case.inputs.values() if isinstance(gift, SeenAgain)), None) if case.inputs else None
    state: hazard.Hazard | None = known.state
    if state is None or known.folded != len(facts) or state.seen_again is not seen:
        one_more = state is not None and known.folded + 1 == len(facts) and state.seen_again is seen
        if state is None or not (one_more and state.hear_next(facts[-1], law.divisions)):
            state = hazard.fold(case.key.id, case.key.namespace, facts, law.divisions, seen)
            known.law = None
        known.state, known.folded = state, len(facts)
    if state is None:
        return None
    if known.law is not law:
        known.law, pack = law, pack_of(law, case, state.found_at)
        if pack is not None:
            where = law.where(pack)
            state.count_by(where.stock, where.calendar)
    if case.inputs:
        tip_offs = (gift for gift in case.inputs.values() if isinstance(gift, TipOff))
        state.tip_offs = tuple(sorted(tip_offs, key=lambda tip_off: tip_off.tip_off_id))
    else:
        state.tip_offs = ()
    return state


def _hazard_gives(law: Law, case: Case, state: hazard.Hazard, _now: datetime) -> Gifts:
    pack = pack_of(law, case, state.found_at)
    if case.inputs:
        yield from supervision.hazard_tells(law, case, state)
    if pack is None or not state.site_id:
        return
    context = site_context(state, law.where(pack))
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
            held=supervision.held(state),
            opened_in=state.first.tenant,
        ),
    )


def _bare(fact: Heard) -> Heard:
    return msgspec.structs.replace(fact, data=b"")


def _find_hazard(law: Law, case: Case, state: hazard.Hazard, asked: Asked) -> Finds:
    if case.moves:
        whole = asked._replace(until=None)  # the first that is to come may belong to another version's time
        spells = terms(law, case, law.pack_at(case.key.committee, state.found_at))
        return under_each(spells, lambda term: of_pack(law, "hazard", term.pack, state, whole))
    pack = law.pack_at(case.key.committee, state.found_at)
    return of_pack(law, "hazard", pack, state, asked) if pack else iter(())


def _fold_site(law: Law, case: Case) -> site.SiteHistory:
    return site.fold(case.key.id, case.facts, case.inputs.values(), law.divisions)


def _site_gives(law: Law, case: Case, state: site.SiteHistory, now: datetime) -> Gifts:
    opened, case.opened_to = case.opened_to, now
    if state.registrations:
        yield from site_duties.owed(state, case.key.committee, law, opened, now)
    yield from supervision.site_tells(law, case, state)


def _is_no_duty(gift: Contribution) -> bool:
    return not isinstance(gift, Owed)


def _arm_site(law: Law, case: Case, state: site.SiteHistory, now: datetime) -> None:
    if state.registrations:  # else nobody says yet what it is, and it owes nothing
        _arm_earlier(case, site_duties.next_opening(state, case.key.committee, law, now))


def _fold_obligation(law: Law, case: Case) -> obligation.Obligation | None:
    return obligation.fold(case.facts, case.inputs.values(), law.divisions)


def _pack_of(law: Law, owed: Owed) -> Pack | None:
    return next((pack for pack in law.packs if (pack.id, pack.version) == (owed.policy_id, owed.policy_version)), None)


def _obligation_gives(law: Law, case: Case, state: obligation.Obligation, now: datetime) -> Gifts:
    state = duty_moves.standing(law, case, state)
    owed, at, pack = state.owed, state.missed_at(), _pack_of(law, state.owed)
    binding = law.pack_at(case.key.committee, at) if at is not None else None
    if at is None or at > now or pack is None or binding is None or owed.of_site:
        return
    if talk_duty_failure.RULE in binding.rules and at >= law.begins(pack):
        kind = "area" if _is_division(owed.unit) else "department"
        missed = Missed(owed.obligation, owed.unit, owed.period, owed.title, owed.tenant, at)
        yield CaseKey(case.key.committee, kind, "", owed.unit), missed


def _find_obligation(law: Law, case: Case, state: obligation.Obligation, _asked: Asked) -> Finds:
    if not duty_moves.moves(law, case, state.owed):
        return _found_of(law, state)
    spells = duty_moves.spells(law, case, state)
    owed = {spell.term.after: spell.owed for spell in spells}
    return under_each((spell.term for spell in spells), lambda term: _found_of(law, state.owing(owed[term.after])))


def _found_of(law: Law, state: obligation.Obligation) -> Finds:
    owed = state.owed
    pack = _pack_of(law, owed)
    if pack is None:
        return
    version, begins, where, *_ = law.docket(pack, "obligation")
    found = [(owed.rule, finding) for finding in ABSENCES[owed.rule](state, where)]
    found += [(due_soon.RULE, finding) for finding in absence.reminders(state, where)]
    found += [(periodic_report.RULE, finding) for finding in absence.unsigned(state, where)]
    for rule, finding in found:
        if finding.at >= begins:
            yield Found(finding, rule, owed.clauses, version)


def _fold_accident(law: Law, case: Case) -> accident.Accident | None:
    key = case.key
    return accident.fold(key.id, key.namespace, case.facts, committee=key.committee, divisions=law.divisions)


def _binding(law: Law, case: Case, state: accident.Accident) -> Pack | None:
    """The pack that binds the accident, None where it happened before any did (S3-25)."""
    pack = law.pack_at(case.key.committee, state.time)
    return pack if pack is not None and law.begins(pack) <= state.time else None


def _accident_gives(law: Law, case: Case, state: accident.Accident, _now: datetime) -> Gifts:
    pack = _binding(law, case, state)
    if pack is None:
        return
    yield from accident_duties.with_a_span(state, pack, law.where(pack))
    yield CaseKey(case.key.committee, "area", "", state.area), state
    if talk_sector.RULE in pack.rules:
        yield from talks.summons(case.key.committee, "department", law.where(pack).leads.get(state.sector, ()))
    if campaign_goal.RULE in pack.rules or any(
        isinstance(spec.when, AfterAccident) and spec.when.until_milestone for spec in pack.obligations.values()
    ):
        yield _committee_key(case.key.committee), state


def _committee_key(root: str) -> CaseKey:
    return CaseKey(root, "committee", "", root)


def _find_accident(law: Law, case: Case, state: accident.Accident, asked: Asked) -> Finds:
    pack = _binding(law, case, state)
    return talks.ended(of_pack(law, "accident", pack, state, asked), talks.known_to(case)) if pack else iter(())


def _fold_area(_law: Law, case: Case) -> area.Area:
    gifts = case.inputs.values()
    accidents = (gift for gift in gifts if isinstance(gift, accident.Accident))
    missed = (gift for gift in gifts if isinstance(gift, Missed))
    return area.Area(
        id=case.key.id,
        kind=case.key.kind,
        accidents=tuple(sorted(accidents, key=lambda one: (one.time, one.key))),
        missed=tuple(sorted(missed, key=lambda one: (one.missed_at, one.obligation, one.period))),
    )


def _area_gives(_law: Law, case: Case, _state: area.Area, _now: datetime) -> Gifts:
    yield from talks.answers(case)


def _find_area(law: Law, case: Case, state: area.Area, asked: Asked) -> Finds:
    own = {(case.key.kind, case.key.id): talks.held(case.facts)} if case.facts else {}
    return talks.ended(of_versions(law, case, "area", state, asked), own)


def _league_gives(law: Law, case: Case, state: league.League, _now: datetime) -> Gifts:
    pack = supervision.league_pack(law, case, state)
    if pack is not None and talk_ranking.RULE in pack.rules:
        yield from talks.summons(case.key.committee, "area", (unit for _, unit in state.places))


def _find_league(law: Law, case: Case, state: league.League, asked: Asked) -> Finds:
    return talks.ended(_under("league", supervision.league_pack)(law, case, state, asked), talks.known_to(case))


def _fold_committee(_law: Law, case: Case) -> committee.Committee:
    return committee.fold(case.facts, case.inputs.values())


def _find_committee(law: Law, case: Case, state: committee.Committee, asked: Asked) -> Finds:
    return of_versions(law, case, "committee", accident.Accidents(state.accidents, state.milestones), asked)


def _packs(law: Law, case: Case, now: datetime) -> Sequence[Pack]:
    return law.packs_at(case.key.committee, now)


def _committee_gives(law: Law, case: Case, state: committee.Committee, now: datetime) -> Gifts:
    opened = case.opened_to
    case.opened_to = now if state.active_from is not None else None
    yield from supervision.charges(state, case.key.committee, law, opened, now)
    for opening in committee.openings(state, _packs(law, case, now), law.calendar_of(case.key.committee), opened, now):
        pack, unit, spec, period = opening.pack, opening.unit, opening.spec, opening.period
        tenant = unit.tenant or (unit.id if _is_division(unit.id) else pack.tenants[0])
        own = pack.tenants[0] if spec.acts == "committee" else tenant  # a child's committee is its own
        yield (
            CaseKey(case.key.committee, "obligation", "", f"{opening.obligation}/{unit.id}/{period.label}"),
            Owed(
                obligation=opening.obligation,
                rule=spec.rule,
                unit=unit.id,
                unit_name=unit.name or ("" if _is_division(unit.id) else unit.id),
                tenant=tenant,
                level=law.where(pack).acting(own, "own" if spec.acts == "committee" else spec.acts),
                period=period.label,
                period_name=period.name,
                title=spec.title,
                opened_at=period.opens_at,
                due=period.due,
                clauses=spec.clauses,
                policy_id=pack.id,
                policy_version=pack.version,
                firm=period.firm,
                begins=period.begins,
                remind=spec.remind,
                written=spec.written,
            ),
        )
    bound = ((one, _binding(law, case, one)) for one in state.accidents)
    for one, binding in ((one, binding) for one, binding in bound if binding is not None):
        yield from accident_duties.with_a_milestone(one, binding, law.where(binding), state)


def _is_opened_by_accident(gift: Contribution) -> bool:
    return isinstance(gift, Owed) and gift.subject_kind == "accident"


def _arm_committee(law: Law, case: Case, state: committee.Committee, now: datetime) -> None:
    calendar = law.calendar_of(case.key.committee)
    _arm_earlier(case, committee.next_opening(state, _packs(law, case, now), calendar, now))
    begins = (law.begins(pack) for pack in law.versions(case.key.committee))
    _arm_earlier(case, min((at for at in begins if at > now), default=None))


def _arm_earlier(case: Case, at: datetime | None) -> None:
    """Let the case's clock fire at `at` too, where that is earlier than what its findings armed."""
    case.next_at = min((moment for moment in (case.next_at, at) if moment is not None), default=None)


def _is_division(unit: str) -> bool:
    return unit.isascii() and unit.isdigit()


def _of_versions(kind: str) -> Callable[[Law, Case, Any, Asked], Finds]:
    return lambda law, case, state, asked: of_versions(law, case, kind, state, asked)


def _under(kind: str, pack_of: Callable[[Law, Case, Any], Pack | None]) -> Callable[[Law, Case, Any, Asked], Finds]:
    """The rules of the pack that the case says it stands under."""

    def find(law: Law, case: Case, state: Any, asked: Asked) -> Finds:
        pack = pack_of(law, case, state)
        return of_pack(law, kind, pack, state, asked) if pack else iter(())

    return find


def _find_listing(law: Law, case: Case, state: Any, asked: Asked) -> Finds:
    if case.moves:
        whole = asked._replace(until=None)
        spells = terms(law, case, law.pack_at(case.key.committee, state.opened.time))
        return under_each(spells, lambda term: of_pack(law, "listing", term.pack, state, whole))
    return _under("listing", supervision.listing_pack)(law, case, state, asked)


def _charged(law: Law, case: Case, _state: Any) -> Pack | None:
    return supervision.charged_by(law, case)


def _find_nothing(_law: Law, _case: Case, _state: Any, _asked: Asked) -> Finds:
    return iter(())


KINDS: dict[str, Kind] = {
    "hazard": Kind(
        _fold_hazard,
        _hazard_gives,
        _find_hazard,
        _armed,
        partly=HAZARD,
    ),
    "site": Kind(
        _fold_site,
        _site_gives,
        _of_versions("site"),
        _arm_site,
        _is_no_duty,
        partly=SITE,
    ),
    "obligation": Kind(_fold_obligation, _obligation_gives, _find_obligation, _armed),
    "accident": Kind(_fold_accident, _accident_gives, _find_accident, _armed),
    "area": Kind(_fold_area, _area_gives, _find_area, _armed),
    "department": Kind(_fold_area, _area_gives, _find_area, _armed),
    "committee": Kind(_fold_committee, _committee_gives, _find_committee, _arm_committee, _is_opened_by_accident),
    "team": Kind(supervision.fold_team, supervision.team_gives, _under("team", _charged), _armed),
    "campaign": Kind(supervision.fold_campaign, _nothing, _under("campaign", _charged), _armed),
    "target": Kind(supervision.fold_target, _nothing, _under("target", _charged), _armed),
    "listing": Kind(supervision.fold_listing, supervision.listing_gives, _find_listing, _armed),
    "tip_off": Kind(supervision.fold_tip_off, supervision.tip_off_gives, _find_nothing, _armed),
    "matter": Kind(supervision.fold_matter, _nothing, _under("matter", supervision.matter_pack), _armed),
    "league": Kind(supervision.fold_league, _league_gives, _find_league, _armed),
}
"""Every kind of case."""
