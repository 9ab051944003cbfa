"""The table of rules: id, the kind of case it reads, its parameters, its function."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from services.escalation.core.findings import Finding
from services.escalation.core.rules import (
    due_soon,
    joint_supervision,
    late_evidence,
    major_hazard,
    overdue,
    recurrence,
    refusal,
    repeat_offence,
)
from services.escalation.core.terms import RuleParameters

Find = Callable[..., Iterator[Finding]]


class Rule(NamedTuple):
    """One rule: `find(state of a case of `kind`, parameters, jurisdiction)` yields what it finds."""

    id: str
    kind: str
    parameters: type[RuleParameters]
    find: Find | None


def _rule(kind: str, module: Any) -> Rule:  # a module has no narrower type
    return Rule(module.RULE, kind, module.Parameters, getattr(module, "find", None))


RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        _rule("hazard", due_soon),
        _rule("hazard", overdue),
        _rule("hazard", major_hazard),
        _rule("hazard", joint_supervision),
        _rule("hazard", refusal),
        _rule("site", recurrence),
        _rule("site", repeat_offence),
        _rule("any", late_evidence),
    )
}

ABSENCES = (
    "periodic_report",
    "stage_report",
    "daily_report",
    "commitment",
    "warning_meeting",
    "standing_meeting",
)
"""Rules of absence: an obligation names one of them, and `absence.missed` is the function behind all."""
