"""Ask for a report at the next standing meeting of the government after a fatal accident (S3-17).

The area's leader and the sector's both owe it. The term is the next meeting after the accident's day; without a dated
meeting no clock runs, and a meeting that is put off takes the term along.
"""

from collections.abc import Iterator
from datetime import datetime

from services.escalation.core.absence import missed, opened
from services.escalation.core.calendar import last_day_before
from services.escalation.core.case import Owed
from services.escalation.core.cases.obligation import Obligation
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.wording import day_words

RULE = "standing_meeting"


def find(obligation: Obligation, where: Jurisdiction) -> Iterator[Finding]:
    """Yield the duty at the accident, and after the meeting that nobody reported there; until it is done."""
    yield from opened(obligation, where, _duty)
    yield from missed(obligation, where, _absence)


def _duty(unit: str, owed: Owed, _term: str) -> str:
    when = f"会期为{_meeting(owed.due)}" if owed.due else "会期待定"
    return f"{unit}主要负责同志应在最近一次会议上作{owed.title}，{when}。"


def _absence(unit: str, owed: Owed, _term: str) -> str:
    held = f"，会期为{_meeting(owed.due)}" if owed.due else ""
    return f"{unit}主要负责同志未按要求作{owed.title}{held}。"


def _meeting(due: datetime) -> str:
    return day_words(last_day_before(due))
