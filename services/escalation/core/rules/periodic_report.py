"""Miss what is owed for a period: reports, meetings, lists, plans, inspections, drills.

S1-18, S2-01, S2-07..09, S2-11, S2-12, S3-01, S3-07, S3-28, S4-06.
"""

from collections.abc import Iterator

from services.escalation.core.absence import missed, period_of
from services.escalation.core.case import Owed
from services.escalation.core.cases.obligation import Obligation
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction

RULE = "periodic_report"


def find(obligation: Obligation, where: Jurisdiction) -> Iterator[Finding]:
    """Yield that it is missing once its term is over, until it comes; a zero report is a report."""
    yield from missed(obligation, where, _reason)


def _reason(unit: str, owed: Owed, term: str) -> str:
    return f"{unit}未按期完成{owed.title}（{period_of(owed)}），期限为{term}。"
