"""Fill 汇总: what the units of a committee report, each hazard counted once in one unit, and who has not reported.

The same hazard that a town, a county and a province found is one hazard with several sources (T11): it is counted in the
unit in whose area it lies. The total is counted by itself and equals the sum of the rows.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from contracts.divisions import Divisions
from services.reporting.core.charter import Charter, Duty, Unit, units_in
from services.reporting.core.days import midnight
from services.reporting.core.forms.archive import Archive, Ask, Event
from services.reporting.core.forms.form import Column, Form, Sheet, Value
from services.reporting.core.forms.sums import groups, line
from services.reporting.core.forms.words import area_below, as_of_words, day_words, moment_words
from services.reporting.core.rows import HazardRow
from services.reporting.core.scope import scope_of
from services.reporting.core.selection import Selection

TITLE: Final = "问题隐患排查整治情况汇总表"
TESTS: Final = ("all", "major", "done", "done/all", "open", "overdue", "major_open", "suspended")
_HEADS: Final = ("发现", "其中重大", "已整改", "整改率", "未销号", "逾期", "重大未销号", "挂账")
_ONE_DAY = timedelta(days=1)


def build(ask: Ask, archive: Archive) -> Form:
    """One row for each unit below the tenant; a second sheet says which report each of them owes and has sent."""
    rows = period_rows(ask, archive)
    sheets = (_sums(ask, archive, rows), *_reported(ask, archive))
    name = archive.divisions.full_name(ask.tenant)
    return Form(
        kind=ask.kind, title=TITLE, name=f"{TITLE}-{name}-{ask.day}", tenant=ask.tenant, as_of=ask.as_of, sheets=sheets
    )


def period_rows(ask: Ask, archive: Archive) -> list[HazardRow]:
    """The hazards that were reported in the period."""
    selection = Selection(
        scope=scope_of(ask.tenant, archive.divisions),
        reported_from=midnight(ask.since or ask.day),
        reported_until=midnight(ask.day + _ONE_DAY),
    )
    return list(archive.rows(selection))


def area_lines(ask: Ask, archive: Archive, rows: Sequence[HazardRow], tests: Sequence[str]) -> list[tuple[Value, ...]]:
    """A line for each area below the tenant, those without any hazard too, and the total."""
    by_area = groups(rows, lambda row: area_below(row.tenant, ask.tenant, archive.divisions))
    codes = sorted({*by_area, *areas_of(archive.charter, ask.tenant, archive.divisions)})
    lines = [(area_name(code, ask.tenant, archive.divisions), *line(by_area.get(code, ()), tests)) for code in codes]
    return [*lines, ("合计", *line(rows, tests))]


def areas_of(charter: Charter | None, tenant: str, divisions: Divisions) -> set[str]:
    """The areas that the charter lists directly below a tenant; codes that stand above them are left out."""
    if charter is None:
        return set()
    units = [unit.id for group in charter.lists.values() for unit in group if unit.id.isdecimal()]
    return {
        code
        for code in units
        if code != tenant and area_below(code, tenant, divisions) == code and divisions.is_within(code, tenant)
    }


def area_name(code: str, tenant: str, divisions: Divisions) -> str:
    """An area as its row is headed; what lies at the tenant's own level is 本级."""
    row = divisions.get(code)
    name = row.name if row else code
    return f"{name}本级" if code == tenant else name


def _sums(ask: Ask, archive: Archive, rows: Sequence[HazardRow]) -> Sheet:
    since = ask.since or ask.day
    return Sheet(
        name="汇总表",
        title=TITLE,
        heads=(
            f"汇总单位：{archive.divisions.full_name(ask.tenant)}",
            f"{day_words(since)}至{day_words(ask.day)}",
        ),
        columns=(Column("单位", 24), *(Column(head, 11, percent="率" in head) for head in _HEADS)),
        rows=tuple(area_lines(ask, archive, rows, TESTS)),
        notes=(as_of_words(ask.as_of), "同一隐患由多级、多轮检查发现的只计一次，计在所在地。"),
    )


def _reported(ask: Ask, archive: Archive) -> tuple[Sheet, ...]:
    charter = archive.charter
    if charter is None:
        return ()
    since, until = midnight(ask.since or ask.day), None
    done = archive.events(["obligation.fulfilled"], since, until)
    owed = [duty for duty in charter.duties if duty.units][:_MOST]
    return tuple(_duty(ask, f"报送{number}", duty, done) for number, duty in enumerate(owed, 1))


_MOST: Final = 24
"""Sheets of duties in one workbook: no pack owes more."""


def _duty(ask: Ask, name: str, duty: Duty, done: Sequence[Event]) -> Sheet:
    """Who has sent it and who has not, latest period first."""
    told = [event for event in done if event.text("obligation") == duty.id]
    periods = sorted({event.text("period") for event in told}, reverse=True) or ["——"]
    rows: list[tuple[Value, ...]] = []
    missing = 0
    for period in periods:
        for unit in units_in(duty):
            sent = _sent(unit, period, told)
            missing += sent is None
            when = moment_words(sent.time) if sent else "未报送"
            rows.append((period, unit.title, when, sent.text("document_no") if sent else ""))
    return Sheet(
        name=name,
        title=duty.title,
        heads=(f"应报{len(tuple(units_in(duty)))}个单位", f"截至{day_words(_day(ask))}"),
        paragraphs=((f"未报送{missing}个。",),),
        columns=(Column("报送周期", 14, centred=True), Column("单位", 34), Column("报送时间", 20), Column("文号", 26)),
        rows=tuple(rows),
        notes=(as_of_words(ask.as_of),),
    )


def _sent(unit: Unit, period: str, told: Sequence[Event]) -> Event | None:
    return next(
        (event for event in told if event.text("period") == period and unit.is_called(event.text("unit"))), None
    )


def _day(ask: Ask) -> date:
    return ask.day
