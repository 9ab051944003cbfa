"""Fill 督查暗访组现场天数: how many days each team was in the field, and whether it can still reach its number (S1-12, S1-23)."""

from datetime import date, timedelta
from typing import Final

from services.reporting.core.charter import Unit
from services.reporting.core.days import local_day, midnight
from services.reporting.core.forms.archive import Archive, Ask, Event
from services.reporting.core.forms.daily import INSPECTED, begins
from services.reporting.core.forms.form import Column, Figure, Form, Sheet, Value, count
from services.reporting.core.forms.framing import form_of, heads_of
from services.reporting.core.forms.words import as_of_words

TITLE: Final = "督查暗访组现场暗访天数统计表"
_ONE_DAY = timedelta(days=1)


def build(ask: Ask, archive: Archive) -> Form:
    """One row for each team: a day counts by at least one unannounced visit of a site, a report from a desk does not."""
    first = begins(ask, archive)
    campaign = archive.charter.campaign if archive.charter else None
    ends = campaign.ends if campaign and campaign.ends and campaign.ends >= first else ask.day
    visits = archive.events([INSPECTED], midnight(first), midnight(ask.day + _ONE_DAY))
    teams = archive.charter.teams if archive.charter else ()
    sheet = Sheet(
        name="现场天数",
        title=TITLE,
        heads=heads_of(ask, archive, first),
        columns=(
            Column("督查暗访组", 20),
            Column("督查区域", 22),
            Column("现场暗访天数", 10),
            Column("应达天数", 9, centred=True),
            Column("还差天数", 9, centred=True),
            Column("剩余天数", 9, centred=True),
            Column("暗访次数", 9),
            Column("暗访企业（场所）", 11),
            Column("现场日期", 46),
            Column("提示", 18),
        ),
        rows=tuple(_row(team, visits, ask.day, ends, archive) for team in teams),
        notes=(as_of_words(ask.as_of), "现场天数按有不打招呼的现场检查的不同日期计；无现场检查的零报告不计。"),
        empty="（没有督查暗访组）",
    )
    return form_of(ask, archive, TITLE, sheet)


def _row(team: Unit, visits: list[Event], day: date, ends: date, archive: Archive) -> tuple[Value, ...]:
    own = [visit for visit in visits if team.is_called(visit.text("team_id")) and _is_unannounced(visit)]
    days = sorted({local_day(visit.time) for visit in own})
    needed = archive.charter.field_days if archive.charter else 0
    missing, left = max(needed - len(days), 0), max((ends - day).days, 0)
    hint = ("已达到" if needed else "未规定天数") if not missing else ("已不可能达到" if missing > left else "")
    area = archive.divisions.get(team.area)
    return (
        team.title,
        area.name if area else team.area,
        Figure(len(days), tuple(sorted(map(_reference, own)))),
        needed or None,
        missing,
        left,
        count(map(_reference, own)),
        count(f"site:{visit.namespace}:{visit.text('site_id')}" for visit in own),
        "、".join(f"{each.month}月{each.day}日" for each in days),
        hint,
    )


def _is_unannounced(visit: Event) -> bool:
    said = visit.data.get("unannounced")
    return visit.text("kind") == "undercover" if said is None else bool(said)


def _reference(visit: Event) -> str:
    return f"inspection:{visit.namespace}:{visit.text('inspection_id')}"
