"""Read 暗访检查日报表 as the notice lays it out: the form reports, hands over and dates every row (S1-13, S1-19).

The form names a day and no hour, so what it tells happened at fixed hours of that day, never later than it came in; that
it came in late is told by the recording time. Nobody types twice: the import is the report of its rows to the office.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.intake.core.ledger.cells import clean, squeeze
from services.intake.core.ledger.rows import TIME_ESTIMATED, BadRow, Implied, Statement
from services.intake.core.ledger.tables import MAX_ROWS, BadTableError, Row
from services.intake.core.reasons import Reason

LAYOUT: Final = "daily-form"
"""What an import of such a form is called where imports are listed."""

SECTOR, NAME, ADDRESS, CONTENT = "行业领域", "企业(场所)名称", "地址", "问题隐患内容"
MAJOR, EVIDENCE, HAND_OVER, DEADLINE = "是否为重大", "是否留存影像资料", "交办情况", "整改期限"
HEADINGS: Final = (SECTOR, NAME, ADDRESS, CONTENT, MAJOR, EVIDENCE, HAND_OVER, DEADLINE)

_ZONE: Final = ZoneInfo("Asia/Shanghai")
_HEAD_WITHIN: Final = 20  # rows
_FOUND, _HANDED, _REPORTED = time(12), time(18), time(23, 59, 59)
_YES: Final = {"是": True, "有": True, "已留存": True, "否": False, "无": False, "未留存": False, "": False}
_LEVELS: Final = {"是": "major", "重大": "major", "否": "general", "一般": "general"}
_DONE: Final = re.compile("整改完成|完成整改|已整改|当场整改|立行立改|即查即改|已完成")
_ON_THE_SPOT: Final = re.compile("当场|立行立改|即查即改|现场整改")
_NOT_HANDED: Final = re.compile("^(未|无|暂未|尚未|没有)")
_TEAM: Final = re.compile(r"组别[:：]?(.*?)(?:时间|$)")
_DAY: Final = re.compile(r"时间[:：]?(?:([0-9]{4})[年./-])?([0-9]{1,2})[月./-]([0-9]{1,2})日?")
_DATE: Final = re.compile(r"(?:([0-9]{4})[年./-])?([0-9]{1,2})[月./-]([0-9]{1,2})日?(?:前|以前|之前)?")
_MARK: Final = re.compile("^〔更正〕")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamWords:
    """A team as a policy names it, with the area that it visits."""

    id: str
    names: tuple[str, ...]
    area: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCharter:
    """Whose form it may be: the committee, its teams, its campaign's days, the duty that the form fulfils."""

    tenant: str
    teams: tuple[TeamWords, ...]
    begins: date | None = None
    ends: date | None = None
    obligation: str = "daily_report"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayForm:
    """A form that was read: who, when, and its rows with where they stand in the file."""

    charter: DayCharter
    team: TeamWords
    day: date
    received_at: datetime
    rows: tuple[Row, ...]
    head: Row = field(default=Row(1, {}))

    @property
    def name(self) -> str:
        """What tells this form from every other."""
        return f"{self.team.id}/{self.day.isoformat()}"

    def at(self, hour: time) -> datetime:
        """That hour of the form's day, or when the form came in if that was earlier on the same day."""
        moment = datetime.combine(self.day, hour, _ZONE)
        return min(moment, max(self.received_at.astimezone(_ZONE), datetime.combine(self.day, time(), _ZONE)))


def is_day_form(grid: Sequence[Sequence[str]]) -> bool:
    """Whether the grid has the form's heads."""
    return _head_row(grid) is not None


def read_day_form(grid: Sequence[Sequence[str]], charter: DayCharter, received_at: datetime) -> DayForm:
    """Read head and rows; raises BadTableError where it is not the form, or does not say who and when."""
    head = _head_row(grid)
    if head is None:
        raise BadTableError(f"不是暗访检查日报表：没有同时含有{CONTENT}、{HAND_OVER}、{DEADLINE}的表头")
    above = squeeze("".join(cell for line in grid[:head] for cell in line))
    team = _team(above, charter)
    day = _day(above, charter, received_at)
    headings = [_heading(cell) for cell in grid[head]]
    missing = [name for name in HEADINGS if name not in headings]
    if missing:
        raise BadTableError(f"日报表缺少这些列：{'、'.join(missing)}")
    if len(grid) - head > MAX_ROWS:
        raise BadTableError(f"超过 {MAX_ROWS} 行，不是一天的日报表")
    rows = tuple(_rows(grid, head, headings))
    return DayForm(charter=charter, team=team, day=day, received_at=received_at, rows=rows, head=Row(head + 1, {}))


def implied(form: DayForm) -> Iterator[Implied | BadRow]:
    """What the form says: each row's hazard, each site's inspection, and that the day was reported, a zero report too."""
    said = [_row(row, form) for row in form.rows]
    yield from said
    sites: dict[str, list[Implied]] = {}
    for one in said:
        if isinstance(one, Implied):
            sites.setdefault(str(one.statements[0].data["site"]["id"]), []).append(one)
    for site_id, rows in sites.items():
        yield _inspection(form, site_id, rows)
    data = {"obligation": form.charter.obligation, "unit": form.team.id, "period": form.day.isoformat()}
    yield Implied(
        form.head,
        f"{form.name}/form",
        (_statement("obligation.fulfilled", form.at(_REPORTED), form.charter.tenant, data, flags=()),),
    )


def dated(one: Statement, happened_at: datetime) -> Statement:
    """The same statement at the moment that an earlier import gave it."""
    return replace(one, time=happened_at)


def _head_row(grid: Sequence[Sequence[str]]) -> int | None:
    for number, line in enumerate(grid[:_HEAD_WITHIN]):
        if {CONTENT, HAND_OVER, DEADLINE} <= {_heading(cell) for cell in line}:
            return number
    return None


def _heading(cell: str) -> str:
    return squeeze(cell)


def _team(above: str, charter: DayCharter) -> TeamWords:
    found = _TEAM.search(above)
    word = found[1] if found else ""
    number = re.sub("[第组督查暗访小]", "", word)
    for team in charter.teams:
        names = {squeeze(name) for name in team.names}
        if word in names or f"第{number}组" in names or f"{number}组" in names:
            return team
    known = "、".join(team.names[0] for team in charter.teams) or "（没有登记的组）"
    raise BadTableError(f"组别“{word or '（空）'}”不认识；{charter.tenant} 的组有：{known}")


def _day(above: str, charter: DayCharter, received_at: datetime) -> date:
    found = _DAY.search(above)
    if found is None:
        raise BadTableError("没有写明时间（几月几日）")
    year, month, day = found.groups()
    today = received_at.astimezone(_ZONE).date()
    try:
        said = date(int(year), int(month), int(day)) if year else _nearest(int(month), int(day), charter, today)
    except ValueError:
        raise BadTableError(f"时间 {month}月{day}日 不是一个日子") from None
    if said > today:
        raise BadTableError(f"时间 {said} 尚未到来")
    return said


def _nearest(month: int, day: int, charter: DayCharter, today: date) -> date:
    """The form names no year: the campaign's, where the day lies in it, else the last such day."""
    if charter.begins is not None:
        said = date(charter.begins.year, month, day)
        if charter.begins <= said <= (charter.ends or said) and said <= today:
            return said
    said = date(today.year, month, day)
    return said if said <= today else date(today.year - 1, month, day)


def _rows(grid: Sequence[Sequence[str]], head: int, headings: Sequence[str]) -> Iterator[Row]:
    """Rows up to the notes below the table: those stand in the first column alone, and so does 零报告."""
    for number, line in enumerate(grid[head + 1 :], head + 2):
        cells = {name: clean(line[place]) if place < len(line) else "" for place, name in enumerate(headings) if name}
        filled = [name for name in HEADINGS if cells.get(name)]
        if filled and filled != [SECTOR]:
            yield Row(number, {name: cells.get(name, "") for name in HEADINGS})


def _row(row: Row, form: DayForm) -> Implied | BadRow:
    errors: list[str] = []
    name, content = row.cells[NAME], _MARK.sub("", row.cells[CONTENT])
    level = _LEVELS.get(squeeze(row.cells[MAJOR]))
    evidence = _YES.get(squeeze(row.cells[EVIDENCE]))
    words = squeeze(row.cells[HAND_OVER])
    done = bool(_DONE.search(words)) and not _NOT_HANDED.search(words)
    deadline = _deadline(squeeze(row.cells[DEADLINE]), form, errors, done=done)
    checks = (
        (not name, f"{NAME}：没有填写"),
        (not content, f"{CONTENT}：没有填写"),
        (level is None, f"{MAJOR}：请填是或否，现为“{row.cells[MAJOR]}”"),
        (evidence is None, f"{EVIDENCE}：请填是或否，现为“{row.cells[EVIDENCE]}”"),
    )
    errors += [sentence for wrong, sentence in checks if wrong]
    if errors:
        return BadRow(row, Reason.BAD_ROW, tuple(errors))
    hazard_id = f"{form.team.id}-{form.day:%Y%m%d}-{_short(squeeze(name), squeeze(content))}"
    site = _site(row)
    data: dict[str, Any] = {
        "hazard_id": hazard_id,
        "level": level,
        "category": row.cells[SECTOR] or "未分类",
        "description": content,
        "sector": row.cells[SECTOR] or "未分类",
        "found_by": "undercover",
        "inspection_id": f"{form.name}/{site['id']}",
        "site": site,
        "evidence_kept": bool(evidence),
    }
    data |= {"rectify_by": deadline} if deadline else {}
    data |= {"fixed_on_the_spot": True} if done and _ON_THE_SPOT.search(words) else {}
    tenant = form.team.area or form.charter.tenant
    statements = [_statement("hazard.reported", form.at(_FOUND), tenant, data)]
    statements += _followed(form, hazard_id, tenant, row.cells[HAND_OVER], done=done)
    return Implied(row, f"{form.name}/{hazard_id}", tuple(statements))


def _followed(form: DayForm, hazard_id: str, tenant: str, words: str, *, done: bool) -> Iterator[Statement]:
    """What the form says became of a row: put right, handed over, and in any case reported to the office."""
    text = squeeze(words)
    if done:
        data = {"hazard_id": hazard_id, "by": "日报表未写明"}
        yield _statement("hazard.rectified", form.at(_HANDED), tenant, data)
    elif text and not _NOT_HANDED.search(text):
        unit = (
            re.sub("^(已)?(交办|移交|交由|转交)(给|至|由)?|(跟进督办|督办|处理)?[。；;]?$", "", clean(words))
            or "属地相关部门"
        )
        yield _statement("hazard.handed_over", form.at(_HANDED), tenant, {"hazard_id": hazard_id, "to_unit": unit})
    data = {"hazard_id": hazard_id, "to_unit": "市安委办"}
    yield _statement("hazard.escalated_up", form.at(_REPORTED), tenant, data)


def _inspection(form: DayForm, site_id: str, rows: Sequence[Implied]) -> Implied:
    data = {
        "inspection_id": f"{form.name}/{site_id}",
        "kind": "undercover",
        "site_id": site_id,
        "found": len(rows),
        "team_id": form.team.id,
        "unannounced": True,
    }
    tenant = form.team.area or form.charter.tenant
    statement = _statement("inspection.completed", form.at(_FOUND), tenant, data)
    return Implied(Row(rows[0].row.number, {}), f"{form.name}/{site_id}", (statement,))


def _deadline(text: str, form: DayForm, errors: list[str], *, done: bool) -> str | None:
    if done and (not text or _DONE.search(text) or _ON_THE_SPOT.search(text)):
        return None
    if text in {"立即", "立即整改", "当日", "当天"}:
        return form.day.isoformat()
    found = _DATE.fullmatch(text)
    if found is None:
        errors.append(f"{DEADLINE}：" + (f"“{text}”不是日期" if text else "没有填写"))
        return None
    year, month, day = found.groups()
    try:
        said = date(int(year or form.day.year), int(month), int(day))
        if not year and said < form.day - timedelta(days=180):
            said = date(form.day.year + 1, int(month), int(day))
    except ValueError:
        errors.append(f"{DEADLINE}：“{text}”不是一个日子")
        return None
    return said.isoformat()


def _site(row: Row) -> dict[str, Any]:
    name, address = row.cells[NAME], row.cells[ADDRESS]
    return {
        "id": f"place/{_short(squeeze(name), squeeze(address))}",
        "name": name,
        "address": address or "日报表未写明",
        "kind": "place",
        "sector": row.cells[SECTOR] or "未分类",
    }


def _statement(
    kind: str, moment: datetime, tenant: str, data: Mapping[str, Any], *, flags: tuple[str, ...] = (TIME_ESTIMATED,)
) -> Statement:
    return Statement(kind=kind, type=f"{kind}.v1", time=moment, tenant=tenant, data=data, repeats=False, flags=flags)


def _short(*words: str) -> str:
    return blake2b("\n".join(words).encode(), digest_size=6).hexdigest()
