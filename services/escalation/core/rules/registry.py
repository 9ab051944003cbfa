"""The table of rules: id, the kind of case it reads, its parameters, its function."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from services.escalation.core.findings import Finding
from services.escalation.core.rules import (
    accident_track,
    campaign_goal,
    commitment,
    coverage,
    daily_report,
    due_soon,
    enforcement_missing,
    field_days,
    frequency,
    instant_report,
    joint_supervision,
    late_evidence,
    listing_expiry,
    long_standing,
    look_back,
    major_hazard,
    missing_proposal,
    overdue,
    periodic_report,
    problem_list,
    recurrence,
    refusal,
    repeat_offence,
    returned_dispute,
    same_day_handover,
    same_day_report,
    stage_report,
    standing_meeting,
    talk_accident_prone,
    talk_duty_failure,
    talk_fatal_window,
    talk_ranking,
    talk_sector,
    talk_serious_accident,
    target_behind,
    unowned_site,
    warning_meeting,
)
from services.escalation.core.terms import RuleParameters

Find = Callable[..., Iterator[Finding]]


class Rule(NamedTuple):
    """One rule: for each kind of case that it reads, `find(state, parameters, jurisdiction)` yields what it finds.

    `reads` names what of a case it looks at, beside a hazard's reports (None: it may look at everything); with `rises`
    it says whether under these parameters what it finds falls due by the passing of time alone and comes in the order
    of time.
    """

    id: str
    parameters: type[RuleParameters]
    finds: Mapping[str, Find]
    reads: frozenset[str] | None = None
    rises: Callable[..., bool] | None = None


def _rule(kind: str, module: Any, **also: Find) -> Rule:  # a module has no narrower type
    reads, rises = getattr(module, "READS", None), getattr(module, "rises", None)
    return Rule(module.RULE, module.Parameters, {kind: module.find, **also}, reads, rises)


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
        _rule("hazard", same_day_handover),
        _rule("hazard", same_day_report),
        _rule("hazard", instant_report, matter=instant_report.find_matter),
        _rule("hazard", long_standing),
        _rule("hazard", accident_track),
        _rule("hazard", problem_list),
        _rule("hazard", returned_dispute),
        _rule("hazard", look_back),
        _rule("site", frequency),
        _rule("site", coverage, campaign=coverage.find_in_campaign),
        _rule("listing", listing_expiry),
        _rule("team", field_days),
        _rule("target", target_behind),
        _rule("league", talk_ranking),
        Rule(late_evidence.RULE, late_evidence.Parameters, {}),  # the engine raises it beside other records
    )
}

ABSENCES: dict[str, Find] = {
    module.RULE: module.find
    for module in (periodic_report, stage_report, daily_report, commitment, warning_meeting, standing_meeting)
}
"""Rules of absence: an obligation names one of them, and it needs no parameters beside the obligation itself."""
