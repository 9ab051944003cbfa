"""Say what the templates of reporting may call beside what every page may."""

from collections.abc import Callable
from datetime import date
from typing import Final
from urllib.parse import quote

from contracts.divisions import Divisions
from contracts.vocabulary import FoundBy, HazardLevel, Status, Term
from policies import tables
from runtime.pages import Frame
from services.reporting.core import counting, today, wording
from services.reporting.core.days import local_day
from services.reporting.core.flow import CAUSE_MONTHS, WINDOW
from services.reporting.core.places import SiteName
from services.reporting.core.rows import HazardRow
from services.reporting.core.scope import name_of
from services.reporting.core.standing import State
from services.reporting.core.timeline import MARKS
from services.reporting.store.lists import MOST_COUNTED

STATE_TONES: Final = {
    State.FAILED: "bad",
    State.RECTIFIED: "warn",
    State.PASSED: "good",
    State.CLOSED: "good",
    State.WITHDRAWN: "muted",
}
STATUS_TONES: Final = {
    Status.RAISED: "bad",
    Status.CONFIRMED: "bad",
    Status.PROPOSED: "warn",
    Status.PROVISIONAL: "warn",
    Status.QUESTIONED: "warn",
    Status.CLEARED: "good",
}
OVERDUE_STEPS: Final = (0.0, 0.1, 0.2, 0.4)
LATE_STEPS: Final = (0.05, 0.1, 0.2, 0.4)
DAY_STEPS: Final = (0.0, 7.0, 30.0, 90.0)
"""Above each step a cell of a heat table is one shade darker; a matter of display only."""

KINDS: Final = {"fact": "事实", "decision": "决定", "notice": "通知"}


def dress(frame: Frame, divisions: Divisions, *, map_licence: str = "") -> Frame:
    """Teach a frame the words of hazards, areas and decisions."""
    frame.environment.filters |= {
        "day": wording.day_text,
        "date": local_day,
        "chinese_day": chinese_day,
        "long_day": wording.long_day_text,
        "deadline": wording.deadline_text,
        "area": divisions.full_name,
        "area_short": lambda code: name_of(code, divisions),
        "found_by": _words(FoundBy),
        "level": _words(HazardLevel),
    }
    frame.environment.globals |= {
        "remaining": wording.remaining,
        "days_late": wording.days_late,
        "heat": heat,
        "OVERDUE_STEPS": OVERDUE_STEPS,
        "LATE_STEPS": LATE_STEPS,
        "DAY_STEPS": DAY_STEPS,
        "MAP_LICENCE": map_licence,
        "WINDOW": WINDOW,
        "CAUSE_MONTHS": CAUSE_MONTHS,
        "lateness": wording.lateness_text,
        "measure": wording.measure_text,
        "path_of": path_of,
        "site_path": site_path,
        "site_path_of": lambda row: site_path(SiteName(row.committee, row.namespace, row.site_id)),
        "term_of": term_of,
        "clause_text": clause_text,
        "left": today.left_text,
        "waited": today.waited_text,
        "STATES": list(State),
        "LEVELS": list(HazardLevel),
        "STATE_TONES": STATE_TONES,
        "STATUS_TONES": STATUS_TONES,
        "KINDS": KINDS,
        "MARKS": MARKS,
        "MOST_COUNTED": MOST_COUNTED,
    }
    return frame


def heat(part: float, whole: float, steps: tuple[float, ...]) -> int:
    """The shade of a cell, 0 to 4: how many of the steps its share is above."""
    return sum(part / whole > step for step in steps) if whole else 0


def path_of(row: HazardRow) -> str:
    """The address of a hazard's page."""
    return "/hazards/" + quote(str(row.key), safe=":")


def site_path(key: SiteName) -> str:
    """The address of a site's page."""
    return "/sites/" + quote(str(key), safe=":")


def term_of(row: HazardRow) -> counting.Term | None:
    """The days of the deadline that runs, from the day of the report."""
    return counting.term(local_day(row.reported_at), row.deadline, tables.workdays())


def clause_text(clause: str) -> str:
    """Where a clause stands and what it says; nothing for one that we do not know."""
    row = tables.clauses().get(clause)
    return f"{row.notice}：{row.quotation}" if row else ""


def chinese_day(day: date, *, dated: bool = False) -> str:
    """`5月20日（星期六）`, with its year where it is `dated`."""
    year = f"{day.year}年" if dated else ""
    return f"{year}{day.month}月{day.day}日（星期{wording.WEEKDAYS[day.weekday()]}）"


def _words(terms: type[Term]) -> Callable[[str], str]:
    chinese = {str(term): term.chinese for term in terms}
    return lambda word: chinese.get(word, word) or wording.NONE
