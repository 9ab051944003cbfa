"""Open what a registered site with a tag owes by the calendar: inspections, drills, commitments (S1-06, S2-12).

A site's own case opens them, so that thousands of sites do not fall due in one case.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import takewhile
from typing import NamedTuple

from services.escalation.core.calendar import local_day
from services.escalation.core.case import CaseKey, Owed
from services.escalation.core.cases.site import Registration, SiteHistory
from services.escalation.core.law import Law
from services.escalation.core.policy import AfterAccident, Obligation, Pack
from services.escalation.core.schedules import Period


class _Spell(NamedTuple):
    """A time in which the register says that the site owes something: from that entry to one that says so no more."""

    entry: Registration
    start: datetime
    end: datetime | None


class _Opening(NamedTuple):
    pack: Pack
    name: str
    spec: Obligation
    entry: Registration
    period: Period
    at: datetime


def owed(
    site: SiteHistory, committee: str, law: Law, opened_to: datetime | None, now: datetime
) -> Iterator[tuple[CaseKey, Owed]]:
    """What the site is to have open at `now`; what opened up to `opened_to` is left out.

    A site owes from the entry in the register on, the running period included. An entry or a transfer that became known
    after the last opening opens everything anew, so that the order of arrival does not matter.
    """
    words = (*(entry.told for entry in site.registrations), *(transfer.told for transfer in site.transfers))
    if opened_to is not None and any(told.known_at > opened_to for told in words):
        opened_to = None
    formerly = tuple(dict.fromkeys(transfer.left for transfer in site.transfers))
    for opening in _opened(site, committee, law, opened_to, now):
        pack, period, tenant = opening.pack, opening.period, opening.entry.told.tenant
        yield (
            CaseKey(committee, "obligation", "", f"{opening.name}/{site.site_id}/{period.label}"),
            Owed(
                obligation=opening.name,
                rule=opening.spec.rule,
                unit=site.site_id,
                unit_name=opening.entry.site.name,
                tenant=tenant,
                level=law.where(pack).acting(tenant, opening.spec.acts),
                period=period.label,
                period_name=period.name,
                title=opening.spec.title,
                opened_at=opening.at,
                due=period.due,
                clauses=opening.spec.clauses,
                policy_id=pack.id,
                policy_version=pack.version,
                of_site=True,
                formerly=formerly,
                remind=opening.spec.remind,
                written=opening.spec.written,
            ),
        )


def next_opening(site: SiteHistory, committee: str, law: Law, now: datetime) -> datetime | None:
    """When the site owes something more, None where it will not without a new entry."""
    coming = (next(openings, None) for openings in _duties(site, committee, law, now))
    return min((opening.at for opening in coming if opening is not None), default=None)


def _opened(site: SiteHistory, committee: str, law: Law, after: datetime | None, now: datetime) -> Iterator[_Opening]:
    for openings in _duties(site, committee, law, after):
        yield from takewhile(lambda opening: opening.at <= now, openings)


def _duties(site: SiteHistory, committee: str, law: Law, after: datetime | None) -> Iterator[Iterator[_Opening]]:
    """For each duty of each spell, what opens after `after`, in order and perhaps without end."""
    if not site.registrations:
        return  # nobody says yet what it is
    versions = law.versions(committee)
    for pack, following in zip(versions, (*versions[1:], None), strict=False):  # no pack, no duty
        replaced = law.begins(following) if following else None
        for name, spec in pack.obligations.items():
            if spec.tags and not isinstance(spec.when, AfterAccident):
                for spell in _spells(site, spec, law.where(pack).sectors):
                    ends = [end for end in (spell.end, replaced) if end is not None]
                    yield _of_spell(spell, min(ends, default=None), (pack, spec.id or name, spec), law, after)


def _of_spell(
    spell: _Spell, end: datetime | None, duty: tuple[Pack, str, Obligation], law: Law, after: datetime | None
) -> Iterator[_Opening]:
    pack, name, spec = duty
    begin = max(pack.effective_from, local_day(max(spell.start, after or spell.start)))
    for period in spec.when.periods(begin, {}, law.calendar_of(pack.root)):  # type: ignore[union-attr]  # no other kind comes here
        at = max(period.opens_at, spell.start, law.begins(pack))
        if end is not None and at >= end:
            return
        over = period.due is not None and period.due <= at
        if not over and (after is None or at > after):
            yield _Opening(pack, name, spec, spell.entry, period, at)


def _spells(site: SiteHistory, spec: Obligation, sectors: Mapping[str, str]) -> Iterator[_Spell]:
    entries = sorted(site.registrations, key=lambda entry: (entry.told.recorded, entry.told.id))
    first: Registration | None = None
    for entry in entries:
        tagged = not spec.tags.isdisjoint(entry.site.tags) and (
            not spec.sites_in or sectors.get(entry.site.sector, entry.site.sector) in spec.sites_in
        )
        if tagged and first is None:
            first = entry
        elif not tagged and first is not None:
            yield _Spell(first, first.told.recorded, entry.told.recorded)
            first = None
    if first is not None:
        yield _Spell(first, first.told.recorded, None)
