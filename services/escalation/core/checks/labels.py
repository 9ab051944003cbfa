"""Warn of a label that disagrees with its dates: the dates rule, and somebody should know (trap T2)."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from services.escalation.core.calendar import ONE_DAY
from services.escalation.core.checks.parts import Fault, Parts, Place
from services.escalation.core.rules import due_soon, listing_expiry, long_standing, overdue
from services.escalation.core.schedules import AfterStages, OnDates
from services.escalation.core.terms import Rung

CODE: Final = "label_disagrees"
DATES_RULE: Final = "the dates rule; change the label, or the dates if they are wrong"

_RUNG: Final = re.compile(r"T([+-]\d+)")
_DAYS: Final = re.compile(r"(?:T\+)?(\d+)d?")


def check(parts: Parts) -> Iterator[Fault]:
    """Yield every label that says another number than its dates."""
    yield from _campaign(parts)
    yield from _windows(parts)
    for rule in (overdue.RULE, due_soon.RULE):
        parameters = parts.rules.get(rule)
        if isinstance(parameters, overdue.Parameters | due_soon.Parameters):
            yield from _rungs(parts, rule, parameters.ladder)
    yield from _spans(parts)
    for name, duty in parts.obligations.items():
        for number, dated in enumerate(duty.when.dates if isinstance(duty.when, OnDates) else ()):
            if _day(dated.period) not in (None, dated.due):
                message = f"{name}: the period {dated.period} is due on {dated.due}"
                yield parts.warning(CODE, ("obligations", name, "when", "dates", number, "period"), message, DATES_RULE)


def _campaign(parts: Parts) -> Iterator[Fault]:
    campaign = parts["campaign"]
    if campaign is None:
        return
    inclusive = (campaign.ends - campaign.begins) // ONE_DAY + 1
    if inclusive < 1:
        message = f"the campaign ends on {campaign.ends}, before it begins on {campaign.begins}"
        yield parts.fault("contradiction", ("campaign", "ends"), message, "turn the two days round")
    elif campaign.label_days is not None and campaign.label_days != inclusive:
        message = (
            f"the label says {campaign.label_days}天, {campaign.begins} to {campaign.ends} are {inclusive - 1} days "
            f"({inclusive} with the first one)"
        )
        yield parts.warning(CODE, ("campaign", "label_days"), message, DATES_RULE)


def _windows(parts: Parts) -> Iterator[Fault]:
    spans: list[tuple[Place, str, date | None, date | None]] = [
        (("key_periods", number, "last"), one.id, one.first, one.last)
        for number, one in enumerate(parts.list_of("key_periods"))
    ]
    for key in ("stages", "criteria"):
        spans += [((key, n, "ends"), one.id, one.begins, one.ends) for n, one in enumerate(parts.list_of(key))]
    for name, duty in parts.obligations.items():
        stages = duty.when.stages if isinstance(duty.when, AfterStages) else ()
        spans += [
            (("obligations", name, "when", "stages", number, "ends"), one.id, one.begins, one.ends)
            for number, one in enumerate(stages)
        ]
    for place, name, first, last in spans:
        if first is not None and last is not None and last < first:
            message = f"{name} ends on {last}, before it begins on {first}"
            yield parts.fault("contradiction", place, message, "turn the two days round")


def _rungs(parts: Parts, rule: str, ladder: tuple[Rung, ...]) -> Iterator[Fault]:
    for number, rung in enumerate(ladder):
        said = _RUNG.fullmatch(rung.step)
        if said and int(said[1]) != rung.day:
            message = f"the rung {rung.step} of {rule} stands on day {rung.day}"
            yield parts.warning(CODE, ("rules", rule, "ladder", number, "step"), message, DATES_RULE)


def _spans(parts: Parts) -> Iterator[Fault]:
    listing, ages = parts.rules.get(listing_expiry.RULE), parts.rules.get(long_standing.RULE)
    named: list[tuple[Place, str, int]] = []
    if isinstance(listing, listing_expiry.Parameters):
        place: Place = ("rules", listing_expiry.RULE, "ladder")
        named += [((*place, n, "step"), one.step, one.after.count) for n, one in enumerate(listing.ladder)]
    if isinstance(ages, long_standing.Parameters):
        place = ("rules", long_standing.RULE, "ages")
        named += [((*place, n, "step"), one.step, one.after.count) for n, one in enumerate(ages.ages)]
    for place, step, count in named:
        said = _DAYS.fullmatch(step)
        if said and int(said[1]) != count:
            yield parts.warning(CODE, place, f"{step} comes after {count}", DATES_RULE)


def _day(label: str) -> date | None:
    try:
        return date.fromisoformat(label)
    except ValueError:
        return None
