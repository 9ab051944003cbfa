"""A committee's own clock: which obligations its packs open, by calendar, stage and milestone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from services.escalation.core.calendar import WorkCalendar, local_day, midnight
from services.escalation.core.case import Contribution
from services.escalation.core.cases.accident import Accident
from services.escalation.core.heard import Heard, in_order
from services.escalation.core.policy import AfterAccident, Obligation, Pack
from services.escalation.core.schedules import ANCHORED, Period
from services.escalation.core.terms import UnitEntry


class _Dated(msgspec.Struct, frozen=True):
    milestone: str
    date: str


_dated_of = msgspec.json.Decoder(_Dated).decode


@dataclass(frozen=True, slots=True)
class Committee:
    """A committee with the milestones that are dated; `active_from` is when its packs began to bind it.

    `milestones` holds the date last said of each; `days` all days of a milestone that recurs, such as the standing
    meetings, in order. `accidents` are those that its packs look at as a whole, in order of time.
    """

    milestones: Mapping[str, date]
    active_from: datetime | None
    activation: Heard | None
    days: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    accidents: tuple[Accident, ...] = ()

    def next_day(self, milestone: str, after: date) -> date | None:
        """The next day of a recurring milestone after `after`, None where none is known."""
        return next((day for day in self.days.get(milestone, ()) if day > after), None)


@dataclass(frozen=True, slots=True)
class Opening:
    """One instance to open: which obligation of which pack, for which unit and period."""

    pack: Pack
    obligation: str
    spec: Obligation
    unit: UnitEntry
    period: Period


def fold(facts: Sequence[Heard], inputs: Iterable[Contribution] = ()) -> Committee:
    """The committee as its facts tell it: the latest recorded date of each milestone counts."""
    dated: dict[str, list[tuple[Heard, date]]] = {}
    activation: Heard | None = None
    for fact in sorted(in_order(facts), key=lambda fact: (fact.recorded, fact.known_at)):
        if fact.subject == "milestone.dated":
            said = _dated_of(fact.data)
            dated.setdefault(said.milestone, []).append((fact, date.fromisoformat(said.date)))
        elif fact.subject == "policy.activated" and activation is None:
            activation = fact
    accidents = (given for given in inputs if isinstance(given, Accident))
    return Committee(
        milestones={milestone: said[-1][1] for milestone, said in dated.items()},
        active_from=activation.time if activation else None,
        activation=activation,
        days={milestone: _days(said) for milestone, said in dated.items()},
        accidents=tuple(sorted(accidents, key=lambda accident: (accident.time, accident.key))),
    )


def _days(said: Sequence[tuple[Heard, date]]) -> tuple[date, ...]:
    """The days of a milestone that recurs.

    A later word replaces the days that had not come when it was said: the meeting is put off. What had taken place by
    then stays, and days announced at one instant stand beside each other: they are a calendar.
    """
    days: dict[date, datetime] = {}
    for fact, day in said:
        days = {
            known: announced
            for known, announced in days.items()
            if known < local_day(fact.time) or announced == fact.time
        }
        days[day] = fact.time
    return tuple(sorted(days))


def openings(
    committee: Committee, packs: Sequence[Pack], calendar: WorkCalendar, opened_to: datetime | None, now: datetime
) -> Iterator[Opening]:
    """What is to be open at `now`; what opened up to `opened_to` is left out unless a milestone can still move it.

    Terms that ended before a pack binds, or before the committee was activated, are not opened.
    """
    if committee.active_from is None:
        return
    for pack, name, spec in _calendar_duties(packs):
        start = pack.effective_from
        begun = max(midnight(start), committee.active_from)
        anchored = isinstance(spec.when, ANCHORED)
        for period in spec.when.periods(start, committee.milestones, calendar):  # type: ignore[union-attr]
            if period.opens_at > now and not anchored:
                break
            known = opened_to is not None and period.opens_at <= opened_to and not anchored
            if known or period.opens_at > now or (period.due is not None and period.due <= begun):
                continue
            for units in spec.units:
                for unit in pack.units[units]:
                    yield Opening(pack, name, spec, unit, period)


def next_opening(committee: Committee, packs: Sequence[Pack], calendar: WorkCalendar, now: datetime) -> datetime | None:
    """When the next instance opens after `now`, None where none will without a new fact."""
    if committee.active_from is None:
        return None
    coming: list[datetime] = []
    for pack, _, spec in _calendar_duties(packs):
        periods = spec.when.periods(pack.effective_from, committee.milestones, calendar)  # type: ignore[union-attr]
        opens = (period.opens_at for period in periods)
        if isinstance(spec.when, ANCHORED):
            coming += [at for at in opens if at > now]
        else:
            coming += [at for at in [next((at for at in opens if at > now), None)] if at is not None]
    return min(coming, default=None)


def _calendar_duties(packs: Sequence[Pack]) -> Iterator[tuple[Pack, str, Obligation]]:
    for pack in packs:
        for name, spec in pack.obligations.items():
            if not isinstance(spec.when, AfterAccident) and not spec.tags:
                yield pack, spec.id or name, spec
