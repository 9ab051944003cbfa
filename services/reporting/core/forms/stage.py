"""Fill 信息上报汇总表: what a unit reports at the end of a campaign's stage, by sector, its own level only (S4-04, S4-07).

The seed has the table's title and not the table: the columns are those of the closest real form, marked as inferred, and
the two blocks that the notice names, 自查自纠 and 执法检查, stand below.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from services.reporting.core.days import midnight
from services.reporting.core.forms.archive import Archive, Ask, Event
from services.reporting.core.forms.form import Column, Figure, Form, Sheet, Value, count
from services.reporting.core.forms.sums import figure, groups, line, rate
from services.reporting.core.forms.words import as_of_words, day_words
from services.reporting.core.rows import HazardRow
from services.reporting.core.scope import scope_of
from services.reporting.core.selection import Selection

TITLE: Final = "信息上报汇总表"
INFERRED: Final = "通知附件只有表名，没有表样：本表栏目为推定，按各地同类汇总表填列。"
SELF_CHECK: Final = "self_check"
_GENERAL, _MAJOR = "排查治理一般隐患", "排查治理重大隐患"
COLUMNS: Final = (
    Column("行业和领域", 14),
    Column("排查治理隐患的生产经营单位（家）", 12),
    Column("排查（项）", 9, _GENERAL),
    Column("已整改（项）", 9, _GENERAL),
    Column("整改率", 9, _GENERAL, percent=True),
    Column("排查（项）", 9, _MAJOR),
    Column("已整改销号（项）", 10, _MAJOR),
    Column("整改率", 9, _MAJOR, percent=True),
    Column("列入治理计划（项）", 10, "列入治理计划的重大隐患"),
    Column("达到“五到位”（项）", 10, "列入治理计划的重大隐患"),
    Column("小计（项）", 9, "挂牌督办的重大隐患"),
    Column("省级挂牌（项）", 9, "挂牌督办的重大隐患"),
    Column("累计落实治理资金（万元）", 12),
)
_ONE_DAY = timedelta(days=1)


def build(ask: Ask, archive: Archive) -> Form:
    """The summary of one stage, or of the period up to a day."""
    since, until = midnight(ask.since or ask.day), midnight(ask.day + _ONE_DAY)
    selection = Selection(scope=scope_of(ask.tenant, archive.divisions), reported_from=since, reported_until=until)
    rows = list(archive.rows(selection))
    listings = archive.events(["listing.opened"], since, until)
    money = archive.events(["hazard.rectified", "hazard.plan_filed"], since, until)
    charter = archive.charter
    by_sector = groups(rows, lambda row: charter.sector_of(row.sector) if charter else row.sector)
    known = list(charter.sectors) if charter else []
    names = [*known, *sorted(set(by_sector) - set(known))]
    lines = [_line(name or "未注明", by_sector.get(name, []), listings, money) for name in names]
    table = Sheet(
        name="汇总表",
        title=TITLE,
        heads=(f"填报单位：{archive.divisions.full_name(ask.tenant)}", _period(ask, archive)),
        columns=COLUMNS,
        rows=(*lines, _line("合计", rows, listings, money)),
        notes=(as_of_words(ask.as_of), INFERRED, "按本级开展情况填报，同一隐患只计一次。"),
    )
    blocks = (_self_check(ask, archive, rows), _enforcement(ask, archive, since, until))
    name = f"{TITLE}-{archive.divisions.full_name(ask.tenant)}-{ask.stage or ask.day}"
    return Form(kind=ask.kind, title=TITLE, name=name, tenant=ask.tenant, as_of=ask.as_of, sheets=(table, *blocks))


def _period(ask: Ask, archive: Archive) -> str:
    since = ask.since or ask.day
    words = f"{day_words(since)}至{day_words(ask.day)}"
    stages = archive.charter.stages if archive.charter else ()
    stage = next((stage for stage in stages if stage.id == ask.stage), None)
    return f"{stage.name}（{words}）" if stage else words


def _line(name: str, rows: Sequence[HazardRow], listings: Sequence[Event], money: Sequence[Event]) -> tuple[Value, ...]:
    ids = {row.hazard_id: str(row.key) for row in rows}
    listed = [event for event in listings if set(event.data.get("hazard_ids") or ()) & ids.keys()]
    hazards = {ids[each] for event in listed for each in event.data.get("hazard_ids") or () if each in ids}
    by_province = {
        ids[each]
        for event in listed
        if event.text("level") == "province"
        for each in event.data.get("hazard_ids") or ()
        if each in ids
    }
    funds = sum(float(event.data.get("funds") or 0) for event in money if event.text("hazard_id") in ids)
    complete = [row for row in rows if row.is_major and row.plan_target_date and row.measures and row.responsible_unit]
    return (
        name,
        count(f"site:{row.namespace}:{row.site_id}" for row in rows),
        *line(rows, ("general", "general_done", "general_done/general", "major", "major_closed")),
        rate(rows, "major_closed", "major"),
        figure(rows, "major_planned"),
        count(str(row.key) for row in complete),
        count(hazards),
        count(by_province),
        round(funds / 10_000, 2),
    )


def _self_check(ask: Ask, archive: Archive, rows: Sequence[HazardRow]) -> Sheet:
    """企业隐患自查自纠情况."""
    own = [row for row in rows if row.found_by == SELF_CHECK]
    return _block(
        ask,
        archive,
        "企业隐患自查自纠情况",
        (
            ("开展自查自纠的企业（家）", count(f"site:{row.namespace}:{row.site_id}" for row in own)),
            ("自查发现隐患（项）", figure(own, "all")),
            ("其中重大隐患（项）", figure(own, "major")),
            ("已整改（项）", figure(own, "done")),
            ("未整改（项）", count(str(row.key) for row in own if row.is_open and row.standing_state.awaits_work)),
        ),
    )


def _enforcement(ask: Ask, archive: Archive, since: object, until: object) -> Sheet:
    """安全生产执法检查情况."""
    visits = archive.events(["inspection.completed"], since, until)  # type: ignore[arg-type]
    papers = archive.events(["enforcement.recorded"], since, until)  # type: ignore[arg-type]
    checks = [visit for visit in visits if visit.text("kind") != SELF_CHECK]
    found = sum(int(visit.data.get("found") or 0) for visit in checks)

    def of_kind(*kinds: str) -> Figure:
        return count(f"enforcement:{paper.text('document_no')}" for paper in papers if paper.text("kind") in kinds)

    return _block(
        ask,
        archive,
        "安全生产执法检查情况",
        (
            ("检查（次）", count(f"inspection:{visit.namespace}:{visit.text('inspection_id')}" for visit in checks)),
            ("检查企业（场所）（家）", count(f"site:{visit.namespace}:{visit.text('site_id')}" for visit in checks)),
            ("检查记录的隐患（项）", found),
            ("责令整改文书（份）", of_kind("order")),
            ("行政处罚（起）", of_kind("penalty")),
            ("停产停业整顿、关闭取缔（家）", of_kind("suspension", "closure")),
            ("移送、问责（起）", of_kind("referral", "accountability")),
            ("罚款（万元）", round(sum(float(paper.data.get("amount") or 0) for paper in papers) / 10_000, 2)),
        ),
    )


def _block(ask: Ask, archive: Archive, title: str, lines: Sequence[tuple[str, Value]]) -> Sheet:
    return Sheet(
        name=title,
        title=title,
        heads=(f"填报单位：{archive.divisions.full_name(ask.tenant)}", _period(ask, archive)),
        columns=(Column("项目", 40), Column("数量", 16, centred=True)),
        rows=tuple(lines),
        notes=(as_of_words(ask.as_of),),
    )
