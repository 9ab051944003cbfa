"""Find rungs that nothing ever reaches: days that do not rise, terms that are over before the pack binds."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Final

from services.escalation.core.calendar import ONE_DAY
from services.escalation.core.checks.parts import Fault, Parts, Place
from services.escalation.core.policy import AfterAccident, Obligation
from services.escalation.core.rules import due_soon, listing_expiry, long_standing, overdue, target_behind
from services.escalation.core.schedules import EveryDay, EveryMonths, KeyPeriodDays, OnDates, Untimed, Yearly
from services.escalation.core.terms import Rung, Span

OVERDUE_DAY: Final = 1  # T+1 is the overdue instant itself
WEEK: Final = 7
LONGEST: Final = {"monthly": 31, "quarterly": 92, "half_yearly": 184, "annual": 366}
"""Days of the longest period of each kind."""
CODE: Final = "unreachable_rung"

_DAYS: Final = {"calendar_day": 1, "working_day": 1, "month": 31, "year": 366}


def check(parts: Parts) -> Iterator[Fault]:
    """Yield every rung, reminder, step and term that can never be."""
    for rule in (overdue.RULE, due_soon.RULE):
        parameters = parts.rules.get(rule)
        if isinstance(parameters, overdue.Parameters | due_soon.Parameters):
            yield from _ladder(parts, rule, parameters.ladder)
    yield from _listing(parts)
    yield from _ages(parts)
    yield from _checks(parts)
    for name, duty in parts.obligations.items():
        yield from _reminders(parts, name, duty)
        yield from _terms(parts, name, duty)


def _ladder(parts: Parts, rule: str, ladder: tuple[Rung, ...]) -> Iterator[Fault]:
    place: Place = ("rules", rule, "ladder")
    seen: set[str] = set()
    highest: Rung | None = None
    for number, rung in enumerate(ladder):
        here = (*place, number, "day")
        if rung.step in seen:
            message = f"two rungs of {rule} are called {rung.step}: the second is never told from the first"
            yield parts.fault("duplicate_id", (*place, number, "step"), message, "give each rung a name of its own")
        seen.add(rung.step)
        if highest is not None and rung.day <= highest.day:
            message = (
                f"rung {rung.step} of {rule} (day {rung.day}) is never reached: "
                f"{highest.step} before it stands on day {highest.day}"
            )
            yield parts.fault(CODE, here, message, "order the rungs so that their days rise")
        else:
            highest = rung
        if rule == due_soon.RULE and rung.day >= 0:
            message = f"reminder {rung.step} (day {rung.day}) is never told: the deadline day has come"
            yield parts.fault(CODE, here, message, "a reminder lies before the deadline: make its day negative")
    if rule == overdue.RULE and ladder[0].day != OVERDUE_DAY:
        message = (
            f"the first rung of overdue falls at the overdue instant, which is day 1, and not on day {ladder[0].day}"
        )
        yield parts.fault(CODE, (*place, 0, "day"), message, "put a rung with day 1 before it, or make its day 1")


def _listing(parts: Parts) -> Iterator[Fault]:
    parameters = parts.rules.get(listing_expiry.RULE)
    if isinstance(parameters, listing_expiry.Parameters):
        for kind in ("site", "area", "project"):
            steps = [(number, step) for number, step in enumerate(parameters.ladder) if kind in step.subjects]
            spans = [(number, step.step, step.after) for number, step in steps]
            yield from _rising(parts, ("rules", listing_expiry.RULE, "ladder"), spans, strictly=False)


def _ages(parts: Parts) -> Iterator[Fault]:
    parameters = parts.rules.get(long_standing.RULE)
    if isinstance(parameters, long_standing.Parameters):
        for level in ("general", "major"):
            ages = [(number, age) for number, age in enumerate(parameters.ages) if level in age.levels]
            spans = [(number, age.step, age.after) for number, age in ages]
            yield from _rising(parts, ("rules", long_standing.RULE, "ages"), spans, strictly=True)


def _rising(parts: Parts, place: Place, spans: list[tuple[int, str, Span]], *, strictly: bool) -> Iterator[Fault]:
    for (_, before, first), (number, step, second) in pairwise(spans):
        if _days(second) < _days(first) or (strictly and _days(second) == _days(first)):
            message = f"{step} ({second.words}) is never reached: {before} before it comes after {first.words}"
            yield parts.fault(CODE, (*place, number, "after"), message, "order them so that their spans rise")


def _checks(parts: Parts) -> Iterator[Fault]:
    parameters = parts.rules.get(target_behind.RULE)
    if not isinstance(parameters, target_behind.Parameters):
        return
    ends = [target.due for target in parts.list_of("targets") if target.due is not None]
    place: Place = ("rules", target_behind.RULE, "checks")
    for number, check_ in enumerate(parameters.checks):
        if not any(check_.day < end for end in ends):
            message = f"check {check_.step} ({check_.day}) is never made: no target ends after it"
            yield parts.fault(CODE, (*place, number, "day"), message, "put it before a target's due day")
        before = parameters.checks[number - 1] if number else None
        if before is not None and (check_.day <= before.day or check_.share <= before.share):
            message = (
                f"check {check_.step} ({check_.day}, {check_.share:g}) does not rise above {before.step} before it"
            )
            yield parts.fault(CODE, (*place, number, "day"), message, "order the checks so that days and shares rise")


def _reminders(parts: Parts, name: str, duty: Obligation) -> Iterator[Fault]:
    longest = _longest_term(duty, parts["effective_from"])
    for number, days in enumerate(duty.remind):
        place = ("obligations", name, "remind", number)
        if longest is not None and days >= longest:
            message = f"the reminder {days} days before {name} is due is never told: its term has {longest} days"
            yield parts.fault(CODE, place, message, "remind later, or not at all")
        if days in duty.remind[:number]:
            message = f"{name} is reminded of twice on day T-{days}"
            yield parts.fault("duplicate_id", place, message, "take one away")


def _longest_term(duty: Obligation, begins: date | None) -> int | None:
    """How many days before its last day the duty opens at most, counted as reminders are; None where nobody can say."""
    when = duty.when
    if isinstance(when, Untimed):
        return 0
    if isinstance(when, EveryDay):
        return WEEK if when.kind == "weekly" else 1
    if isinstance(when, KeyPeriodDays):
        return 1
    if isinstance(when, EveryMonths):
        return LONGEST[when.kind]
    if isinstance(when, AfterAccident):
        return None if when.until_milestone else _days(when.within) if when.within else 0
    if isinstance(when, OnDates) and begins is not None:
        return max(max((dated.due - begins) // ONE_DAY + 1, 1) for dated in when.dates)
    return None


def _terms(parts: Parts, name: str, duty: Obligation) -> Iterator[Fault]:
    begins, when, place = parts["effective_from"], duty.when, ("obligations", name, "when")
    last: date | None = None
    if isinstance(when, EveryDay | EveryMonths):
        last = when.last
        if when.first is not None and last is not None and when.first > last:
            message = f"{name} never opens: its first day {when.first} lies after its last {last}"
            yield parts.fault(CODE, (*place, "first"), message, "turn the two days round")
    elif isinstance(when, OnDates):
        last = max(dated.due for dated in when.dates)
    elif isinstance(when, Yearly):
        yield from _year_days(parts, name, when)
        last = date(when.last_year, 12, 31) if when.last_year is not None else None
    if begins is not None and last is not None and last < begins:
        message = f"{name} never opens: its last day {last} lies before the pack binds, {begins}"
        yield parts.fault(CODE, place, message, "give it days from effective_from on, or take it away")


def _year_days(parts: Parts, name: str, when: Yearly) -> Iterator[Fault]:
    for number, entry in enumerate(when.days):
        try:
            date(2023, entry.month, entry.day)  # a common year: the 29th of February is missing in most years
        except ValueError:
            message = f"{name}: the {entry.day}th of month {entry.month} is not in every year"
            place = ("obligations", name, "when", "days", number, "day")
            yield parts.fault("no_such_day", place, message, "name a day that every year has")


def _days(span: Span) -> int:
    """The span in days, long enough to tell shorter from longer."""
    return span.count * _DAYS[span.unit]
