"""Find anchors and names that lead nowhere: milestones, key periods, stages, sectors, unit lists (trap T3)."""

from collections.abc import Iterator

from services.escalation.core.checks.parts import Fault, Parts, Place, suggestion
from services.escalation.core.policy import AfterAccident, Obligation
from services.escalation.core.rules import campaign_goal, coverage, field_days, frequency, target_behind
from services.escalation.core.schedules import ANCHORED, AfterEach, AfterMilestone, AfterStages, KeyPeriodDays, StageEnd
from services.escalation.core.windows import KeyPeriod


def check(parts: Parts) -> Iterator[Fault]:
    """Yield every name that nothing in the pack carries."""
    yield from _milestones(parts)
    yield from _unit_lists(parts)
    yield from _rules(parts)
    for name, duty in parts.obligations.items():
        yield from _duty(parts, name, duty)


def _milestones(parts: Parts) -> Iterator[Fault]:
    declared = parts.list_of("milestones")
    if "milestones" in parts.text.raw and "milestones" not in parts.head:
        return  # malformed: that is said already
    for place, milestone in _anchors(parts):
        if milestone and milestone not in declared:
            message = f"the anchor {milestone!r} names no declared milestone: its term would never be armed"
            mend = suggestion(milestone, declared, "milestones")
            if not mend.startswith("write"):
                mend = f"add {milestone} to `milestones`, or {mend}"
            yield parts.fault("unknown_milestone", place, message, mend)


def _anchors(parts: Parts) -> Iterator[tuple[Place, str]]:
    for number, stage in enumerate(parts.list_of("stages")):
        yield ("stages", number, "ends_with"), stage.ends_with
    for number, period in enumerate(parts.list_of("key_periods")):
        if isinstance(period, KeyPeriod):
            yield ("key_periods", number, "begins_with"), period.begins_with
            yield ("key_periods", number, "ends_with"), period.ends_with
    for name, duty in parts.obligations.items():
        when, place = duty.when, ("obligations", name, "when")
        if isinstance(when, AfterStages):
            for number, stage in enumerate(when.stages):
                yield (*place, "stages", number, "ends_with"), stage.ends_with
        elif isinstance(when, AfterMilestone | AfterEach):
            yield (*place, "milestone"), when.milestone
        elif isinstance(when, KeyPeriodDays):
            for number, window in enumerate(when.windows):
                for end, milestone in enumerate(window):
                    yield (*place, "windows", number, end), milestone
        elif isinstance(when, AfterAccident):
            yield (*place, "until_milestone"), when.until_milestone


def _unit_lists(parts: Parts) -> Iterator[Fault]:
    lists = parts["units"]
    if lists is None and "units" in parts.text.raw:
        return
    lists = lists or {}
    named: list[tuple[Place, str]] = [
        (("obligations", name, "units", number), units)
        for name, duty in parts.obligations.items()
        for number, units in enumerate(duty.units)
    ]
    named += [(("rules", rule), units) for rule, said in parts.rules.items() for units in said.unit_lists]
    for place, units in named:
        if units not in lists:
            mend = suggestion(units, lists, "unit lists")
            yield parts.fault("unknown_unit_list", place, f"there is no unit list {units!r}", mend)


def _rules(parts: Parts) -> Iterator[Fault]:
    periods = [period.id for period in parts.list_of("key_periods")]
    bounded = [period.id for period in parts.list_of("key_periods") if period.first and period.last]
    often = parts.rules.get(frequency.RULE)
    for number, wanted in enumerate(often.in_periods if isinstance(often, frequency.Parameters) else ()):
        if wanted.period not in periods:
            place: Place = ("rules", frequency.RULE, "in_periods", number, "period")
            message = f"there is no key period {wanted.period!r}"
            yield parts.fault("unknown_key_period", place, message, suggestion(wanted.period, periods, "key periods"))
        elif wanted.period not in bounded:
            place = ("rules", frequency.RULE, "in_periods", number, "period")
            message = f"the key period {wanted.period} has no days of its own: no interval is counted in it"
            yield parts.fault("unreachable_rung", place, message, "give it `first` and `last`")
    goals = parts.rules.get(campaign_goal.RULE)
    for number, goal in enumerate(goals.goals if isinstance(goals, campaign_goal.Parameters) else ()):
        lacks = {"campaign": "campaign" not in parts.text.raw, "key_periods": "key_periods" not in parts.text.raw}
        if lacks.get(goal.during):
            message = f"the goal {goal.id} never holds: the pack has no {goal.during}"
            place = ("rules", campaign_goal.RULE, "goals", number)
            yield parts.fault("unreachable_rung", place, message, f"add `{goal.during}:`, or `during: always`")
    if target_behind.RULE in parts.rules and not parts.text.raw.get("targets"):
        place = ("rules", target_behind.RULE)
        yield parts.warning("idle_rule", place, "target_behind has no target to watch", "add `targets:`")
    yield from _of_campaign(parts)


def _of_campaign(parts: Parts) -> Iterator[Fault]:
    reach = parts.rules.get(coverage.RULE)
    wants = [field_days.RULE] if field_days.RULE in parts.rules else []
    if isinstance(reach, coverage.Parameters):
        wants += [coverage.RULE] if reach.areas or reach.sectors else []
        sectors = [sector.name for sector in parts.list_of("sectors")]
        for number, name in enumerate(reach.sectors.sectors if reach.sectors else ()):
            if name not in sectors:
                place = ("rules", coverage.RULE, "sectors", "sectors", number)
                mend = suggestion(name, sectors, "sectors")
                yield parts.fault("unknown_sector", place, f"there is no sector {name!r}", mend)
    for rule in wants:
        if "campaign" not in parts.text.raw:
            message = f"{rule} counts within a campaign, and the pack has none: it is never decided"
            yield parts.fault("unreachable_rung", ("rules", rule), message, "add `campaign:`")


def _duty(parts: Parts, name: str, duty: Obligation) -> Iterator[Fault]:
    when, place = duty.when, ("obligations", name)
    if not (duty.units or duty.tags or isinstance(when, AfterAccident)):
        mend = "name unit lists under `units`, or a tag under `sites_tagged`"
        yield parts.fault("unreachable_rung", place, f"nobody owes {name}", mend)
    if duty.tags and isinstance(when, ANCHORED):
        message = f"{name} is owed by sites and leans on a milestone: sites are told of no milestones"
        yield parts.fault("unreachable_rung", (*place, "when"), message, "let units owe it, or name days")
    sectors = [sector.name for sector in parts.list_of("sectors")]
    for number, sector in enumerate(duty.sites_in):
        if sector not in sectors:
            message = f"there is no sector {sector!r}"
            mend = suggestion(sector, sectors, "sectors")
            yield parts.fault("unknown_sector", (*place, "sites_in", number), message, mend)
    stages = when.stages if isinstance(when, AfterStages) else ()
    for number, stage in enumerate(stages):
        yield from _stage(parts, (*place, "when", "stages", number), stage)


def _stage(parts: Parts, place: Place, stage: StageEnd) -> Iterator[Fault]:
    if not (stage.ends or stage.ends_with):
        message = f"stage {stage.id} never ends: what follows it is never due"
        yield parts.fault("unreachable_rung", place, message, "say `ends` with a day or `ends_with` with a milestone")
    known = [one.id for one in parts.list_of("stages")]
    if known and stage.id not in known:
        mend = suggestion(stage.id, known, "stages")
        yield parts.fault("unknown_stage", (*place, "id"), f"there is no stage {stage.id!r}", mend)
