"""Fill 挂牌督办汇总: townships, sites and projects that are listed, by batch and level, and key sectors without any (S0-16 to S0-20)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from contracts.vocabulary import Level, ListedKind
from services.reporting.core.days import midnight
from services.reporting.core.forms.archive import Archive, Ask, Event
from services.reporting.core.forms.form import Column, Form, Sheet, Value, count
from services.reporting.core.forms.framing import form_of, heads_of
from services.reporting.core.forms.words import as_of_words, day_of
from services.reporting.core.scope import scope_of
from services.reporting.core.selection import Selection

TITLE: Final = "挂牌督办汇总表"
KINDS: Final = {str(kind): kind.chinese for kind in ListedKind}
LEVELS: Final = {str(level): level.chinese for level in Level}
_ONE_DAY = timedelta(days=1)


def build(ask: Ask, archive: Archive) -> Form:
    """Every listing opened by the day with where it stands, the sums by level, and the sectors that have none."""
    until = midnight(ask.day + _ONE_DAY)
    opened = {event.text("listing_id"): event for event in archive.events(["listing.opened"], None, until)}
    extended = {event.text("listing_id"): event for event in archive.events(["listing.extended"], None, until)}
    lifted = {event.text("listing_id"): event for event in archive.events(["listing.lifted"], None, until)}
    sectors = _sectors(opened, ask, archive)
    heads = heads_of(ask, archive)
    rows = tuple(
        (number, *_row(event, extended.get(listing), lifted.get(listing), sectors.get(listing, ""), ask))
        for number, (listing, event) in enumerate(sorted(opened.items(), key=lambda pair: (pair[1].time, pair[0])), 1)
    )
    table = Sheet(
        name="挂牌清单",
        title=TITLE,
        heads=heads,
        columns=(
            Column("序号", 6, centred=True),
            Column("挂牌编号", 18),
            Column("层级", 10, centred=True),
            Column("批次", 12, centred=True),
            Column("类别", 12, centred=True),
            Column("对象", 8, centred=True),
            Column("对象编号", 20),
            Column("行业领域", 14),
            Column("挂牌时间", 12, centred=True),
            Column("整改期限（原/现）", 16, centred=True),
            Column("摘牌时间", 12, centred=True),
            Column("状态", 10, centred=True),
            Column("涉及隐患", 10),
        ),
        rows=rows,
        notes=(as_of_words(ask.as_of),),
        empty="（没有挂牌）",
    )
    sheets = (table, _coverage(opened, lifted, sectors, archive, ask, heads))
    return form_of(ask, archive, TITLE, *sheets)


def _row(event: Event, extended: Event | None, lifted: Event | None, sector: str, ask: Ask) -> tuple[Value, ...]:
    subject: Mapping[str, Any] = event.data.get("subject") or {}
    until, now = event.text("until"), extended.text("until") if extended else ""
    over = (now or until)[:10] < ask.day.isoformat()
    state = "已摘牌" if lifted else ("超期未摘牌" if over else "挂牌中")
    return (
        event.text("listing_id"),
        LEVELS.get(event.text("level"), event.text("level")),
        event.text("batch"),
        event.text("class"),
        KINDS.get(str(subject.get("kind", "")), str(subject.get("kind", ""))),
        str(subject.get("id", "")),
        sector,
        day_of(event.time),
        f"{until[:10]}/{now[:10]}" if now else until[:10],
        day_of(lifted.time) if lifted else "",
        state,
        count(f"{event.committee}:{event.namespace}:{each}" for each in event.data.get("hazard_ids") or ()),
    )


def _sectors(opened: Mapping[str, Event], ask: Ask, archive: Archive) -> dict[str, str]:
    """The sector of each listing: that of its hazards, else that of its site."""
    wanted = {str(each) for event in opened.values() for each in event.data.get("hazard_ids") or ()}
    rows = archive.rows(Selection(scope=scope_of(ask.tenant, archive.divisions))) if wanted else ()
    of_hazard = {row.hazard_id: row.sector for row in rows if row.hazard_id in wanted}
    of_site: dict[str, str] = {}
    for event in archive.events(["site.registered"], None, None):
        site = event.data.get("site") or {}
        of_site[str(site.get("id", ""))] = str(site.get("sector") or "")
    found: dict[str, str] = {}
    for listing, event in opened.items():
        subject = event.data.get("subject") or {}
        named = [of_hazard[str(each)] for each in event.data.get("hazard_ids") or () if str(each) in of_hazard]
        word = named[0] if named else of_site.get(str(subject.get("id", "")), "")
        found[listing] = archive.charter.sector_of(word) if archive.charter else word
    return found


def _coverage(
    opened: Mapping[str, Event],
    lifted: Mapping[str, Event],
    sectors: Mapping[str, str],
    archive: Archive,
    ask: Ask,
    heads: tuple[str, str],
) -> Sheet:
    """重点行业领域均要开展挂牌督办: sectors with none are named."""
    known = archive.charter.key_sectors or archive.charter.sectors if archive.charter else ()
    names = [*known, *sorted({sector for sector in sectors.values() if sector and sector not in known})]
    rows: list[tuple[Value, ...]] = []
    for sector in names:
        of = [listing for listing in opened if sectors.get(listing) == sector]
        by_level = [
            count(f"listing:{listing}" for listing in of if opened[listing].text("level") == level) for level in Level
        ]
        hint = "" if of else "没有挂牌"
        done = count(f"listing:{listing}" for listing in of if listing in lifted)
        rows.append((sector, *by_level, done, "重点" if sector in known else "", hint))
    return Sheet(
        name="行业覆盖",
        title=f"{TITLE}（行业覆盖）",
        heads=heads,
        columns=(
            Column("行业领域", 20),
            *(Column(level.chinese, 12, "挂牌层级") for level in Level),
            Column("已摘牌", 10),
            Column("重点行业", 10, centred=True),
            Column("提示", 14),
        ),
        rows=tuple(rows),
        notes=(as_of_words(ask.as_of), "各重点行业领域在行动期内至少挂牌督办1处。"),
    )
