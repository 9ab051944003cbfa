"""Say things as an official would read them out."""

from datetime import date, datetime

from services.escalation.core.calendar import SHANGHAI, local_day
from services.escalation.core.cases.hazard import Hazard
from services.escalation.core.jurisdiction import Jurisdiction

LEVEL_WORDS = {"general": "一般", "major": "重大"}
LONGEST = 40  # characters of a description that a sentence can carry


def day_words(day: date) -> str:
    """A date in Chinese: 2023年5月20日."""
    return f"{day.year}年{day.month}月{day.day}日"


def moment_words(moment: datetime) -> str:
    """An instant in Chinese, in Asia/Shanghai: 2023年5月20日9时30分."""
    local = moment.astimezone(SHANGHAI)
    return f"{day_words(local_day(moment))}{local.hour}时{local.minute:02d}分"


def shortened(text: str) -> str:
    """The text as far as a sentence can carry it."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def hazard_words(hazard: Hazard) -> str:
    """The hazard as the beginning of a sentence, ending in a comma."""
    name = hazard.site_name or hazard.site_id or "未登记场所"
    level = LEVEL_WORDS.get(current_level(hazard), "")
    return f"{name}的{level}隐患“{shortened(hazard.report.description)}”（{hazard.hazard_id}），"


def current_level(hazard: Hazard) -> str:
    """The level as last graded."""
    return hazard.levels[-1][1] if hazard.levels else hazard.report.level


def hazard_context(hazard: Hazard, where: Jurisdiction, *, addressee: str = "") -> dict[str, str]:
    """The subject's words for letters and pages; empty ones are left out."""
    report = hazard.report
    words = {
        "hazard_id": hazard.hazard_id,
        "namespace": hazard.namespace,
        "description": report.description,
        "site_id": hazard.site_id,
        "site_name": hazard.site_name,
        "address": report.site.address if report.site else "",
        "sector": report.sector,
        "hazard_level": current_level(hazard),
        "found_by": report.found_by,
        "responsible_unit": report.responsible_unit,
        "supervising_unit": report.supervising_unit or (report.site.supervising_unit if report.site else ""),
        "area_name": where.name_of(hazard.tenant),
        "addressee": addressee,
        "due": hazard.due.isoformat() if hazard.due else "",
    }
    return {key: word for key, word in words.items() if word}
