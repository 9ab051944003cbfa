"""When obligations open and fall due: by calendar, by stage, by milestone.

A span is counted by the calendar as it was known when the period opened; what changes in it afterwards moves the term
of what is still owed (`duty_moves`), and leaves alone what has come.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from itertools import count
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from services.escalation.core.calendar import (
    MONTHS,
    ONE_DAY,
    WorkCalendar,
    add_months,
    end_of,
    instant,
    midnight,
)
from services.escalation.core.terms import PackModel, Source, Span

QUARTER = 3
HALF = 6
WEEK = 7


class Period(NamedTuple):
    """One instance of an obligation: its label, when it opens, when its term is over (None: none, or not known yet).

    `name` is the period as one would read it out, where the label alone does not tell. `firm`: False where `due` rests on
    working days that nobody has announced yet. `begins`: the day from which a span to `due` was counted.
    """

    label: str
    opens_at: datetime
    due: datetime | None
    name: str = ""
    firm: bool = True
    begins: date | None = None


class CutOff(PackModel):
    """The time of day at which the last day ends; absent means 24:00."""

    cut_off: time | None = Field(None, description="HH:MM on the last day, where the notice names one (S1-18).")
    source: Source = Field("notice", description="`proposed` where the notice does not name the day.")

    def end(self, day: date) -> datetime:
        """The instant at which a term that ends on `day` is over."""
        return instant(day, self.cut_off) if self.cut_off else end_of(day)

    def after(self, day: date | None, within: Span, calendar: WorkCalendar) -> tuple[datetime | None, bool]:
        """The instant at which a span from `day` is over (None: the day is not known yet), and whether it is sure."""
        if day is None:
            return None, True
        last = calendar.add(day, within.count, within.unit)
        return self.end(last), calendar.is_sure(day, last, within.unit)


class Dated(PackModel):
    """One named day."""

    period: str = Field(description="The period's label as events name it.")
    due: date = Field(description="The last day.")


class OnDates(CutOff):
    """Once, or on a few named days."""

    kind: Literal["dates"] = Field("dates", description="Named days.")
    dates: tuple[Dated, ...] = Field(min_length=1, description="The days.")

    def periods(self, start: date, _milestones: Mapping[str, date], _calendar: WorkCalendar) -> Iterator[Period]:
        """Each day; all open when the pack begins to bind."""
        for dated in self.dates:
            yield Period(dated.period, midnight(min(start, dated.due)), self.end(dated.due))


class YearDay(PackModel):
    """A day of every year."""

    label: str = Field(description="The period's label, with {year}: `{year}-H1`.")
    month: int = Field(ge=1, le=12, description="Month of the last day.")
    day: int = Field(ge=1, le=31, description="Day of the last day.")


class Yearly(CutOff):
    """On the same days of each year."""

    kind: Literal["yearly"] = Field("yearly", description="Every year.")
    days: tuple[YearDay, ...] = Field(min_length=1, description="The days of the year.")
    last_year: int | None = Field(None, description="The last year, where the notice binds some years only.")

    def periods(self, start: date, _milestones: Mapping[str, date], _calendar: WorkCalendar) -> Iterator[Period]:
        """Each year's periods, opening on the first of January."""
        for year in count(start.year):
            if self.last_year is not None and year > self.last_year:
                return
            for entry in self.days:
                due = date(year, entry.month, entry.day)
                yield Period(entry.label.format(year=year), midnight(max(date(year, 1, 1), start)), self.end(due))


class EveryMonths(CutOff):
    """Every month, quarter, half-year or year, due on its last day or `due_day` of it."""

    kind: Literal["monthly", "quarterly", "half_yearly", "annual"] = Field(description="How often.")
    due_day: int | None = Field(None, ge=1, le=31, description="Day of the period's last month; absent: its last day.")
    first: date | None = Field(None, description="The first day of the first period, where it is not the running one.")
    last: date | None = Field(None, description="No period begins after this day.")

    def periods(self, start: date, _milestones: Mapping[str, date], _calendar: WorkCalendar) -> Iterator[Period]:
        """Each period from the one that runs at `start`."""
        months = {"monthly": 1, "quarterly": QUARTER, "half_yearly": HALF, "annual": MONTHS}[self.kind]
        begin = self.first or start
        begin = date(begin.year, (begin.month - 1) // months * months + 1, 1)
        while self.last is None or begin <= self.last:
            following = add_months(begin, months)
            last_month = add_months(begin, months - 1)
            last = following - ONE_DAY
            if self.due_day is not None:
                last = last_month.replace(day=min(self.due_day, last.day))
            yield Period(self._label(begin), midnight(max(begin, start)), self.end(last))
            begin = following

    def _label(self, begin: date) -> str:
        if self.kind == "monthly":
            return f"{begin:%Y-%m}"
        if self.kind == "quarterly":
            return f"{begin.year}-Q{(begin.month - 1) // QUARTER + 1}"
        if self.kind == "half_yearly":
            return f"{begin.year}-H{(begin.month - 1) // HALF + 1}"
        return str(begin.year)


class EveryDay(CutOff):
    """Every day or every ISO week, weekends included."""

    kind: Literal["daily", "weekly"] = Field(description="How often.")
    first: date | None = Field(None, description="The first day; absent: the pack's first.")
    last: date | None = Field(None, description="The last day; absent: without end.")

    def periods(self, start: date, _milestones: Mapping[str, date], _calendar: WorkCalendar) -> Iterator[Period]:
        """Each day, or each week from its Monday to its Sunday."""
        day = max(self.first or start, start)
        if self.kind == "weekly":
            day -= day.weekday() * ONE_DAY
        while self.last is None or day <= self.last:
            if self.kind == "daily":
                yield Period(day.isoformat(), midnight(day), self.end(day))
                day += ONE_DAY
            else:
                year, week, _ = day.isocalendar()
                yield Period(f"{year}-W{week:02d}", midnight(day), self.end(day + (WEEK - 1) * ONE_DAY))
                day += WEEK * ONE_DAY


class StageEnd(PackModel):
    """When a stage ends: on a day, or with a milestone that is dated later (S4-03)."""

    id: str = Field(description="The stage's id, as in `stage:2a`.")
    name: str = Field("", description="Its Chinese name.")
    begins: date | None = Field(None, description="Its first day, where it is known.")
    ends: date | None = Field(None, description="Its last day, where it is known.")
    ends_with: str = Field("", description="The milestone whose day is its last, where the day is not known yet.")
    source: Source = Field("notice", description="`proposed` where the notice names no day.")

    def last_day(self, milestones: Mapping[str, date]) -> date | None:
        """The stage's last day, None while its milestone has no date."""
        return self.ends or milestones.get(self.ends_with)


class AfterStages(CutOff):
    """A span after the end of each of some stages."""

    kind: Literal["stages"] = Field("stages", description="After stages.")
    stages: tuple[StageEnd, ...] = Field(min_length=1, description="The stages.")
    within: Span = Field(description="How long after the stage's end.")

    def periods(self, start: date, milestones: Mapping[str, date], calendar: WorkCalendar) -> Iterator[Period]:
        """Each stage; one whose end is not dated is owed without a term."""
        for stage in self.stages:
            last = stage.last_day(milestones)
            due, firm = self.after(last, self.within, calendar.as_of(midnight(start)))
            yield Period(f"stage:{stage.id}", midnight(start), due, stage.name, firm, last)


class AfterMilestone(CutOff):
    """A span after a milestone."""

    kind: Literal["milestone"] = Field("milestone", description="Anchored on a milestone.")
    milestone: str = Field(description="The milestone's id.")
    period: str = Field(description="The period's label.")
    within: Span = Field(description="How long after the milestone.")

    def periods(self, start: date, milestones: Mapping[str, date], calendar: WorkCalendar) -> Iterator[Period]:
        """One period, without a term until the milestone is dated."""
        day = milestones.get(self.milestone)
        due, firm = self.after(day, self.within, calendar.as_of(midnight(start)))
        yield Period(self.period, midnight(start), due, firm=firm, begins=day)


class AfterEach(CutOff):
    """A span after every day that a recurring milestone gets: one period for each round (S2-21).

    A round is dated as `provincial_round:2`, and its period is then `2`; a milestone without a number is its own round.
    """

    kind: Literal["each"] = Field("each", description="After each round of a recurring milestone.")
    milestone: str = Field(description="The milestone's id; events add `:` and the round.")
    within: Span = Field(description="How long after the round.")

    def periods(self, start: date, milestones: Mapping[str, date], calendar: WorkCalendar) -> Iterator[Period]:
        """One period for each round that is dated, from its day on."""
        for name, day in sorted(milestones.items(), key=lambda dated: (dated[1], dated[0])):
            base, _, number = name.partition(":")
            if base == self.milestone and day >= start:
                due, firm = self.after(day, self.within, calendar.as_of(midnight(day)))
                yield Period(number or day.isoformat(), midnight(day), due, firm=firm, begins=day)


class KeyPeriodDays(CutOff):
    """Every day between two milestones, or of named windows (S2-09)."""

    kind: Literal["key_period"] = Field("key_period", description="Every day of key periods.")
    windows: tuple[tuple[str, str], ...] = Field((), description="Pairs of milestones: first and last day.")
    named: tuple[tuple[date, date], ...] = Field((), description="Windows with known days.")

    def periods(self, _start: date, milestones: Mapping[str, date], _calendar: WorkCalendar) -> Iterator[Period]:
        """Each day of each window whose two days are known."""
        windows = [*self.named]
        windows += [(milestones[a], milestones[b]) for a, b in self.windows if a in milestones and b in milestones]
        for first, last in windows:
            for n in range((last - first).days + 1):
                day = first + n * ONE_DAY
                yield Period(day.isoformat(), midnight(day), self.end(day))


class Untimed(PackModel):
    """Once, without a term: it is shown as owed and opens no clock."""

    kind: Literal["untimed"] = Field("untimed", description="Owed, without a term.")
    period: str = Field(description="The period's label.")

    def periods(self, start: date, _milestones: Mapping[str, date], _calendar: WorkCalendar) -> Iterator[Period]:
        """One period that never ends."""
        yield Period(self.period, midnight(start), None)


Schedule = Annotated[
    Untimed | OnDates | Yearly | EveryMonths | EveryDay | AfterStages | AfterMilestone | AfterEach | KeyPeriodDays,
    Field(discriminator="kind"),
]
ANCHORED = (AfterStages, AfterMilestone, AfterEach, KeyPeriodDays)
"""Schedules whose terms move when a milestone is dated; all of them are finite."""
