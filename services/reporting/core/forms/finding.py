"""Fill 主动发现: active finding as the lead indicator, and rewards for tip-offs that were really paid (S2-25, S2-36)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from services.reporting.core.days import midnight
from services.reporting.core.forms.archive import Archive, Ask, Event
from services.reporting.core.forms.form import Column, Form, Sheet, Value, count, share
from services.reporting.core.forms.framing import form_of, heads_of
from services.reporting.core.forms.roll_up import area_name, areas_of, period_rows
from services.reporting.core.forms.sums import groups
from services.reporting.core.forms.words import area_below, as_of_words
from services.reporting.core.rows import HazardRow
from services.reporting.core.ways import ACTIVE, PASSIVE

TITLE: Final = "主动发现问题隐患情况表"
_SMALL: Final = 5
"""Fewer tip-offs than this are not shown: they might lead back to whoever gave them."""
_ONE_DAY = timedelta(days=1)


def build(ask: Ask, archive: Archive) -> Form:
    """One row for each area, and the tip-offs of the tenant as a whole."""
    rows = period_rows(ask, archive)
    by_area = groups(rows, lambda row: area_below(row.tenant, ask.tenant, archive.divisions))
    codes = sorted({*by_area, *areas_of(archive.charter, ask.tenant, archive.divisions)})
    heads = heads_of(ask, archive, ask.since or ask.day)
    table = Sheet(
        name="主动发现",
        title=TITLE,
        heads=heads,
        columns=(
            Column("单位", 24),
            Column("企业自查", 10, "主动发现"),
            Column("监督检查", 10, "主动发现"),
            Column("网格巡查", 10, "主动发现"),
            Column("上级督导", 10, "被动发现"),
            Column("暗查暗访", 10, "被动发现"),
            Column("群众举报", 10, "被动发现"),
            Column("主动发现率", 11, percent=True),
            Column("重大隐患主动发现率", 12, percent=True),
        ),
        rows=(
            *(_row(area_name(code, ask.tenant, archive.divisions), by_area.get(code, ())) for code in codes),
            _row("合计", rows),
        ),
        notes=(
            as_of_words(ask.as_of),
            "主动发现率＝主动发现÷（主动发现＋被动发现）。企业自查上报的重大隐患不因此联合督办。",
        ),
    )
    sheets = (table, _tip_offs(ask, archive, heads))
    return form_of(ask, archive, TITLE, *sheets)


def _row(title: str, rows: Sequence[HazardRow]) -> tuple[Value, ...]:
    ways = [count(str(row.key) for row in rows if row.found_by == way) for way in (*ACTIVE, *PASSIVE)]
    return (title, *ways, _rate(rows), _rate([row for row in rows if row.is_major]))


def _rate(rows: Sequence[HazardRow]) -> Value:
    active = [row for row in rows if row.found_by in ACTIVE]
    passive = [row for row in rows if row.found_by in PASSIVE]
    return share(len(active), len(active) + len(passive), (str(row.key) for row in passive))


def _tip_offs(ask: Ask, archive: Archive, heads: tuple[str, str]) -> Sheet:
    """Received, verified, rewarded: a reward counts when it was paid, and how long it took."""
    since, until = midnight(ask.since or ask.day), midnight(ask.day + _ONE_DAY)
    received = archive.events(["tip_off.received"], since, until)
    verified = {event.text("tip_off_id"): event for event in archive.events(["tip_off.verified"], since, None)}
    ids = {event.text("tip_off_id") for event in received}
    done = [event for each, event in verified.items() if each in ids]
    true = [event for event in done if event.data.get("true") is True]
    paid = [event for event in true if float(event.data.get("reward_yuan") or 0) > 0]
    if 0 < len(ids) < _SMALL:
        rows: tuple[tuple[Value, ...], ...] = (("受理举报（件）", f"少于{_SMALL}件，不细列"),)
    else:
        rows = (
            ("受理举报（件）", len(ids)),
            ("已核查（件）", _not_small(len(done))),
            ("查实（件）", _not_small(len(true))),
            ("已奖励（件）", _not_small(len(paid))),
            ("奖励金额（元）", _not_small(len(paid), sum(float(event.data.get("reward_yuan") or 0) for event in paid))),
            ("从受理到核查平均天数", _not_small(len(done), _lag(received, verified))),
        )
    return Sheet(
        name="举报奖励",
        title="举报受理、核查、奖励情况",
        heads=heads,
        columns=(Column("项目", 36), Column("数量", 20, centred=True)),
        rows=rows,
        notes=(as_of_words(ask.as_of), "举报人信息不进入任何报表；件数过少时不细列。"),
    )


def _not_small(people: int, value: Value | None = None) -> Value:
    """The number of people, or a value over them, unless they are so few that it might lead back to one."""
    if 0 < people < _SMALL:
        return f"少于{_SMALL}"
    return people if value is None else value


def _lag(received: Sequence[Event], verified: dict[str, Event]) -> Value:
    days = [
        (verified[event.text("tip_off_id")].time - event.time).total_seconds() / 86_400
        for event in received
        if event.text("tip_off_id") in verified
    ]
    return round(sum(days) / len(days), 1) if days else ""
