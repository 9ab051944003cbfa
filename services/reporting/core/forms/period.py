"""Fill 半年度、全年工作完成情况: hazards by area, accidents beside those of last year, duties done, targets (S2-01, S2-02)."""

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from services.reporting.core.charter import units_in
from services.reporting.core.days import midnight
from services.reporting.core.forms import targets
from services.reporting.core.forms.archive import Archive, Ask, Event
from services.reporting.core.forms.form import Column, Figure, Form, Sheet, Value, count, share
from services.reporting.core.forms.framing import form_of, heads_of
from services.reporting.core.forms.roll_up import area_lines, period_rows
from services.reporting.core.forms.words import as_of_words

HALF_TITLE: Final = "半年度工作完成情况表"
ANNUAL_TITLE: Final = "全年工作完成情况表"
TESTS: Final = ("all", "done", "done/all", "major", "major_closed", "major_closed/major", "overdue", "in_time/closed")
_HEADS: Final = ("发现隐患", "已整改", "整改率", "重大隐患", "重大销号", "重大销号率", "逾期", "按期整改率")
_ONE_DAY = timedelta(days=1)


def build_half_year(ask: Ask, archive: Archive) -> Form:
    """The half-year up to the day."""
    return _build(ask, archive, HALF_TITLE)


def build_annual(ask: Ask, archive: Archive) -> Form:
    """The year up to the day."""
    return _build(ask, archive, ANNUAL_TITLE)


def same_day_last_year(day: date) -> date:
    """The corresponding day of the year before; the 29th of February becomes the month's last day."""
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return date(day.year - 1, day.month, min(day.day, last))


def _build(ask: Ask, archive: Archive, title: str) -> Form:
    since = ask.since or ask.day
    heads = heads_of(ask, archive, since)
    work = Sheet(
        name="隐患排查治理",
        title=title,
        heads=heads,
        columns=(Column("单位", 24), *(Column(head, 11, percent=head.endswith("率")) for head in _HEADS)),
        rows=tuple(area_lines(ask, archive, period_rows(ask, archive), TESTS)),
        notes=(as_of_words(ask.as_of),),
    )
    sheets = (work, _accidents(ask, archive, heads), _duties(ask, archive, heads), targets.sheet(ask, archive))
    return form_of(ask, archive, title, *sheets)


def _accidents(ask: Ask, archive: Archive, heads: tuple[str, str]) -> Sheet:
    """Count and deaths beside those of the same days last year; what is unknown is said, never counted as zero."""
    since = ask.since or ask.day
    now = _known(archive, since, ask.day)
    then = _known(archive, same_day_last_year(since), same_day_last_year(ask.day))
    return Sheet(
        name="事故",
        title="生产安全事故同比",
        heads=heads,
        columns=(
            Column("项目", 26),
            Column("本期", 12, centred=True),
            Column("去年同期", 12, centred=True),
            Column("增减", 12, centred=True),
        ),
        rows=(
            _compared("事故起数（起）", _ids(now), _ids(then)),
            _compared("死亡人数（人）", _deaths(now), _deaths(then)),
            _compared("死亡人数尚未查明的事故（起）", _unknown(now), _unknown(then)),
        ),
        notes=(
            as_of_words(ask.as_of),
            "视同事故处理的隐患不计入事故统计。同期按月日对应，2月29日对应上年2月最后一天。",
        ),
    )


def _known(archive: Archive, since: date, until: date) -> list[Event]:
    """The accidents that happened in the period, each as last told."""
    told = archive.events(["accident.reported"], midnight(since), midnight(until + _ONE_DAY))
    latest = {(event.committee, event.text("accident_id")): event for event in sorted(told, key=_recorded)}
    return list(latest.values())


def _recorded(event: Event) -> tuple[object, ...]:
    return event.known_at, event.ref


def _ids(events: Sequence[Event]) -> Figure:
    return count(f"accident:{event.text('accident_id')}" for event in events)


def _deaths(events: Sequence[Event]) -> Figure:
    of = tuple(sorted(f"accident:{event.text('accident_id')}" for event in events if event.data.get("deaths")))
    return Figure(sum(int(event.data.get("deaths") or 0) for event in events), of)


def _unknown(events: Sequence[Event]) -> Figure:
    return _ids([event for event in events if event.data.get("deaths") is None])


def _compared(title: str, now: Figure, then: Figure) -> tuple[Value, ...]:
    change = int(now.value or 0) - int(then.value or 0)
    return title, now, then, f"{change:+d}" if change else "持平"


def _duties(ask: Ask, archive: Archive, heads: tuple[str, str]) -> Sheet:
    done = archive.events(["obligation.fulfilled"], midnight(ask.since or ask.day), midnight(ask.day + _ONE_DAY))
    rows: list[tuple[Value, ...]] = []
    for duty in archive.charter.duties if archive.charter else ():
        owing = list(units_in(duty))
        if not owing:
            continue
        sent = [event for event in done if event.text("obligation") == duty.id]
        units = {unit.id for unit in owing for event in sent if unit.is_called(event.text("unit"))}
        rate = share(len(units), len(owing))
        times = count(f"obligation:{event.ref}" for event in sent)
        rows.append((duty.title, len(owing), len(units), rate, times, "、".join(duty.clauses)))
    return Sheet(
        name="履职",
        title="履职事项完成情况",
        heads=heads,
        columns=(
            Column("事项", 40),
            Column("应履职单位", 12),
            Column("已履职单位", 12),
            Column("比例", 10, percent=True),
            Column("履职次数", 10),
            Column("条款", 16, centred=True),
        ),
        rows=tuple(rows),
        notes=(as_of_words(ask.as_of),),
    )
