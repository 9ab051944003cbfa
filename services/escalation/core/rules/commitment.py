"""Miss an enterprise's commitment after its daily or weekly risk judgement (S1-06)."""

from collections.abc import Iterator

from services.escalation.core.absence import missed, period_of
from services.escalation.core.case import Owed
from services.escalation.core.cases.obligation import Obligation
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction

RULE = "commitment"


def find(obligation: Obligation, where: Jurisdiction) -> Iterator[Finding]:
    """Yield that the commitment is missing once its term is over, until it comes."""
    yield from missed(obligation, where, _reason)


def _reason(unit: str, owed: Owed, term: str) -> str:
    return f"{unit}未完成{period_of(owed)}的{owed.title}，期限为{term}。"
