"""Fill 暗访检查日报表: what an undercover team saw on one day, and so far in its campaign (S1-13, S1-19, T10, T12).

Today's numbers count what had happened by the end of the day (or by the form's moment, if the day is not over), the
cumulative ones what is known at the form's moment of everything found until that day: they are never a sum of dailies.
An enterprise counts once in a period, however often it was visited. 已交办 is what was handed over and is not put right
yet, so that found = put right + handed over + left over, and what is left over at 24:00 breaks the same-day rule.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, Generic, TypeVar

import msgspec

from services.reporting.core.charter import Unit
from services.reporting.core.days import midnight
from services.reporting.core.forms.archive import Archive, Ask, Correction, Event
from services.reporting.core.forms.form import Column, Figure, Form, Paragraph, Sheet, Value, count
from services.reporting.core.forms.words import (
    YES_NO,
    as_of_words,
    day_words,
    deadline_words,
    hand_over_words,
    is_done,
    is_handed_over,
    moment_words,
    place_names,
)
from services.reporting.core.rows import Brief, HazardRow
from services.reporting.core.scope import scope_of
from services.reporting.core.selection import Selection

TITLE: Final = "暗访检查日报表"
INSPECTED: Final = "inspection.completed"
COLUMNS: Final = (
    Column("行业领域", 12),
    Column("企业（场所）名称", 24),
    Column("地址", 26),
    Column("问题隐患内容", 42),
    Column("是否为重大", 9, centred=True),
    Column("是否留存影像资料", 10, centred=True),
    Column("交办情况", 22),
    Column("整改期限", 14, centred=True),
)
_ONE_DAY = timedelta(days=1)


_Found = TypeVar("_Found", HazardRow, Brief)


class Visited(msgspec.Struct, Generic[_Found], frozen=True, kw_only=True):
    """What a team saw in a period: its inspections, what it found (in full, or as much as counting needs), and where."""

    visits: tuple[Event, ...]
    found: tuple[_Found, ...]

    @property
    def sites(self) -> Figure:
        """Enterprises and places, each once: a hazard found at a site proves the visit."""
        return count({*(_site(e) for e in self.visits), *(f"site:{row.namespace}:{row.site_id}" for row in self.found)})

    @property
    def all(self) -> Figure:
        """Everything found."""
        return count(str(row.key) for row in self.found)

    @property
    def major(self) -> Figure:
        """The major ones."""
        return count(str(row.key) for row in self.found if row.is_major)

    @property
    def done(self) -> Figure:
        """What is put right."""
        return count(str(row.key) for row in self.found if is_done(row))

    @property
    def handed_over(self) -> Figure:
        """What was handed over and is followed up."""
        return count(str(row.key) for row in self.found if is_handed_over(row))

    @property
    def left(self) -> tuple[_Found, ...]:
        """What is neither put right nor handed over."""
        return tuple(row for row in self.found if not is_done(row) and not is_handed_over(row))


Day = Visited[HazardRow]
Period = Visited[Brief]


def build(ask: Ask, archive: Archive) -> Form:
    """The form of one team, or of all teams of the tenant, for one day."""
    first = begins(ask, archive)
    start, end = midnight(ask.day), midnight(ask.day + _ONE_DAY)
    team = archive.charter.team(ask.team) if archive.charter else None
    period = _visited(ask, archive, team, midnight(first), end)
    keys = [row.key for row in period.found if row.reported_at >= start]
    at_night = archive.rows_by(keys, min(end, ask.as_of) if ask.as_of >= start else end)
    visits = tuple(visit for visit in period.visits if visit.time >= start)
    today: Day = Visited(visits=visits, found=tuple(at_night.values()))
    corrections = [each for each in archive.corrections(start, end) if _is_of(each, today, ask)]
    main = Sheet(
        name="日报表",
        title=TITLE,
        heads=(f"组别：{_team_words(ask, team)}", f"时间：{ask.day.year}年{ask.day.month}月{ask.day.day}日"),
        paragraphs=(("总体情况",), _today(today, ask, archive, team), _so_far(period)),
        columns=COLUMNS,
        rows=tuple(_row(row, corrections) for row in today.found),
        notes=_notes(ask, first, today, period, corrections),
    )
    return Form(
        kind=ask.kind,
        title=TITLE,
        name=f"{TITLE}-{_team_words(ask, team)}-{ask.day}",
        tenant=ask.tenant,
        as_of=ask.as_of,
        sheets=(main, _uncollected(ask, today, end, archive)),
    )


def begins(ask: Ask, archive: Archive) -> date:
    """The first day that the cumulative numbers count: that of the campaign, else that of the year."""
    campaign = archive.charter.campaign if archive.charter else None
    if campaign is None or campaign.begins is None:
        return date(ask.day.year, 1, 1)
    runs = campaign.begins <= ask.day <= (campaign.ends or ask.day)
    return campaign.begins if runs else date(ask.day.year, 1, 1)


def _visited(ask: Ask, archive: Archive, team: Unit | None, since: datetime, until: datetime) -> Period:
    visits = [visit for visit in archive.events([INSPECTED], since, until) if _counts(visit, archive, ask, team)]
    told = {(visit.committee, visit.namespace, visit.text("inspection_id")): visit for visit in visits}
    wanted = archive.charter.visits if archive.charter else ("undercover",)
    selection = Selection(
        scope=scope_of(ask.tenant, archive.divisions), reported_from=since, reported_until=until, found_by=wanted
    )
    everyones = {
        (visit.committee, visit.namespace, visit.text("inspection_id"))
        for visit in archive.events([INSPECTED], since, until)
    }
    found = [row for row in archive.briefs(selection) if _is_theirs(row, ask, archive, team, told.keys(), everyones)]
    return Visited(visits=tuple(told.values()), found=tuple(found))


def _counts(visit: Event, archive: Archive, ask: Ask, team: Unit | None) -> bool:
    """A team's own visit; for all teams together every visit without notice."""
    if ask.team:
        said = visit.text("team_id")
        return said == ask.team or (team is not None and team.is_called(said))
    wanted = archive.charter.visits if archive.charter else ("undercover",)
    return bool(visit.text("team_id")) or visit.text("kind") in wanted


def _is_theirs(
    row: Brief, ask: Ask, archive: Archive, team: Unit | None, told: object, everyones: set[tuple[str, str, str]]
) -> bool:
    """Found in one of the team's inspections; one that names no known inspection belongs to the team of its area."""
    if not ask.team:
        return True
    inspection = (row.committee, row.namespace, row.inspection_id)
    if inspection in everyones:
        return inspection in told  # type: ignore[operator]
    return team is not None and bool(team.area) and archive.divisions.is_within(row.tenant, team.area)


def _is_of(each: Correction, today: Day, ask: Ask) -> bool:
    """Corrections of what the form shows; a report that was voided shows nowhere else and is told where it may be."""
    return each.hazard_id in {row.hazard_id for row in today.found} or (each.voided and not ask.team)


def _today(today: Day, ask: Ask, archive: Archive, team: Unit | None) -> Paragraph:
    places = {visit.tenant for visit in today.visits} | {row.tenant for row in today.found}
    if team is not None and team.area:
        places = {team.area if place == ask.tenant else place for place in places} or {team.area}
    counties, towns = place_names(places, archive.divisions)
    return (
        f"对{counties or '——'}{'（' + towns + '）' if towns else ''}进行了暗访，共检查企业（场所）",
        _named(today.sites, "今日·检查企业（场所）"),
        "个，共发现问题或隐患",
        _named(today.all, "今日·发现问题或隐患"),
        "个，其中重大隐患",
        _named(today.major, "今日·重大隐患"),
        "个，已完成整改",
        _named(today.done, "今日·已完成整改"),
        "个，",
        _named(today.handed_over, "今日·已交办"),
        "个已交办属地相关部门跟进督办。",
    )


def _so_far(period: Period) -> Paragraph:
    return (
        "截至目前，暗访组共检查企业（场所）",
        _named(period.sites, "累计·检查企业（场所）"),
        "个，共发现问题或隐患",
        _named(period.all, "累计·发现问题或隐患"),
        "个，其中重大隐患",
        _named(period.major, "累计·重大隐患"),
        "个，已完成整改",
        _named(period.done, "累计·已完成整改"),
        "个，",
        _named(period.handed_over, "累计·已交办"),
        "个已交办属地相关部门跟进督办。",
    )


def _row(row: HazardRow, corrections: Sequence[Correction]) -> tuple[Value, ...]:
    mark = "〔更正〕" if any(each.hazard_id == row.hazard_id for each in corrections) else ""
    return (
        row.sector,
        row.site_name,
        row.address,
        mark + row.description,
        YES_NO[row.is_major],
        YES_NO[row.evidence],
        hand_over_words(row),
        deadline_words(row, row.deadline),
    )


def _notes(ask: Ask, first: date, today: Day, period: Period, corrections: Sequence[Correction]) -> tuple[str, ...]:
    notes = [as_of_words(ask.as_of) + f"累计自{day_words(first)}起；同一企业（场所）在一个时段内只计1个。"]
    notes.append(f"今日检查{len(today.visits)}次，累计检查{len(period.visits)}次（按检查记录计）。")
    if not today.found:
        notes.append("本日未发现问题隐患，零报告。")
    notes += [_correction_words(each) for each in corrections]
    notes += [f"校核：{sentence}" for sentence in broken(today)]
    return tuple(notes)


def broken(today: Day) -> list[str]:
    """What does not agree in the day's numbers, in a sentence each; a form without any can be signed."""
    found, major, done, handed = (
        int(figure.value or 0) for figure in (today.all, today.major, today.done, today.handed_over)
    )
    undated = [row for row in today.found if row.deadline is None and not row.on_the_spot and not is_done(row)]
    checks = (
        (major > found, f"重大隐患{major}个多于发现{found}个。"),
        (len(today.found) != found, f"明细{len(today.found)}行与发现{found}个不符。"),
        (bool(undated), f"{len(undated)}条隐患没有整改期限。"),
        (
            found != done + handed,
            f"发现{found}个－整改{done}个－交办{handed}个＝{found - done - handed}个未整改也未交办。",
        ),
    )
    return [sentence for wrong, sentence in checks if wrong]


def _uncollected(ask: Ask, today: Day, end: datetime, archive: Archive) -> Sheet:
    over = ask.as_of >= end
    title = "当日未交办清单" if over else "当日尚未交办清单"
    when = f"{day_words(ask.day)}24:00" if over else moment_words(ask.as_of)
    return Sheet(
        name="未交办清单",
        title=title,
        heads=(f"截至{when}", f"共{len(today.left)}条"),
        columns=(
            Column("序号", 6, centred=True),
            Column("隐患编号", 20),
            Column("企业（场所）名称", 26),
            Column("问题隐患内容", 46),
            Column("是否为重大", 9, centred=True),
            Column("发现时间", 17, centred=True),
            Column("属地", 24),
        ),
        rows=tuple(
            (
                number,
                row.hazard_id,
                row.site_name,
                row.description,
                YES_NO[row.is_major],
                row.reported_at,
                archive.divisions.full_name(row.tenant),
            )
            for number, row in enumerate(today.left, 1)
        ),
        notes=(
            "当日交办、当日上报：24:00仍未整改也未交办的，按规定提示。"
            if today.left
            else "当日发现的问题隐患均已整改或交办。",
        ),
        empty="（无）",
    )


def _team_words(ask: Ask, team: Unit | None) -> str:
    if not ask.team:
        return "全部督查暗访组"
    return team.title if team else ask.team


def _correction_words(each: Correction) -> str:
    if each.voided:
        return f"更正：隐患{each.hazard_id}的{each.title}已作废（{moment_words(each.known_at)}）。"
    changed = "；".join(f"{label} {text}" for label, text in each.changes) or "内容未变"
    return f"更正：隐患{each.hazard_id}的{each.title}（{moment_words(each.known_at)}）：{changed}。"


def _named(figure: Figure, label: str) -> Figure:
    return msgspec.structs.replace(figure, label=label)


def _site(visit: Event) -> str:
    return f"site:{visit.namespace}:{visit.text('site_id')}"
