"""What escalation does with the log: apply facts, let time pass, count anew where a calendar was changed."""

from services.escalation.handlers.applying import PASS_ON_AFTER, EscalationHandler

__all__ = ["PASS_ON_AFTER", "EscalationHandler"]
