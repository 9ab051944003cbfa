"""Hold a child pack against its parent: it may add obligations and may only shorten one that it shares (trap T1)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any, Final

from services.escalation.core.checks.parts import Fault, Parts, Place, suggestion
from services.escalation.core.policy import AfterAccident, Obligation
from services.escalation.core.schedules import (
    AfterEach,
    AfterMilestone,
    AfterStages,
    CutOff,
    EveryDay,
    EveryMonths,
    KeyPeriodDays,
    OnDates,
    StageEnd,
    Untimed,
    Yearly,
)
from services.escalation.core.terms import Span

CODE: Final = "child_loosens"
OFTEN: Final = ("daily", "weekly", "monthly", "quarterly", "half_yearly", "annual")
"""From the strictest to the loosest."""
WRITTEN: Final = ("", "asked", "needed")
"""From the loosest to the strictest."""
END_OF_DAY: Final = time.max
PARENT_ALONE: Final = ("rules", "targets", "campaign", "stock", "key_periods", "criteria")
"""What counts in a pack that stands by itself only: hazards, targets and goals stand under the parent."""

_BOUNDS: Final = {"calendar_day": (1, 1), "working_day": (1, 3), "month": (28, 31), "year": (365, 366)}
"""The fewest and the most days that one unit may last; three working days may lie around a long holiday."""


def check(parts: Parts, others: Sequence[Parts]) -> Iterator[Fault]:
    """Yield where a child loosens, and where parent and child do not know each other."""
    by_id = {other["id"]: other for other in others}
    for number, child in enumerate(parts.list_of("children")):
        other = by_id.get(child)
        if other is None or other["child_of"] != parts["id"]:
            message = f"the child {child!r} is not there" if other is None else f"{child!r} is a child of another pack"
            mend = "check both files together, and let the child say `child_of`"
            yield parts.fault("unknown_pack", ("children", number), message, mend)
    if not parts["child_of"]:
        return
    parent = by_id.get(parts["child_of"])
    if parent is None:
        message = f"there is no pack {parts['child_of']!r} to be a child of"
        yield parts.fault("unknown_pack", ("child_of",), message, suggestion(parts["child_of"], by_id, "packs"))
        return
    yield from _belongs(parts, parent)
    for name, duty in parts.obligations.items():
        shared = parent.obligations.get(name)
        for place, how in _loosened(duty, shared) if shared is not None else ():
            message = f"the child loosens {name}, which {parent['id']} asks for: {how}"
            yield parts.fault(CODE, ("obligations", name, *place), message, "keep the parent's term or a shorter one")


def _belongs(parts: Parts, parent: Parts) -> Iterator[Fault]:
    if parent["root"] and parts["root"] and parent["root"] != parts["root"]:
        message = f"the root {parts['root']} is not the parent's, {parent['root']}"
        yield parts.fault("unknown_division", ("root",), message, f"write {parent['root']}")
    if parts["id"] not in parent.list_of("children"):
        message = f"{parent['id']} does not name {parts['id']} among its children: it would not come along"
        yield parts.warning("unnamed_child", ("child_of",), message, f"add it to `children` in {parent.text.file}")
    for key in PARENT_ALONE:
        if parts.text.raw.get(key):
            message = f"`{key}` of a child pack binds nobody: {parent['id']} alone decides them"
            yield parts.warning(
                "idle_in_child", (key,), message, "write it in the parent, or give the tenant its own pack"
            )


def _loosened(child: Obligation, parent: Obligation) -> Iterator[tuple[Place, str]]:
    """Where in the child's entry, and how, it asks for less than the parent's."""
    new, old = child.when, parent.when
    if isinstance(new, EveryDay | EveryMonths) and isinstance(old, EveryDay | EveryMonths):
        if OFTEN.index(new.kind) > OFTEN.index(old.kind):
            yield ("when", "kind"), f"{new.kind} instead of {old.kind}"
        elif new.last is not None and (old.last is None or new.last < old.last):
            yield ("when", "last"), f"it ends on {new.last}, not {f'on {old.last}' if old.last else 'at all'}"
    elif type(new) is not type(old):
        if not isinstance(old, Untimed):
            yield ("when", "kind"), f"a schedule of another kind ({new.kind} instead of {old.kind})"
    elif isinstance(new, OnDates) and isinstance(old, OnDates):
        yield from _dates({one.period: one.due for one in new.dates}, {one.period: one.due for one in old.dates})
    elif isinstance(new, Yearly) and isinstance(old, Yearly):
        days = {entry.label: (entry.month, entry.day) for entry in new.days}
        yield from _dates(days, {entry.label: (entry.month, entry.day) for entry in old.days}, "days")
    elif isinstance(new, AfterStages) and isinstance(old, AfterStages):
        yield from _stages(new.stages, old.stages)
    elif isinstance(new, KeyPeriodDays) and isinstance(old, KeyPeriodDays):
        for window in [*(set(old.windows) - set(new.windows)), *(set(old.named) - set(new.named))]:
            yield ("when",), f"it leaves out {window[0]} to {window[1]}"
    yield from _spans(child, parent)
    yield from _papers(child, parent)


def _papers(child: Obligation, parent: Obligation) -> Iterator[tuple[Place, str]]:
    """A written file that is asked for less, and a later hour of the last day."""
    new, old = child.when, parent.when
    if WRITTEN.index(child.written) < WRITTEN.index(parent.written):
        yield ("written",), f"a written file is {child.written or 'not asked for'} instead of {parent.written}"
    if (
        isinstance(new, CutOff)
        and isinstance(old, CutOff)
        and (new.cut_off or END_OF_DAY) > (old.cut_off or END_OF_DAY)
    ):
        said = f"{new.cut_off:%H:%M}" if new.cut_off else "24:00"
        yield ("when", "cut_off"), f"{said} instead of {old.cut_off:%H:%M}"


def _spans(child: Obligation, parent: Obligation) -> Iterator[tuple[Place, str]]:
    new, old = child.when, parent.when
    spanned = (AfterStages, AfterMilestone, AfterEach, AfterAccident)
    if not (isinstance(new, spanned) and isinstance(old, spanned) and type(new) is type(old)):
        return
    if isinstance(new, AfterMilestone | AfterEach) and new.milestone != getattr(old, "milestone", ""):
        yield ("when", "milestone"), f"another anchor, {new.milestone}"
    if old.within is not None and (new.within is None or _is_longer(new.within, old.within)):
        said = new.within.words if new.within else "no term"
        yield ("when", "within", "count"), f"{said} instead of {old.within.words}"
    if isinstance(new, AfterAccident) and isinstance(old, AfterAccident):
        if new.fatal and not old.fatal:
            yield ("when", "fatal"), "fatal accidents alone instead of all"
        if old.until_milestone and new.until_milestone != old.until_milestone and new.within is None:
            yield ("when", "until_milestone"), f"it no longer ends with {old.until_milestone}"


def _dates(
    new: Mapping[str, date] | Mapping[str, tuple[int, int]],
    old: Mapping[str, Any],
    where: str = "dates",
) -> Iterator[tuple[Place, str]]:
    """Compare days by their periods: dates, or month and day."""
    for period, due in old.items():
        if period not in new:
            yield ("when", where), f"it leaves out {period}"
        elif new[period] > due:
            yield ("when", where, list(new).index(period)), f"{_day(new[period])} instead of {_day(due)} for {period}"


def _day(day: date | tuple[int, int]) -> str:
    return day.isoformat() if isinstance(day, date) else "{:02d}-{:02d}".format(*day)


def _stages(new: Sequence[StageEnd], old: Sequence[StageEnd]) -> Iterator[tuple[Place, str]]:
    own = {stage.id: (number, stage) for number, stage in enumerate(new)}
    for stage in old:
        if stage.id not in own:
            yield ("when", "stages"), f"it leaves out stage {stage.id}"
            continue
        number, mine = own[stage.id]
        later = mine.ends is None or (stage.ends is not None and mine.ends > stage.ends)
        if (stage.ends is not None and later) or (
            stage.ends is None and mine.ends is None and mine.ends_with != stage.ends_with
        ):
            said = f"{mine.ends or mine.ends_with} instead of {stage.ends or stage.ends_with}"
            yield ("when", "stages", number), f"stage {stage.id} ends with {said}"


def _is_longer(new: Span, old: Span) -> bool:
    """Whether the new span may end later than the old one on any calendar."""
    if new.unit == old.unit:
        return new.count > old.count
    return new.count * _BOUNDS[new.unit][1] > old.count * _BOUNDS[old.unit][0]
