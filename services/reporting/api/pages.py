"""Render the templates: everything a template may call stands here, and every value is escaped."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, urlencode

import jinja2

from contracts.divisions import Divisions
from contracts.vocabulary import FoundBy, HazardLevel, Status, Term
from runtime.log import redact
from services.reporting.core import wording
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
KINDS: Final = {"fact": "事实", "decision": "决定", "notice": "通知"}


class Pages:
    """The templates, with what they may call."""

    def __init__(self, divisions: Divisions) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.PackageLoader("services.reporting.api", "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "moment": wording.moment_text,
            "second": wording.second_text,
            "day": wording.day_text,
            "long_day": wording.long_day_text,
            "deadline": wording.deadline_text,
            "number": number,
            "plain": redact,
            "area": divisions.full_name,
            "area_short": lambda code: name_of(code, divisions),
            "found_by": _words(FoundBy),
            "level": _words(HazardLevel),
        }
        self._environment.globals |= {
            "remaining": wording.remaining,
            "lateness": wording.lateness_text,
            "measure": wording.measure_text,
            "link": link,
            "path_of": path_of,
            "share": share,
            "STATES": list(State),
            "LEVELS": list(HazardLevel),
            "STATE_TONES": STATE_TONES,
            "STATUS_TONES": STATUS_TONES,
            "KINDS": KINDS,
            "MARKS": MARKS,
            "MOST_COUNTED": MOST_COUNTED,
            "NONE": wording.NONE,
        }

    def render(self, name: str, **shown: Any) -> str:
        """The page; a name that the template uses and nobody gave is a defect, never an empty place."""
        return self._environment.get_template(name).render(shown)


def number(value: int) -> str:
    """`12,345`."""
    return f"{value:,}"


def share(part: float, whole: float) -> str:
    """A percentage without false precision; nothing of nothing is said to be nothing."""
    if not whole:
        return wording.NONE
    return f"{100 * part / whole:.1f}%"


def link(path: str, **asked: str) -> str:
    """An address with the parameters that are not empty."""
    filled = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(filled)}" if filled else path


def path_of(row: HazardRow) -> str:
    """The address of a hazard's page."""
    return "/hazards/" + quote(str(row.key), safe=":")


def _words(terms: type[Term]) -> Callable[[str], str]:
    chinese = {str(term): term.chinese for term in terms}
    return lambda word: chinese.get(word, word) or wording.NONE
