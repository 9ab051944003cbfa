"""Say things as an official would read them out."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

import msgspec

from contracts.decisions import Decision
from contracts.vocabulary import FoundBy, SubjectKind
from services.escalation.core.calendar import SHANGHAI, last_day_before, local_day
from services.escalation.core.cases.accident import Accident, Grade
from services.escalation.core.cases.hazard import Hazard
from services.escalation.core.criteria import item_of, named
from services.escalation.core.jurisdiction import Jurisdiction

_NAMES: Final = {
    SubjectKind.AREA: "area_name",
    SubjectKind.SITE: "site_name",
    SubjectKind.TEAM: "team_name",
    SubjectKind.DEPARTMENT: "department",
    SubjectKind.TARGET: "title",
}
"""Where a record's context names its subject."""
LEVEL_WORDS = {"general": "一般", "major": "重大"}
FOUND_BY_WORDS = {str(word): word.chinese for word in FoundBy}
LONGEST = 40  # characters of a description that a sentence can carry


def day_words(day: date) -> str:
    """A date in Chinese: 2023年5月20日."""
    return f"{day.year}年{day.month}月{day.day}日"


def moment_words(moment: datetime) -> str:
    """An instant in Chinese, in Asia/Shanghai: 2023年5月20日9时30分."""
    local = moment.astimezone(SHANGHAI)
    return f"{day_words(local_day(moment))}{local.hour}时{local.minute:02d}分"


def in_local_time(record: Decision) -> Decision:
    """The record with its instants as a clock in Shanghai shows them: this is how records leave."""
    return msgspec.structs.replace(
        record,
        at=record.at.astimezone(SHANGHAI),
        known_at=record.known_at.astimezone(SHANGHAI),
        since=record.since.astimezone(SHANGHAI) if record.since else None,
    )


def deadline_words(due: datetime) -> str:
    """The end of a term as an official says it: 2023年5月20日24时, never 0时 of the day after."""
    return moment_words(due) if _is_within_a_day(due) else f"{day_words(last_day_before(due))}24时"


def deadline_day_words(due: datetime) -> str:
    """The last day of a term, 2023年5月20日; with the time where it ends within that day."""
    return moment_words(due) if _is_within_a_day(due) else day_words(last_day_before(due))


def _is_within_a_day(due: datetime) -> bool:
    return local_day(due) == last_day_before(due)


def period_words(label: str) -> str:
    """The label of a period as one would read it out: 2023-Q2 is 2023年第二季度."""
    for pattern, words in _PERIODS:
        found = pattern.fullmatch(label)
        if found:
            return words(*found.groups())
    return label


_PERIODS: Final[tuple[tuple[re.Pattern[str], Callable[..., str]], ...]] = (
    (re.compile(r"(\d{4})"), "{}年".format),
    (re.compile(r"(\d{4})-Q([1-4])"), lambda year, quarter: f"{year}年第{'一二三四'[int(quarter) - 1]}季度"),
    (re.compile(r"(\d{4})-H([12])"), lambda year, half: f"{year}年{'上下'[int(half) - 1]}半年"),
    (re.compile(r"(\d{4})-W(\d{2})"), lambda year, week: f"{year}年第{int(week)}周"),
    (re.compile(r"(\d{4})-(\d{2})"), lambda year, month: f"{year}年{int(month)}月"),
    (re.compile(r"(\d{4}-\d{2}-\d{2})"), lambda day: day_words(date.fromisoformat(day))),
)


def subject_words(record: Decision) -> str:
    """Whom or what a record is about, by its name where one is known."""
    kind, words, subject = SubjectKind(record.subject.kind), record.context, record.subject.id
    name = str(words.get(_NAMES.get(kind, "site_name")) or "")
    if kind is SubjectKind.HAZARD:
        return f"{name}的隐患{subject}" if name else f"隐患{subject}"
    if kind is SubjectKind.TARGET:
        return f"“{name or subject}”目标"
    if kind is SubjectKind.DEPARTMENT:
        return subject
    return name if name and kind in _NAMES else f"{kind.chinese}{subject}"


def shortened(text: str) -> str:
    """The text as far as a sentence can carry it."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def hazard_words(hazard: Hazard) -> str:
    """The hazard as the beginning of a sentence, ending in a comma."""
    name = hazard.site_name or hazard.site_id or "未登记场所"
    level = LEVEL_WORDS.get(current_level(hazard), "")
    return f"{name}的{level}隐患“{shortened(hazard.report.description)}”（{hazard.hazard_id}），"


def verdict_words(criterion: str, day: date, where: Jurisdiction) -> str:
    """By which criterion a hazard was judged major on a day, in brackets; empty where the pack has no library (S2-15)."""
    if not where.criteria:
        return ""
    if not criterion:
        return "（未注明判定标准）"
    standard = named(where.criteria, criterion)
    if standard is None:
        return f"（所引判定标准{criterion}不在标准库中）"
    if not standard.holds(day):
        return f"（所引《{standard.title}》在{day_words(day)}不适用）"
    item = item_of(criterion)
    return f"（依据《{standard.title}》（{standard.document_no}）{f'第{item}项' if item else ''}）"


def current_level(hazard: Hazard) -> str:
    """The level as last graded."""
    return hazard.levels[-1][1] if hazard.levels else hazard.report.level


def hazard_context(hazard: Hazard, where: Jurisdiction, *, addressee: str = "") -> dict[str, str]:
    """The subject's words for letters and pages; empty ones are left out."""
    words = site_context(hazard, where)
    if addressee:
        words["addressee"] = addressee
    if hazard.due:
        words["due"] = hazard.due.astimezone(SHANGHAI).isoformat()
    return words


def site_context(hazard: Hazard, where: Jurisdiction) -> dict[str, str]:
    """The same words without those that change with its deadline: what its site keeps of it."""
    report, site = hazard.report, hazard.report.site
    words = {
        "hazard_id": hazard.hazard_id,
        "namespace": hazard.namespace,
        "description": report.description,
        "site_id": hazard.site_id,
        "site_name": hazard.site_name,
        "address": site.address if site else "",
        "sector": report.sector,
        "hazard_level": current_level(hazard),
        "found_by": report.found_by,
        "responsible_unit": report.responsible_unit,
        "supervising_unit": report.supervising_unit or (site.supervising_unit if site else ""),
        "area_name": where.name_of(hazard.tenant),
    }
    return {key: word for key, word in words.items() if word}


GRADE_WORDS = {
    Grade.UNKNOWN: "等级不明的",
    Grade.ORDINARY: "一般",
    Grade.LARGER: "较大",
    Grade.MAJOR: "重大",
    Grade.EXTRAORDINARY: "特别重大",
}


def accident_words(accident: Accident, where: Jurisdiction) -> str:
    """The accident by day, area and sector: 2021年11月30日环翠区的工贸事故（A-2）."""
    return f"{day_words(accident.day)}{where.name_of(accident.area)}的{accident.sector}事故（{accident.accident_id}）"


def toll_words(accident: Accident) -> str:
    """What is known of its toll; what is unknown is left out, and said so where nothing is known."""
    known = [
        f"死亡{accident.deaths}人" if accident.deaths is not None else "",
        f"重伤{accident.serious_injuries}人" if accident.serious_injuries is not None else "",
        f"直接经济损失{accident.loss_yuan:,.0f}元" if accident.loss_yuan is not None else "",
    ]
    return "、".join(word for word in known if word) or "伤亡和损失不明"


def accident_context(accident: Accident, where: Jurisdiction, *, addressee: str = "") -> dict[str, str]:
    """The accident's words for letters and pages; empty ones are left out."""
    words = {
        "accident_id": accident.accident_id,
        "namespace": accident.namespace,
        "category": accident.category,
        "sector": accident.sector,
        "grade": GRADE_WORDS[accident.grade],
        "toll": toll_words(accident),
        "site_id": accident.site_id,
        "area": accident.area,
        "area_name": where.name_of(accident.area),
        "addressee": addressee,
    }
    return {key: word for key, word in words.items() if word}
