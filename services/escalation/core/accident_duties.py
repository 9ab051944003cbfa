"""Say what an accident obliges whom to do: meetings and reports, each with its term (S3-17, S3-18, S3-20)."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from services.escalation.core.calendar import end_of
from services.escalation.core.case import CaseKey, Owed
from services.escalation.core.cases.accident import Accident, Grade
from services.escalation.core.cases.committee import Committee
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.policy import AfterAccident, Obligation, Pack
from services.escalation.core.wording import accident_words

Duty = tuple[CaseKey, Owed]
ABOUT_THE_ACCIDENT = ("warning_meeting", "standing_meeting")
"""Rules whose records have the accident as subject (interface section 2); others have the obligation."""


def with_a_span(accident: Accident, pack: Pack, where: Jurisdiction) -> Iterator[Duty]:
    """What an accident obliges to within a span, or without any term."""
    for name, spec in pack.obligations.items():
        if isinstance(spec.when, AfterAccident) and not spec.when.until_milestone:
            within, calendar = spec.when.within, where.calendar.as_of(accident.time)
            last = calendar.add(accident.day, within.count, within.unit) if within else None
            for key, owed in _owed(accident, pack, where, name, spec, end_of(last) if last else None):
                sure = within is None or last is None or calendar.is_sure(accident.day, last, within.unit)
                yield key, msgspec.structs.replace(owed, firm=sure, begins=accident.day if within else None)


def with_a_milestone(accident: Accident, pack: Pack, where: Jurisdiction, committee: Committee) -> Iterator[Duty]:
    """What an accident obliges to by the next day of a milestone that recurs, such as the standing meetings."""
    for name, spec in pack.obligations.items():
        if isinstance(spec.when, AfterAccident) and spec.when.until_milestone:
            last = committee.next_day(spec.when.until_milestone, accident.day)
            yield from _owed(accident, pack, where, name, spec, end_of(last) if last else None)


def _owed(
    accident: Accident, pack: Pack, where: Jurisdiction, name: str, spec: Obligation, due: datetime | None
) -> Iterator[Duty]:
    when = spec.when
    if not isinstance(when, AfterAccident) or (when.fatal and not accident.is_fatal):
        return
    if when.grade and accident.grade < Grade.of(when.grade):
        return
    of_accident = spec.rule in ABOUT_THE_ACCIDENT
    for unit, tenant in _units(accident, when, where):
        period = accident.accident_id
        yield (
            CaseKey(where.committee, "obligation", "", f"{name}/{unit}/{period}"),
            Owed(
                obligation=name,
                rule=spec.rule,
                unit=unit,
                unit_name="" if unit == tenant else unit,
                tenant=tenant,
                level=where.acting(tenant, spec.acts),
                period=period,
                title=spec.title,
                opened_at=accident.time,
                due=due,
                clauses=spec.clauses,
                policy_id=pack.id,
                policy_version=pack.version,
                subject_kind="accident" if of_accident else "obligation",
                subject_id=accident.accident_id if of_accident else "",
                opens_measure=when.opens_measure,
                rests_on=(accident.told,),
                because=f"因{accident_words(accident, where)}，",
                remind=spec.remind,
                written=spec.written,
            ),
        )


def _units(accident: Accident, when: AfterAccident, where: Jurisdiction) -> Iterator[tuple[str, str]]:
    """Who owes it, each with its tenant: the area by its code, departments by name with the committee's."""
    if "area" in when.owed_by:
        yield accident.area, accident.area
    if "department" in when.owed_by:
        for lead in where.leads.get(accident.sector, ()):
            yield lead, where.committee
