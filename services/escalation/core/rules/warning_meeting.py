"""Ask for a warning meeting after an accident, and for the report on it (S3-18, S3-19, S3-20).

Every accident in an area calls for one within 15 days; the accident's day is not counted. The report on the meeting
has no term, so it opens no clock.
"""

from collections.abc import Iterator

from services.escalation.core.absence import missed, opened
from services.escalation.core.case import Owed
from services.escalation.core.cases.obligation import Obligation
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction

RULE = "warning_meeting"


def find(obligation: Obligation, where: Jurisdiction) -> Iterator[Finding]:
    """Yield the duty at the accident, and at the end of its term that the meeting was not held; until it is."""
    yield from opened(obligation, where, _duty)
    yield from missed(obligation, where, _absence)


def _duty(unit: str, owed: Owed, term: str) -> str:
    return f"{unit}应完成{owed.title}，{f'期限为{term}' if term else '通知未规定期限'}。"


def _absence(unit: str, owed: Owed, term: str) -> str:
    return f"{unit}未按期完成{owed.title}，期限为{term}。"
