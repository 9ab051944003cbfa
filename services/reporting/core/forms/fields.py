"""The columns that lists of hazards share: each named once, with its head, its width and what it says of a hazard."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from contracts.divisions import Divisions
from services.reporting.core.forms.form import Column, Value
from services.reporting.core.forms.words import YES_NO, day_of, source_words
from services.reporting.core.rows import HazardRow
from services.reporting.core.wording import deadline_text

Of = Callable[[HazardRow, Divisions], Value]


class Field(NamedTuple):
    """One column of a list of hazards."""

    column: Column
    of: Of


def listed(names: Sequence[str], rows: Iterable[HazardRow], divisions: Divisions) -> Iterator[tuple[Value, ...]]:
    """The rows of a list, numbered from one, made one by one."""
    fields = [FIELDS[name] for name in names]
    for number, row in enumerate(rows, 1):
        yield (number, *(field.of(row, divisions) for field in fields))


def columns(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns of a list, its number first."""
    return (Column("序号", 6, centred=True), *(FIELDS[name].column for name in names))


def _both(first: str, second: str) -> str:
    return "/".join(word for word in (first, second) if word)


def _site(row: HazardRow, _: Divisions) -> str:
    return f"{row.site_name}（{row.uscc}）" if row.uscc else row.site_name


def _deadlines(row: HazardRow, _: Divisions) -> str:
    original, now = row.original, row.deadline
    if original is None or original == now:
        return deadline_text(now)
    return f"{deadline_text(original)}/{deadline_text(now)}"


def _extensions(row: HazardRow, _: Divisions) -> str:
    return f"{row.extensions}次 {row.extension_documents}".strip() if row.extensions else ""


def _checked(row: HazardRow, _: Divisions) -> str:
    return _both(row.reinspected_by, day_of(row.reinspected_at))


def _remark(row: HazardRow, _: Divisions) -> str:
    words = (
        (row.overdue, f"逾期，自{day_of(row.overdue_since)}起"),
        (row.is_open and row.suspended_at is not None, f"挂账，自{day_of(row.suspended_at)}起停计"),
        (row.is_open and bool(row.plan_target_date), f"列入治理计划，目标{row.plan_target_date}"),
        (row.in_time is False, f"逾期{-(row.days_left or 0)}天整改"),
        (row.reports > 1, f"多次上报{row.reports}次"),
        (row.failures > 0, f"复查不合格{row.failures}次"),
        (row.later_deadline_ignored, "后报的更晚期限未采用"),
        (row.historic, "历史导入"),
    )
    return "；".join(word for holds, word in words if holds)


FIELDS: Final[dict[str, Field]] = {
    "id": Field(Column("编号", 16), lambda row, _: row.hazard_id),
    "area": Field(Column("属地", 16), lambda row, divisions: divisions.full_name(row.tenant)),
    "found_on": Field(Column("发现时间", 12, centred=True), lambda row, _: day_of(row.reported_at)),
    "source": Field(Column("来源", 10), lambda row, _: source_words(row)),
    "sector": Field(Column("行业领域", 10), lambda row, _: row.sector),
    "category": Field(Column("隐患类别", 12), lambda row, _: row.category),
    "site": Field(Column("单位名称（统一社会信用代码）", 24), _site),
    "address": Field(Column("地址", 20), lambda row, _: row.address),
    "content": Field(Column("隐患内容", 36), lambda row, _: row.description),
    "level": Field(Column("等级", 8, centred=True), lambda row, _: "重大" if row.is_major else "一般"),
    "owner": Field(Column("责任单位/责任人", 18), lambda row, _: _both(row.responsible_unit, row.responsible_person)),
    "supervisor": Field(Column("督办单位", 14), lambda row, _: row.supervising_unit),
    "measures": Field(Column("整改措施", 24), lambda row, _: row.measures),
    "deadlines": Field(Column("整改时限（原/现）", 14, centred=True), _deadlines),
    "extensions": Field(Column("延期次数及批准文号", 14), _extensions),
    "state": Field(Column("当前状态", 12, centred=True), lambda row, _: row.standing_state.chinese),
    "done_on": Field(Column("整改完成时间", 12, centred=True), lambda row, _: day_of(row.rectified_at or row.done_at)),
    "checked": Field(Column("复查人/复查时间", 16), _checked),
    "closed_on": Field(Column("销号时间", 12, centred=True), lambda row, _: day_of(row.closed_at)),
    "evidence": Field(Column("佐证影像", 8, centred=True), lambda row, _: YES_NO[row.evidence]),
    "plan": Field(
        Column("治理计划目标日期", 12, centred=True), lambda row, _: row.plan_target_date if row.is_open else ""
    ),
    "remark": Field(Column("备注", 18), _remark),
}
"""What may stand in a list of hazards."""
