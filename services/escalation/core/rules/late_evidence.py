"""Show back-dating: alert the supervising unit when something ends or falls on news recorded late (interface 2)."""

from pydantic import Field

from services.escalation.core.terms import Addressee, RuleParameters

RULE = "late_evidence"


class Parameters(RuleParameters):
    """Whom the alert addresses. The engine raises it beside the record that was cleared or retracted."""

    to: Addressee = Field("supervising_unit", description="Whom it addresses.")
