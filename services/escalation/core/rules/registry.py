"""The table of rules: id, the kind of case it reads, its parameters, its function."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from services.escalation.core.findings import Finding
from services.escalation.core.rules import (
    campaign_goal,
    commitment,
    daily_report,
    due_soon,
    enforcement_missing,
    joint_supervision,
    late_evidence,
    major_hazard,
    missing_proposal,
    overdue,
    periodic_report,
    recurrence,
    refusal,
    repeat_offence,
    stage_report,
    standing_meeting,
    talk_accident_prone,
    talk_duty_failure,
    talk_fatal_window,
    talk_sector,
    talk_serious_accident,
    unowned_site,
    warning_meeting,
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
        _rule("hazard", missing_proposal),
        _rule("site", recurrence),
        _rule("site", repeat_offence),
        _rule("site", enforcement_missing),
        _rule("site", unowned_site),
        _rule("accident", talk_sector),
        _rule("area", talk_serious_accident),
        _rule("area", talk_fatal_window),
        _rule("area", talk_accident_prone),
        _rule("area", talk_duty_failure),
        _rule("committee", campaign_goal),
        _rule("any", late_evidence),
    )
}

ABSENCES: dict[str, Find] = {
    module.RULE: module.find
    for module in (periodic_report, stage_report, daily_report, commitment, warning_meeting, standing_meeting)
}
"""Rules of absence: an obligation names one of them, and it needs no parameters beside the obligation itself."""
