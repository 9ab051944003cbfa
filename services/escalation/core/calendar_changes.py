"""Change a committee's calendar by a fact, and say of each open case which of its dates moved.

Days that have begun are never set anew, so what a firm date has decided stands by itself. The notice of a year that
nobody had announced makes its dates firm; it may come when the year has begun, and then it is taken whole.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import msgspec
from pydantic import BaseModel

from contracts.facts import Fact
from services.escalation.core.asking import Asked
from services.escalation.core.calendar import NEW_YEARS_NOTICE, WorkCalendar, local_day
from services.escalation.core.case import Case
from services.escalation.core.kinds import KINDS
from services.escalation.core.law import Law
from services.escalation.core.policy import Pack
from services.escalation.core.rules import due_soon
from services.escalation.core.rules.registry import RULES
from services.escalation.core.terms import Span
from services.escalation.core.wording import day_words

CHANGED: Final = "calendar.changed.v1"
WORKED: Final = "working_day"
OBLIGATION: Final = "obligation"


class _Day(msgspec.Struct, frozen=True):
    day: date
    kind: str
    name: str | None = None


class Said(msgspec.Struct, frozen=True):
    """What is read of `calendar.changed`; `year` where it is the notice of a year."""

    days: tuple[_Day, ...]
    by: str = ""
    reason: str | None = None
    document_no: str | None = None
    year: int | None = None


read: Final = msgspec.json.Decoder(Said).decode


class Dated(NamedTuple):
    """When a rule falls due next in a case, and whether no notice that is still to come can move it."""

    at: datetime
    firm: bool


class Recounted(NamedTuple):
    """One date of one case that a change of the calendar moved, or made firm; `before` is None where there was none."""

    rule: str
    before: Dated | None
    after: Dated | None


def changed(law: Law, fact: Fact) -> Law:
    """The law with the calendar as the fact sets it; a ValueError says what is wrong with it and how to mend it."""
    if fact.correction:
        raise ValueError("日历调整不能更正：把这些日子按应有的样子再设一次")
    said, calendar, at = read(bytes(fact.data)), law.calendar_of(fact.committee), fact.known_at
    if fact.tenant != fact.committee:
        raise ValueError(f"日历是安委会的：属地写 {fact.committee}，不写 {fact.tenant}")
    if said.year is None or said.year in calendar.years:
        _check_days(said, calendar, local_day(at))
    else:
        _check_year(said, said.year, calendar)
    days = {one.day: one.kind == WORKED for one in said.days}
    names = {one.day: one.name for one in said.days if one.name and one.kind != WORKED}
    festivals = {day: name for day, name in calendar.festivals.items() if day not in days}
    order = said.document_no or said.reason or f"{day_words(local_day(at))}的日历调整"
    return law.changed(
        fact.committee,
        WorkCalendar(
            days={**calendar.days, **days},
            years=calendar.years | ({said.year} if said.year else set()),
            festivals=festivals | names,
            orders={**calendar.orders, **dict.fromkeys(days, order)},
            changed_at=at,
            before=calendar,
        ),
    )


def undone(law: Law, fact: Fact) -> Law:
    """The law as it was before this change of the committee's calendar; it is the last one that became known."""
    before = law.calendar_of(fact.committee).before
    return law.changed(fact.committee, before) if before else law


def _check_days(said: Said, calendar: WorkCalendar, today: date) -> None:
    known = f"日历公布到 {max(calendar.years)} 年" if calendar.years else "日历还没有公布过哪一年"
    seen: set[date] = set()
    for one in said.days:
        if one.day in seen:
            raise ValueError(f"{one.day} 写了两次：一天只写一次")
        if one.day < today and (said.year is None or calendar.is_worked(one.day) != (one.kind == WORKED)):
            raise ValueError(f"{one.day} 已经过去：按它算过的不再变；只能改 {today} 和以后的日子")
        if one.day.year not in calendar.years:
            raise ValueError(f"{one.day}：{known}；先公布 {one.day.year} 年，写全那一年通知里的日子")
        seen.add(one.day)


def _check_year(said: Said, year: int, calendar: WorkCalendar) -> None:
    last = max(calendar.years, default=year - 1)
    if year > last + 1:
        raise ValueError(f"{year} 年前面有空缺：日历公布到 {last} 年；先公布 {last + 1} 年")
    first = date(year - 1, *NEW_YEARS_NOTICE)
    outside = [one.day for one in said.days if not first <= one.day <= date(year, 12, 31)]
    if outside:
        raise ValueError(f"{outside[0]} 不归 {year} 年的通知：它只管 {first} 至 {year}-12-31")
    if len({one.day for one in said.days}) < len(said.days):
        raise ValueError("有一天写了两次：一天只写一次")


def kinds_counting(law: Law, committee: str) -> frozenset[str]:
    """The kinds of case in which this committee's packs count working days, or ask for the days of a festival."""
    found: set[str] = set()
    for pack in law.packs:
        if pack.root == committee:
            found |= _kinds_of(pack)
    return frozenset(found)


def _kinds_of(pack: Pack) -> set[str]:
    found = {kind for name, asked in pack.rules.items() if _in_working_days(asked) for kind in RULES[name].finds}
    if any(_in_working_days(duty.when) for duty in pack.obligations.values()):
        found.add(OBLIGATION)
    if pack.stock is not None and _in_working_days(pack.stock):
        found.add("hazard")
    if any(period.festivals for period in pack.key_periods):
        found.add("committee")
    return found


def _in_working_days(part: Any) -> bool:
    """Whether a part of a pack holds a span of working days."""
    match part:
        case Span():
            return part.unit == WORKED
        case BaseModel():
            return any(_in_working_days(value) for value in part.__dict__.values())
        case Mapping():
            return any(_in_working_days(value) for value in part.values())
        case list() | tuple():
            return any(_in_working_days(value) for value in part)
    return False


def dates(law: Law, case: Case, now: datetime) -> dict[str, Dated]:
    """What each rule finds next after `now` in a case under this law; reminders follow the date that they remind of."""
    kind = KINDS[case.key.kind]
    state = kind.fold(law, case)
    if state is None:
        return {}
    found: dict[str, Dated] = {}
    for one in sorted(kind.find(law, case, state, Asked()), key=lambda one: one.finding.at):
        if one.finding.at > now and not one.finding.instant and one.rule != due_soon.RULE:
            found.setdefault(one.rule, Dated(one.finding.at, one.finding.firm))
    return found


def recounted(before: Mapping[str, Dated], after: Mapping[str, Dated]) -> list[Recounted]:
    """The dates that moved or became firm, rule by rule."""
    rules = sorted({*before, *after})
    return [Recounted(rule, before.get(rule), after.get(rule)) for rule in rules if before.get(rule) != after.get(rule)]
