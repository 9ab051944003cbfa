"""Say in the words of forms what stands in a row: deadlines, hand-overs, sources, areas."""

from datetime import date, datetime
from typing import Final

from contracts.divisions import Divisions
from contracts.vocabulary import FoundBy, Level
from services.reporting.core.days import SHANGHAI, Deadline, local_day
from services.reporting.core.rows import Brief, HazardRow
from services.reporting.core.wording import deadline_text

FOUND_BY: Final = {str(word): word.chinese for word in FoundBy}
YES_NO: Final = {True: "是", False: "否"}


def day_words(day: date) -> str:
    """`2020年4月2日`."""
    return f"{day.year}年{day.month}月{day.day}日"


def moment_words(moment: datetime) -> str:
    """`2020年4月2日17:05`."""
    local = moment.astimezone(SHANGHAI)
    return f"{day_words(local.date())}{local:%H:%M}"


def as_of_words(moment: datetime) -> str:
    """The line under every form: up to when everything known is counted."""
    return f"数据截至{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}（北京时间）。"


def day_of(moment: datetime | None) -> str:
    """`2020-04-02`, nothing where it has not happened."""
    return local_day(moment).isoformat() if moment else ""


def deadline_words(row: HazardRow, deadline: Deadline | None) -> str:
    """The deadline as the form's column shows it; what was put right during the visit had none."""
    if deadline is None and row.on_the_spot:
        return "当场整改"
    return deadline_text(deadline)


def hand_over_words(row: HazardRow) -> str:
    """What became of it: put right, handed over to whom, or neither."""
    if is_done(row):
        return "当场整改完成" if row.on_the_spot else "已完成整改"
    if row.handed_over_at is not None:
        return f"已交办{row.handed_to}" if row.handed_to else "已交办"
    return "未交办"


def is_done(row: HazardRow | Brief) -> bool:
    """Whether it is put right: 已完成整改 does not wait for the close-out."""
    return row.state in {"rectified", "passed", "closed"}


def is_handed_over(row: HazardRow | Brief) -> bool:
    """Whether somebody has it and it is not put right: 已交办属地相关部门跟进督办."""
    return row.handed_over_at is not None and not is_done(row)


def source_words(row: HazardRow) -> str:
    """Where it came from."""
    return FOUND_BY.get(row.found_by, row.found_by)


def area_below(code: str, root: str, divisions: Divisions) -> str:
    """The division directly below `root` in which `code` lies, `root` itself where it is its own."""
    if code == root:
        return root
    chain = [code, *(above.code for above in divisions.ancestors(code))]
    if root in chain:
        return chain[chain.index(root) - 1]
    return code


def place_names(codes: set[str], divisions: Divisions) -> tuple[str, str]:
    """The counties and the towns among `codes` and above them, each joined by 、."""
    counties = {columns.county for code in codes if (columns := divisions.columns_of(code)).county}
    towns = {code for code in codes if divisions.known(code) and divisions.level_of(code) is Level.TOWN}
    return _names(counties, divisions), _names(towns, divisions)


def _names(codes: set[str], divisions: Divisions) -> str:
    return "、".join(row.name if (row := divisions.get(code)) else code for code in sorted(codes))
