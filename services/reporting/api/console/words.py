"""Say what the templates of reporting may call beside what every page may."""

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from contracts.divisions import Divisions
from contracts.vocabulary import FoundBy, HazardLevel, Status, Term
from runtime.pages import Frame
from services.reporting.core import wording
from services.reporting.core.flow import CAUSE_MONTHS, WINDOW
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


def dress(frame: Frame, divisions: Divisions) -> Frame:
    """Teach a frame the words of hazards, areas and decisions."""
    frame.environment.filters |= {
        "day": wording.day_text,
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
        "WINDOW": WINDOW,
        "CAUSE_MONTHS": CAUSE_MONTHS,
        "lateness": wording.lateness_text,
        "measure": wording.measure_text,
        "path_of": path_of,
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


def _words(terms: type[Term]) -> Callable[[str], str]:
    chinese = {str(term): term.chinese for term in terms}
    return lambda word: chinese.get(word, word) or wording.NONE
