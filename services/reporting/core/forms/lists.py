"""The lists that the notices call 三张清单, which are not the same ones, and the ledger of major risks (S1-16, S2-05, S2-19)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from services.reporting.core.days import midnight
from services.reporting.core.forms.archive import Archive, Ask, Event
from services.reporting.core.forms.fields import columns, listed
from services.reporting.core.forms.form import Column, Form, Sheet, count
from services.reporting.core.forms.framing import form_of, heads_of
from services.reporting.core.forms.sums import groups, line
from services.reporting.core.forms.words import as_of_words
from services.reporting.core.rows import HazardRow
from services.reporting.core.scope import scope_of
from services.reporting.core.selection import Selection

THREE_TITLE: Final = "排查责任清单、问题清单、整改清单"
SERVICE_TITLE: Final = "“四重”服务“三张清单”"
MAJOR_TITLE: Final = "重大风险隐患“一级一册”闭环管控手册"

PROBLEMS: Final = ("id", "area", "found_on", "source", "sector", "site", "address", "content", "level", "evidence")
WORK: Final = (
    "id", "site", "content", "level", "measures", "owner", "supervisor", "deadlines", "state", "done_on", "closed_on",
    "remark",
)  # fmt: skip
PREVENTION: Final = ("id", "site", "content", "level", "measures", "plan", "owner", "supervisor", "deadlines")
MAJOR: Final = (
    "area", "id", "site", "address", "content", "found_on", "measures", "plan", "owner", "supervisor", "deadlines",
    "state", "closed_on", "remark",
)  # fmt: skip
_ONE_DAY = timedelta(days=1)


def build_three(ask: Ask, archive: Archive) -> Form:
    """S1-16: who answers for what, what was found, what becomes of it, in the campaign."""
    rows = _found(ask, archive)
    visits = archive.events(["inspection.completed"], midnight(ask.since or ask.day), midnight(ask.day + _ONE_DAY))
    sheets = (
        _duties(ask, archive, rows, visits),
        _list(ask, archive, "问题清单", PROBLEMS, rows),
        _list(ask, archive, "整改清单", WORK, rows),
    )
    return form_of(ask, archive, THREE_TITLE, *sheets)


def build_service(ask: Ask, archive: Archive) -> Form:
    """S2-05: problems, measures against accidents, and the closed loop, of the period."""
    rows = _found(ask, archive)
    sheets = (
        _list(ask, archive, "问题隐患清单", PROBLEMS, rows),
        _list(ask, archive, "事故防控措施清单", PREVENTION, [row for row in rows if row.is_open]),
        _list(ask, archive, "闭环整改落实清单", WORK, rows),
    )
    return form_of(ask, archive, SERVICE_TITLE, *sheets)


def build_major(ask: Ask, archive: Archive) -> Form:
    """S2-19: every major hazard that is open or was struck off in the period, 一点一策."""
    since = midnight(ask.since or ask.day)
    selection = Selection(scope=scope_of(ask.tenant, archive.divisions), level="major")
    rows = [
        row for row in archive.rows(selection) if row.is_open or (row.closed_at is not None and row.closed_at >= since)
    ]
    rows.sort(key=lambda row: (row.tenant, row.reported_at, row.key))
    return form_of(ask, archive, MAJOR_TITLE, _list(ask, archive, "管控手册", MAJOR, rows))


def _found(ask: Ask, archive: Archive) -> list[HazardRow]:
    selection = Selection(
        scope=scope_of(ask.tenant, archive.divisions),
        reported_from=midnight(ask.since or ask.day),
        reported_until=midnight(ask.day + _ONE_DAY),
    )
    return list(archive.rows(selection))


def _duties(ask: Ask, archive: Archive, rows: Sequence[HazardRow], visits: Sequence[Event]) -> Sheet:
    charter = archive.charter
    by_sector = groups(rows, lambda row: charter.sector_of(row.sector) if charter else row.sector)
    known = list(charter.sectors) if charter else []
    sectors = [*known, *sorted(set(by_sector) - set(known))]
    leads = charter.sector_leads if charter else {}
    sheet_rows = tuple(
        (
            number,
            sector or "未注明",
            "、".join(leads.get(sector, ())) or "按职责分工",
            "、".join(sorted({row.responsible_unit for row in by_sector.get(sector, ()) if row.responsible_unit})),
            *line(by_sector.get(sector, ()), ("all", "major", "done", "open", "overdue")),
        )
        for number, sector in enumerate(sectors, 1)
    )
    inspected = count(f"inspection:{visit.namespace}:{visit.text('inspection_id')}" for visit in visits)
    return Sheet(
        name="排查责任清单",
        title="排查责任清单",
        heads=heads_of(ask, archive, ask.since or ask.day),
        paragraphs=(("其间完成检查", inspected, "次。"),),
        columns=(
            Column("序号", 6, centred=True),
            Column("行业领域", 16),
            Column("牵头部门", 26),
            Column("整改责任单位", 40),
            Column("发现", 8),
            Column("其中重大", 8),
            Column("已整改", 8),
            Column("未销号", 8),
            Column("逾期", 8),
        ),
        rows=sheet_rows,
        notes=(as_of_words(ask.as_of),),
    )


def _list(ask: Ask, archive: Archive, name: str, fields: Sequence[str], rows: Sequence[HazardRow]) -> Sheet:
    return Sheet(
        name=name,
        title=name if name != "管控手册" else MAJOR_TITLE,
        heads=heads_of(ask, archive, ask.since or ask.day),
        paragraphs=(("共", count((str(row.key) for row in rows), f"{name}·条数"), "条。"),),
        columns=columns(fields),
        rows=tuple(listed(fields, rows, archive.divisions)),
        notes=(as_of_words(ask.as_of),),
    )
