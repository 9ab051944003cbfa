"""Miss the report after a stage of a campaign (S4-03, S4-04, S4-05): a chain, each link with its own term (trap T1).

Zone units owe the zone's office at two days, the zone and the counties owe the city's at three. A stage that ends with
a milestone has no term until that is dated, and follows when it is dated anew (trap T3).
"""

from collections.abc import Iterator

from services.escalation.core.absence import missed, period_of
from services.escalation.core.case import Owed
from services.escalation.core.cases.obligation import Obligation
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction

RULE = "stage_report"


def find(obligation: Obligation, where: Jurisdiction) -> Iterator[Finding]:
    """Yield that the report is missing once its term is over, until it comes."""
    yield from missed(obligation, where, _reason)


def _reason(unit: str, owed: Owed, term: str) -> str:
    return f"{unit}未在{period_of(owed)}结束后按期完成{owed.title}，期限为{term}。"
