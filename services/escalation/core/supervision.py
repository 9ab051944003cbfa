"""Fold what stands beside hazards and sites: listings, tip-offs, matters, teams, targets, campaigns, league tables.

Each function takes the law and a case, as the table of kinds wants them. A team, a target and a campaign exist because
a pack names them; the committee's case charges them, so that also what nobody ever reports on has a clock.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from operator import attrgetter

import msgspec

from services.escalation.core.calendar import midnight
from services.escalation.core.case import Case, CaseKey, Contribution
from services.escalation.core.cases import campaign, league, listing, matter, target, team, tip_off
from services.escalation.core.cases.committee import Committee
from services.escalation.core.cases.hazard import Hazard
from services.escalation.core.cases.site import SiteHistory
from services.escalation.core.cases.transfer import moves_of
from services.escalation.core.contributions import Charge, Listed, SectorListed, SeenAgain, Visited
from services.escalation.core.heard import Heard
from services.escalation.core.law import Law
from services.escalation.core.moving import pack_of
from services.escalation.core.policy import Pack
from services.escalation.core.rules import (
    accident_track,
    coverage,
    field_days,
    problem_list,
    recurrence,
    repeat_offence,
    target_behind,
)

Gifts = Iterator[tuple[CaseKey, Contribution]]


# ------------------------------------------------------------------ what a pack names: teams, targets, the campaign


def charges(state: Committee, committee: str, law: Law, opened_to: datetime | None, now: datetime) -> Gifts:
    """Charge what the committee's packs name, once each pack begins to bind."""
    if state.active_from is None:
        return
    for pack in law.versions(committee):
        begins = max(law.begins(pack), state.active_from)
        if begins > now or (opened_to is not None and begins <= opened_to):
            continue
        charge = Charge(pack.id, pack.version, pack.root, begins)
        for kind, name in _named(pack):
            yield CaseKey(committee, kind, "", name), charge


def _named(pack: Pack) -> Iterator[tuple[str, str]]:
    days, reach = pack.rules.get(field_days.RULE), pack.rules.get(coverage.RULE)
    lists = {days.teams} if isinstance(days, field_days.Parameters) else set()
    if isinstance(reach, coverage.Parameters):
        lists |= {reach.areas.teams} if reach.areas else set()
        if pack.campaign is not None and (reach.areas or reach.sectors):
            yield "campaign", pack.campaign.id
    for name in lists:
        for unit in pack.units[name]:
            yield "team", unit.id
    if target_behind.RULE in pack.rules:
        for aim in pack.targets:
            yield "target", aim.id


def charged_by(law: Law, case: Case) -> Pack | None:
    """The pack that names this case, None while none does."""
    charge = next((given for given in case.inputs.values() if isinstance(given, Charge)), None)
    if charge is None:
        return None
    wanted = (charge.policy_id, charge.policy_version)
    return next((pack for pack in law.packs if (pack.id, pack.version) == wanted), None)


def fold_team(law: Law, case: Case) -> team.Team | None:
    """A team that a pack names, with its visits."""
    pack = charged_by(law, case)
    if pack is None:
        return None
    unit = next((unit for units in pack.units.values() for unit in units if unit.id == case.key.id), None)
    if unit is None:
        return None
    visits = tuple(team.visits(case.facts, case.key.committee, unit.area, law.divisions))
    return team.Team(unit.id, unit.name or unit.id, unit.tenant or pack.root, unit.area, visits)


def team_gives(law: Law, case: Case, state: team.Team, _now: datetime) -> Gifts:
    """Tell the campaign which areas the team reached since it began."""
    pack = charged_by(law, case)
    if pack is None or pack.campaign is None or coverage.RULE not in pack.rules:
        return
    reached: dict[str, Heard] = {}
    for visit in state.visits:
        if visit.day >= pack.campaign.begins:
            reached.setdefault(visit.area, visit.told)
    if reached:
        areas = tuple(sorted(reached.items(), key=lambda pair: pair[0]))
        yield CaseKey(case.key.committee, "campaign", "", pack.campaign.id), Visited(areas)


def fold_campaign(law: Law, case: Case) -> campaign.Reach | None:
    """A campaign that a pack names, with what it reached."""
    pack = charged_by(law, case)
    return campaign.fold(pack.root, case.inputs.values(), law.where(pack).sectors) if pack else None


def fold_target(law: Law, case: Case) -> target.TargetProgress | None:
    """A target that a pack names, with what was said of it."""
    pack = charged_by(law, case)
    aim = next((aim for aim in pack.targets if aim.id == case.key.id), None) if pack else None
    if pack is None or aim is None:
        return None

    def unit_id(fact: Heard, unit: str) -> str:
        return law.unit_id(case.key.committee, unit, fact.tenant)

    return target.TargetProgress(
        id=aim.id,
        title=aim.title,
        tenant=pack.root,
        goal=aim.goal,
        unit_of_count=aim.unit_of_count,
        due=aim.due,
        approximate=aim.approximate,
        clauses=aim.clauses,
        said=tuple(target.progresses(aim.id, case.facts, unit_id)),
    )


# ------------------------------------------------------------------ what events open: listings, tip-offs, matters, tables


def fold_listing(law: Law, case: Case) -> listing.Listing | None:
    """A listing."""
    return listing.fold(case.key.id, case.facts, law.divisions)


def listing_pack(law: Law, case: Case, state: listing.Listing) -> Pack | None:
    """The pack in force when the listing was opened."""
    return pack_of(law, case, state.opened.time)


def listing_gives(law: Law, case: Case, state: listing.Listing, _now: datetime) -> Gifts:
    """Tell the hazards and the site that are listed, so that they can say in which sector."""
    if not _counts_sectors(listing_pack(law, case, state)):
        return
    word = Listed(state.listing_id, state.opened)
    for hazard_id in state.hazard_ids:
        yield CaseKey(case.key.committee, "hazard", case.key.namespace, hazard_id), word
    if state.subject.kind != "area" and state.subject.id:
        yield CaseKey(case.key.committee, "site", case.key.namespace, state.subject.id), word


def fold_tip_off(_law: Law, case: Case) -> tip_off.TipOffCase | None:
    """A tip-off."""
    return tip_off.fold(case.key.id, case.facts)


def tip_off_gives(_law: Law, case: Case, state: tip_off.TipOffCase, _now: datetime) -> Gifts:
    """Tell the hazard that the tip-off became."""
    if state.hazard_id:
        yield CaseKey(case.key.committee, "hazard", case.key.namespace, state.hazard_id), state.word


def fold_matter(_law: Law, case: Case) -> matter.Matter | None:
    """An important matter."""
    return matter.fold(case.facts)


def matter_pack(law: Law, case: Case, state: matter.Matter) -> Pack | None:
    """The pack in force when the matter was reported."""
    return law.pack_at(case.key.committee, state.told.time)


def fold_league(_law: Law, case: Case) -> league.League | None:
    """A league table."""
    return league.fold(case.key.id, case.facts)


def league_pack(law: Law, case: Case, state: league.League) -> Pack | None:
    """The pack in force when the table was published."""
    return law.pack_at(case.key.committee, state.told.time)


# ------------------------------------------------------------------ what sites and hazards pass on


def site_tells(law: Law, case: Case, state: SiteHistory) -> Gifts:
    """Tell hazards how they came back and where they went, and the campaign in which sector the site was listed."""
    yield from _listed_sectors(law, case, partial(_sector, state))
    words = dict(_came_back(law, case, state))
    if state.transfers:
        for one in state.hazards:
            if moves := moves_of(one, state.transfers, law.divisions):
                words[one.hazard_id] = msgspec.structs.replace(words.get(one.hazard_id, SeenAgain()), moves=moves)
    for hazard_id, word in words.items():
        yield CaseKey(case.key.committee, "hazard", case.key.namespace, hazard_id), word


def _came_back(law: Law, case: Case, state: SiteHistory) -> Iterator[tuple[str, SeenAgain]]:
    if state.returned:
        newest = max(fact.time for one in state.hazards for fact, _ in one.reports)
        pack = law.pack_at(case.key.committee, newest)
        if pack is not None and not pack.rules.keys().isdisjoint((accident_track.RULE, problem_list.RULE)):
            yield from _seen_again(state, pack, law)


def hazard_tells(law: Law, case: Case, state: Hazard) -> Gifts:
    """Tell the campaign in which sector the hazard was listed."""
    return _listed_sectors(law, case, lambda: state.report.sector)


def held(state: Hazard) -> tuple[tuple[Heard, datetime | None], ...]:
    """When the hazard could not be put right for the time being: from a plan, an extension or a suspension on."""
    words = [fact for fact, _ in (*state.told("hazard.plan_filed"), *state.told("hazard.clock_suspended"))]
    words += [fact for fact, said in state.told("hazard.extension_decided") if said.granted]
    if not words:
        return ()
    words.sort(key=lambda fact: (fact.time, fact.id))
    spans = []
    for work in state.work:
        first = next((fact for fact in words if fact.time >= work.start), None)
        if first is not None and (work.end is None or first.time < work.end):
            spans.append((_bare(first), work.end))
    return tuple(spans)


def _seen_again(state: SiteHistory, pack: Pack, law: Law) -> Iterator[tuple[str, SeenAgain]]:
    where = law.where(pack)
    after_close, again = pack.rules.get(recurrence.RULE), pack.rules.get(repeat_offence.RULE)
    returns: dict[str, list[Heard]] = {}
    repeats: dict[str, list[Heard]] = {}
    keys = {one.hazard_id: one.repeat_key for one in state.hazards}
    if isinstance(after_close, recurrence.Parameters):
        for finding in recurrence.find(state, after_close, where):
            returns.setdefault(keys[finding.subject_id], []).append(finding.rests_on[0])
    if isinstance(again, repeat_offence.Parameters):
        for finding in repeat_offence.find(state, again, where):
            repeats.setdefault(finding.subject_id, []).append(finding.rests_on[-1])
    for told in returns.values():
        told.sort(key=attrgetter("time", "source", "id"))
    for one in state.hazards:
        came_back, found_open = returns.get(one.repeat_key), repeats.get(one.hazard_id, ())
        last = bisect_right(came_back, one.reports[-1][0].time, key=attrgetter("time")) if came_back else 0
        if last or found_open:
            yield one.hazard_id, SeenAgain(tuple(came_back[:last]) if came_back else (), tuple(found_open))


def _listed_sectors(law: Law, case: Case, of: Callable[[], str]) -> Gifts:
    opened = [given.opened for given in case.inputs.values() if isinstance(given, Listed)]
    sector = of() if opened else ""
    if not sector:
        return
    first = min(opened, key=lambda fact: (fact.time, fact.id))
    pack = law.pack_at(case.key.committee, first.time)
    if pack is None or pack.campaign is None or not _counts_sectors(pack):
        return
    begins = midnight(pack.campaign.begins)
    counted = min((fact for fact in opened if fact.time >= begins), default=None, key=lambda fact: (fact.time, fact.id))
    if counted is not None:
        yield CaseKey(case.key.committee, "campaign", "", pack.campaign.id), SectorListed(sector, counted)


def _sector(state: SiteHistory) -> str:
    if state.registered is not None and state.registered.sector:
        return state.registered.sector
    return next((one.context["sector"] for one in state.hazards if "sector" in one.context), "")


def _counts_sectors(pack: Pack | None) -> bool:
    reach = pack.rules.get(coverage.RULE) if pack else None
    return isinstance(reach, coverage.Parameters) and reach.sectors is not None


def _bare(fact: Heard) -> Heard:
    return msgspec.structs.replace(fact, data=b"")
