"""Miss the report of a day (S1-19, S2-09): every day counts, weekends included, and a zero report is a report."""

from collections.abc import Iterator

from services.escalation.core.absence import missed, period_of
from services.escalation.core.case import Owed
from services.escalation.core.cases.obligation import Obligation
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction

RULE = "daily_report"


def find(obligation: Obligation, where: Jurisdiction) -> Iterator[Finding]:
    """Yield that the day's report is missing once the day is over, until it comes."""
    yield from missed(obligation, where, _reason)


def _reason(unit: str, owed: Owed, term: str) -> str:
    return f"{unit}未报送{period_of(owed)}的{owed.title}，期限为{term}。"
