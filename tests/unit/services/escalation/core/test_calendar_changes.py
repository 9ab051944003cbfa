"""A committee's calendar is changed by a fact: open dates are counted anew, what was decided and what has ended stands."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.facts import Fact
from services.escalation.core.calendar import SHANGHAI, WorkCalendar, local_day
from services.escalation.core.calendar_changes import CHANGED, changed, kinds_counting, undone
from services.escalation.core.case import CaseKey, MemoryCases, encode_case
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.core.simulation import activation, simulate
from services.escalation.packs import work_calendar
from tests.unit.services.escalation.accidents import pack
from tests.unit.services.escalation.stories import (
    all_divisions,
    fact,
    law_of,
    law_with,
    moment,
    pass_deadlines,
    standing,
)

ROOT, COUNTY = "371000", "371083"
RULE, HAZARD = "same_day_handover", CaseKey(ROOT, "hazard", "", "H-1")
LETTER = CaseKey("331081", "obligation", "", "round_letter/市安委办/1")
FIRST, LAST = date(2021, 5, 20), date(2021, 6, 20)


@cache
def weihai() -> Law:
    return law_of("weihai-2021")


def days(*said: str, when: str, tenant: str = ROOT, **words: Any) -> Fact:
    """`2021-05-26=holiday`, set at an instant."""
    pairs = (one.partition("=") for one in said)
    return fact(
        "calendar.changed",
        when,
        tenant=tenant,
        id_=f"calendar/{when}/{','.join(said)}",
        days=[{"day": day, "kind": kind} for day, _, kind in pairs],
        by="person-1",
        **({"reason": "台风停工"} | words),
    )


def from_the_grid(when: str, hazard_id: str = "H-1") -> Fact:
    """A grid worker's report, which the regulator answers within three working days (S3-15)."""
    site = {"id": "S-1", "name": "示范豆腐坊", "address": "示范路9号", "kind": "place", "sector": "工贸"}
    return fact(
        "hazard.reported", when, tenant=COUNTY, hazard_id=hazard_id, level="general", category="fire_safety",
        description="疏散通道被货物堵塞", site=site, sector="工贸", found_by="grid", supervising_unit="市应急管理局",
    )  # fmt: skip


def handed_over(when: str, hazard_id: str = "H-1") -> Fact:
    return fact("hazard.handed_over", when, tenant=COUNTY, hazard_id=hazard_id, to_unit="示范豆腐坊")


def begun(law: Law, root: str = ROOT) -> tuple[Engine, MemoryCases]:
    engine, cases = Engine(law), MemoryCases()
    at = law.begins(law.versions(root)[0])
    engine.apply_fact(activation(law, root, at), cases)
    return engine, cases


def live(facts: Iterable[Fact], law: Law | None = None, root: str = ROOT) -> tuple[Engine, MemoryCases]:
    """Let facts come as they become known, with deadlines passing in between."""
    engine, cases = begun(law or weihai(), root)
    for one in sorted(facts, key=lambda one: one.known_at):
        pass_deadlines(engine, cases, one.known_at - timedelta(microseconds=1))
        if one.type == CHANGED:
            engine.change_calendar(one, cases)
        else:
            engine.apply_fact(one, cases)
    return engine, cases


def coming(cases: MemoryCases, key: CaseKey = HAZARD, rule: str = RULE) -> str:
    at = cases.cases[key].coming.get(rule)
    return f"{at.astimezone(SHANGHAI):%m-%d %H:%M}" if at else ""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param([], "05-27 00:00", id="24, 25 and 26 May"),
        pytest.param([days("2021-05-26=holiday", when="2021-05-24 10:00")], "05-28 00:00", id="a day off moves it"),
        pytest.param([days("2021-05-24=holiday", when="2021-05-24 10:00")], "05-28 00:00", id="the very day, too"),
        pytest.param([days("2021-05-22=working_day", when="2021-05-21 10:00")], "05-26 00:00", id="a worked Saturday"),
        pytest.param([days("2021-05-28=holiday", when="2021-05-24 10:00")], "05-27 00:00", id="a day behind it does not"),
        pytest.param(
            [days("2021-05-26=holiday", when="2021-05-24 10:00"), days("2021-05-26=working_day", when="2021-05-25 10:00")],
            "05-27 00:00",
            id="set and taken back",
        ),
        pytest.param([days("2021-05-26=holiday", when="2021-05-20 10:00")], "05-28 00:00", id="known before the report"),
    ],
)  # fmt: skip
def test_an_open_date_is_counted_anew(changes: list[Fact], expected: str) -> None:
    """S3-15: three working days after Friday 21 May 2021, as the calendar stands."""
    _, cases = live([from_the_grid("2021-05-21 09:00"), *changes])

    assert coming(cases) == expected


def test_what_fell_due_stands_and_what_ended_is_not_touched() -> None:
    """A breach of last week is none the less one; a hazard that was handed over keeps every byte that it had."""
    facts = [from_the_grid("2021-05-17 09:00", "H-old"), from_the_grid("2021-05-21 09:00", "H-done"),
             handed_over("2021-05-22 09:00", "H-done"),
             fact("hazard.rectified", "2021-05-22 10:00", tenant=COUNTY, hazard_id="H-done", by="示范豆腐坊"),
             fact("hazard.closed", "2021-05-22 11:00", tenant=COUNTY, hazard_id="H-done")]  # fmt: skip
    change = days("2021-05-24=holiday", "2021-05-25=holiday", when="2021-05-24 08:00")
    engine, cases = live(facts)
    pass_deadlines(engine, cases, change.known_at)
    done, before = CaseKey(ROOT, "hazard", "", "H-done"), standing(cases)
    kept = encode_case(cases.cases[done])

    records = engine.change_calendar(change, cases)

    assert records == []
    assert standing(cases) == before
    assert [rule for rule, _ in before.values()].count(RULE) >= 1
    assert encode_case(cases.cases[done]) == kept


def test_a_journal_says_what_moved() -> None:
    """Rule, before and after; nothing for a case that the days do not concern."""
    change = days("2021-05-26=holiday", when="2021-05-24 10:00")
    engine, cases = live([from_the_grid("2021-05-21 09:00"), from_the_grid("2021-05-18 09:00", "H-2")])
    pass_deadlines(engine, cases, change.known_at)
    before = engine.law
    engine.law = changed(before, change)

    moved = engine.recount(HAZARD, change, cases, undone(engine.law, change))[1]
    again = engine.recount(HAZARD, change, cases, undone(engine.law, change))
    other = engine.recount(CaseKey(ROOT, "hazard", "", "H-2"), change, cases, before)[1]

    (one,) = moved
    assert (one.rule, one.before.at, one.after.at) == (RULE, moment("2021-05-27"), moment("2021-05-28"))
    assert again == ([], moved), "counted again, the same"
    assert other == []


ROUND = fact(
    "milestone.dated", "2023-09-25", tenant="331081", id_="round", milestone="provincial_round:1", date="2023-09-25"
)


def test_a_duty_keeps_its_reminders_and_gets_the_new_term() -> None:
    """S2-21: five working days after 25 September 2023 end on 8 October; a day off more, and they end on the 9th."""
    change = days("2023-10-07=holiday", when="2023-09-27 10:00", tenant="331081")
    engine, cases = live([ROUND, change], law_of("wenling-2023"), "331081")
    assert coming(cases, LETTER, "periodic_report") == "10-10 00:00"

    fulfilled = fact("obligation.fulfilled", "2023-09-26", tenant="331081", obligation="round_letter", unit="安委办",
                     period="1")  # fmt: skip
    engine, cases = live([ROUND, fulfilled], law_of("wenling-2023"), "331081")
    kept = encode_case(cases.cases[LETTER])
    engine.change_calendar(change, cases)
    assert encode_case(cases.cases[LETTER]) == kept


def unknown_from(year: int, law: Law) -> Law:
    """The law before the notice of this year was out."""
    known = work_calendar()
    days_ = {day: worked for day, worked in known.days.items() if day.year < year}
    years = frozenset(one for one in known.years if one < year)
    return Law(law.packs, all_divisions(), WorkCalendar(days_, years, known.festivals))


def notice_of(year: int, when: str, tenant: str = ROOT) -> Fact:
    known = work_calendar().days
    said = [
        f"{day}={'working_day' if worked else 'holiday'}" for day, worked in sorted(known.items()) if day.year == year
    ]
    return days(*said, when=when, tenant=tenant, year=year, document_no="国办发明电〔2021〕11号")


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        pytest.param("2021-12-31 12:00", ["breach raised 01-07"], id="before the term is over"),
        pytest.param(
            "2022-01-10 12:00",
            ["breach provisional 01-06", "breach raised 01-07"],
            id="after it, when the year has begun",
        ),
        pytest.param(None, ["breach provisional 01-06"], id="not at all"),
    ],
)
def test_a_year_that_nobody_knew_is_provisional_until_it_is_published(
    published: str | None, expected: list[str]
) -> None:
    """Three working days after 31 December 2021; 3 January is off by the notice alone."""
    facts = [from_the_grid("2021-12-31 09:00")] + ([notice_of(2022, published)] if published else [])
    law = unknown_from(2022, weihai())

    records = [one for one in simulate(law, sorted(facts, key=lambda one: one.known_at), None, moment("2022-02-01"))
               if one.rule == RULE and not one.step]  # fmt: skip

    assert [f"breach {one.status} {one.since.astimezone(SHANGHAI):%m-%d}" for one in records if one.since] == expected


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param(days("2021-05-20=holiday", when="2021-05-24 10:00"), "2021-05-20 已经过去", id="the past"),
        pytest.param(days("2031-05-20=holiday", when="2021-05-24 10:00"), "先公布 2031 年", id="beyond"),
        pytest.param(days("2031-05-20=holiday", when="2021-05-24 10:00", year=2031), "前面有空缺", id="a gap"),
        pytest.param(days("2026-05-20=holiday", when="2021-05-24 10:00", year=2027), "不归 2027 年的通知", id="another year"),
        pytest.param(days("2021-05-26=holiday", when="2021-05-24 10:00", tenant=COUNTY), "日历是安委会的", id="a county"),
        pytest.param(
            days("2021-05-26=holiday", "2021-05-26=working_day", when="2021-05-24 10:00"), "写了两次", id="a day twice"
        ),
        pytest.param(
            msgspec.structs.replace(days("2021-05-26=holiday", when="2021-05-24 10:00"), correction="calendar/1"),
            "再设一次",
            id="a correction",
        ),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_is_refused(said: Fact, words: str) -> None:
    """The sentence says what is wrong and how to mend it."""
    with pytest.raises(ValueError, match=words):
        changed(weihai(), said)


def test_only_cases_that_may_be_concerned_are_counted_anew() -> None:
    """A committee whose packs know no working day has nothing to count anew."""
    assert kinds_counting(weihai(), ROOT) == {"hazard"}
    assert kinds_counting(law_of("wenling-2023"), "331081") == {"obligation", "committee"}
    assert kinds_counting(law_of("jiaxing-2020"), "330400") == frozenset()


# ---- whatever is set, and whenever

INSTANT = st.integers(0, 30 * 24).map(lambda hours: moment("2021-05-20 00:30") + timedelta(hours=hours))


@cache
def small() -> Law:
    """One rule and one duty that count working days, so that many stories are told in little time."""
    five = {"count": 5, "unit": "working_day"}
    letter = {
        "rule": "periodic_report", "title": "函告", "clauses": ["S2-21"], "units": ["office"], "remind": [3, 1],
        "when": {"kind": "each", "milestone": "round", "within": five},
    }  # fmt: skip
    answer = {"clauses": ["S3-15"], "found_by": ["grid"], "within": {"count": 3, "unit": "working_day"}}
    return law_with(
        pack(
            root=ROOT, tenants=[ROOT], issued="2021-05-01", effective_from="2021-05-01", milestones=["round"],
            units={"office": [{"id": "office"}]}, rules={RULE: answer}, obligations={"letter": letter},
        )
    )  # fmt: skip


@st.composite
def edits(draw: st.DrawFn) -> list[Fact]:
    """Changes of days that have not begun, at instants of a month."""
    found = []
    for place, at in enumerate(sorted(draw(st.lists(INSTANT, min_size=1, max_size=4, unique=True)))):
        ahead = draw(st.lists(st.integers(0, 9), min_size=1, max_size=3, unique=True))
        said = [
            f"{local_day(at) + timedelta(days=n)}={draw(st.sampled_from(('holiday', 'working_day')))}" for n in ahead
        ]
        found.append(msgspec.structs.replace(days(*said, when="2021-05-20"), id=f"edit-{place}", time=at))
    return found


@st.composite
def stories(draw: st.DrawFn) -> list[Fact]:
    """Reports of a month, some of which are answered."""
    found = []
    for place in range(draw(st.integers(1, 4))):
        at = draw(INSTANT)
        found.append(msgspec.structs.replace(from_the_grid("2021-05-20", f"H-{place}"), id=f"r-{place}", time=at))
        if draw(st.booleans()):
            later = at + timedelta(hours=draw(st.integers(1, 200)))
            done = handed_over("2021-05-20", f"H-{place}")
            found.append(msgspec.structs.replace(done, id=f"d-{place}", time=later))
    for place, at in enumerate(draw(st.lists(INSTANT, max_size=2, unique=True))):
        name = f"round:{place}"
        dated = fact("milestone.dated", "2021-05-20", tenant=ROOT, milestone=name, date=local_day(at).isoformat())
        found.append(msgspec.structs.replace(dated, id=name, time=at))
        if draw(st.booleans()):
            later = at + timedelta(hours=draw(st.integers(1, 200)))
            came = fact("obligation.fulfilled", "2021-05-20", tenant=ROOT, obligation="letter", unit="office",
                        period=str(place))  # fmt: skip
            found.append(msgspec.structs.replace(came, id=f"f-{place}", time=later))
    return found


def clocks(cases: MemoryCases) -> dict[CaseKey, Any]:
    return {key: case.next_at for key, case in cases.cases.items()}


def told(law: Law, facts: Sequence[Fact]) -> list[Any]:
    ordered = sorted(facts, key=lambda one: (one.known_at, one.id))
    return list(simulate(law, ordered, None, moment("2021-07-20")))


@given(stories(), edits())
def test_a_replay_with_the_change_gives_the_same(story: list[Fact], changes: list[Fact]) -> None:
    """Record for record; and a change that is read a second time changes nothing more."""
    facts = [*story, *changes]
    once, (engine, cases) = told(small(), facts), live(facts, small())
    before = clocks(cases)
    engine.change_calendar(changes[-1], cases)

    assert told(small(), facts) == once
    assert clocks(cases) == before


@given(stories(), edits())
def test_nothing_that_was_decided_is_lowered(story: list[Fact], changes: list[Fact]) -> None:
    """No change of days to come retracts what it finds."""
    records = told(small(), [*story, *changes])

    assert [one for one in records if one.status == "retracted"] == []


@given(stories(), edits())
def test_a_change_and_its_reverse_restore_every_open_date(story: list[Fact], changes: list[Fact]) -> None:
    """Taken back at once, in the order of setting turned round."""
    quiet_from = max(one.known_at for one in [*story, *changes])
    engine, cases = live(story, small())
    pass_deadlines(engine, cases, quiet_from)
    before, calendar = clocks(cases), engine.law.calendar_of(ROOT)
    said = {day: kind for change in changes for day, kind in _days_of(change) if day >= local_day(quiet_from)}
    if not said:
        return
    back = {day: "working_day" if calendar.is_worked(day) else "holiday" for day in said}
    for place, wanted in enumerate((said, back)):
        change = days(*(f"{day}={kind}" for day, kind in wanted.items()), when="2021-05-20")
        engine.change_calendar(msgspec.structs.replace(change, id=f"{place}", time=quiet_from), cases)

    assert clocks(cases) == before


@given(stories(), edits())
def test_it_is_as_if_the_days_had_been_known_from_the_beginning(story: list[Fact], changes: list[Fact]) -> None:
    """What stands in the end is what a calendar with all these days would have brought, where nothing came too late."""
    final = small()
    for change in changes:
        final = changed(final, change)
    known = final.calendar_of(ROOT)
    last = changes[-1].known_at
    young = [one for one in story if one.known_at > last]  # what was found later counts by these days alone
    law = Law(small().packs, all_divisions(), WorkCalendar(known.days, known.years, known.festivals))

    both = live([*changes, *young], small()), live(young, law)
    for engine, cases in both:
        pass_deadlines(engine, cases, last + timedelta(days=3))

    assert clocks(both[0][1]) == clocks(both[1][1])
    assert standing(both[0][1]) == standing(both[1][1])


def _days_of(change: Fact) -> list[tuple[date, str]]:
    said = msgspec.json.decode(change.data)["days"]
    return [(date.fromisoformat(one["day"]), one["kind"]) for one in said]
