"""See what a campaign or a year has not reached (S0-16, S1-07, S1-08, S1-23, S2-30, S2-31, S2-37).

Three sorts of reach: every area is visited by a team, something is listed in every key sector, every registered site of
a sort is inspected. What is missing is said when the time is over, one subject each, and ends when it is reached.
"""

from collections.abc import Iterator
from datetime import date, datetime

from pydantic import Field

from services.escalation.core.calendar import end_of, local_day
from services.escalation.core.cases.campaign import Reach
from services.escalation.core.cases.site import HELP, INSPECTIONS, REGISTRATIONS, Registration, SiteHistory
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, Addressee, Clause, PackModel, RuleParameters, Source
from services.escalation.core.windows import Campaign
from services.escalation.core.wording import day_words

RULE = "coverage"
READS = frozenset({REGISTRATIONS, INSPECTIONS, HELP})


class Areas(PackModel):
    """Every area of a unit list is visited by a team within the campaign (S1-23)."""

    areas: str = Field(description="The unit list of the areas; their ids are division codes.")
    teams: str = Field(description="The unit list of the teams.")
    clauses: tuple[Clause, ...] = Field(min_length=1, description="The clauses.")


class Sectors(PackModel):
    """In every one of these sectors something is listed within the campaign (S0-16)."""

    sectors: tuple[str, ...] = Field(min_length=1, description="The sectors, as the pack names them.")
    clauses: tuple[Clause, ...] = Field(min_length=1, description="The clauses.")


class Sites(PackModel):
    """Every registered site of a sort is inspected, or given help of some kind, within a time."""

    id: str = Field(description="The requirement's id; it is the step of the record.")
    title: str = Field(description="Its Chinese name.")
    clauses: tuple[Clause, ...] = Field(min_length=1, description="The clauses.")
    tags: tuple[str, ...] = Field((), description="Sites with one of these tags; empty: any.")
    sectors: tuple[str, ...] = Field((), description="Sites of one of these sectors; empty: any.")
    kinds: tuple[str, ...] = Field((), description="Sites of one of these kinds; empty: any.")
    capacity: int | None = Field(None, ge=1, description="Sites that hold so many people or more.")
    begins: date = Field(description="The first day.")
    ends: date = Field(description="The last day.")
    except_kinds: tuple[str, ...] = Field(("self_check",), description="Kinds of inspections that do not count.")
    services: tuple[str, ...] = Field(
        (), description="Reached by help of one of these kinds, such as a reminder, instead of by an inspection."
    )
    source: Source = Field("notice", description="`proposed` where the sort or the time is ours.")


class Parameters(RuleParameters):
    """What is to be reached, and who is told."""

    areas: Areas | None = Field(None, description="Every area by a team.")
    sectors: Sectors | None = Field(None, description="Every key sector by a listing.")
    sites: tuple[Sites, ...] = Field((), description="Every site of a sort by an inspection.")
    acts: Acts = Field("committee", description="The level that is told.")
    to: Addressee = Field("committee_office", description="Whom it addresses.")

    @property
    def unit_lists(self) -> tuple[str, ...]:
        """The unit lists that this rule names."""
        return (self.areas.areas, self.areas.teams) if self.areas else ()


def find(site: SiteHistory, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield, for each sort that the site belongs to, that nobody inspected it in time, until somebody does."""
    if not site.registrations:
        return
    for sort in parameters.sites:
        at = end_of(sort.ends)
        entry = next((entry for entry in reversed(site.registrations) if entry.told.time < at), None)
        if entry is None or not _belongs(sort, entry):
            continue
        visits = [visit.told.time for visit in site.inspections if visit.kind not in sort.except_kinds]
        if sort.services:
            visits = [help_.told.time for help_ in site.help if help_.kind in sort.services]
        lacking = "未落实" if sort.services else "未检查"
        if any(sort.begins <= local_day(visit) <= sort.ends for visit in visits):
            continue
        tenant = entry.told.tenant
        yield Finding(
            measure="alert",
            step=sort.id,
            subject_kind="site",
            subject_id=site.site_id,
            at=at,
            instant=False,
            until=min((visit for visit in visits if visit >= at), default=None),
            tenant=tenant,
            level=where.acting(tenant, parameters.acts),
            reason=f"{site.name}属{sort.title}范围，至{day_words(sort.ends)}{lacking}，未达到全覆盖要求。",
            rests_on=(entry.told,),
            clauses=sort.clauses,
            context=site.context | {"title": sort.title, "addressee": parameters.to},
        )


def find_in_campaign(reach: Reach, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield, at the end of the campaign, each area without a team's visit and each sector without a listing."""
    campaign = where.campaign
    if campaign is None:
        return
    if parameters.areas is not None:
        for area in where.units.get(parameters.areas.areas, ()):
            words = f"{where.name_of(area)}在{campaign.name}期间没有暗访组到访，未达到全覆盖要求。"
            first = reach.visited.get(area)
            yield from _unreached(campaign, first, ("area", area, words), parameters.areas.clauses, parameters, where)
    if parameters.sectors is not None:
        for sector in parameters.sectors.sectors:
            words = f"{sector}领域在{campaign.name}期间没有挂牌督办，要求各重点行业领域均开展挂牌督办。"
            first = reach.listed.get(sector)
            clauses = parameters.sectors.clauses
            yield from _unreached(campaign, first, ("target", f"listing/{sector}", words), clauses, parameters, where)


def _unreached(
    campaign: Campaign,
    first: Heard | None,
    subject: tuple[str, str, str],
    clauses: tuple[str, ...],
    parameters: Parameters,
    where: Jurisdiction,
) -> Iterator[Finding]:
    """Yield that the subject (kind, id, sentence) was not reached by the end, until its first reach after it."""
    at = end_of(campaign.ends)
    if first is not None and first.time < at:
        return
    kind, subject_id, words = subject
    tenant = subject_id if kind == "area" else where.committee
    yield Finding(
        measure="alert",
        subject_kind=kind,
        subject_id=subject_id,
        at=at,
        instant=False,
        until=_when(first),
        tenant=tenant,
        level=where.acting(tenant, parameters.acts),
        reason=words,
        rests_on=(),
        clauses=clauses,
        context={"campaign": campaign.id, "addressee": parameters.to}
        | ({"area_name": where.name_of(subject_id)} if kind == "area" else {}),
    )


def _when(fact: Heard | None) -> datetime | None:
    return fact.time if fact else None


def _belongs(sort: Sites, entry: Registration) -> bool:
    site = entry.site
    return (
        (not sort.tags or not set(sort.tags).isdisjoint(site.tags))
        and (not sort.sectors or site.sector in sort.sectors)
        and (not sort.kinds or site.kind in sort.kinds)
        and (sort.capacity is None or (site.capacity is not None and site.capacity >= sort.capacity))
    )
