"""Find names that stand for two things, and codes that stand for none."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from services.escalation.core.checks.parts import Fault, Parts, Place
from services.escalation.core.rules import coverage, look_back

CODE = "duplicate_id"
ONE_EACH = "give each an id of its own"


def check(parts: Parts) -> Iterator[Fault]:
    """Yield every id and spelling that is given twice, and every division that is not where the pack says."""
    for key in ("stages", "key_periods", "targets", "criteria"):
        yield from _twice(parts, (key,), ((one.id, ("id",)) for one in parts.list_of(key)), key)
    for key in ("milestones", "tenants", "children"):
        yield from _twice(parts, (key,), ((one, ()) for one in parts.list_of(key)), key)
    reach, tasks = parts.rules.get(coverage.RULE), parts.rules.get(look_back.RULE)
    if isinstance(reach, coverage.Parameters):
        place: Place = ("rules", coverage.RULE, "sites")
        yield from _twice(parts, place, ((one.id, ("id",)) for one in reach.sites), "sorts of sites")
    if isinstance(tasks, look_back.Parameters):
        place = ("rules", look_back.RULE, "tasks")
        yield from _twice(parts, place, ((one.id, ("id",)) for one in tasks.tasks), "tasks")
    yield from _spellings(parts)
    yield from _divisions(parts)


def _twice(parts: Parts, place: Place, ids: Iterable[tuple[Any, Place]], what: str) -> Iterator[Fault]:
    seen: Counter[Any] = Counter()
    for number, (name, inside) in enumerate(ids):
        seen[name] += 1
        if seen[name] > 1:
            message = f"{name!r} stands twice among the {what}"
            yield parts.fault(CODE, (*place, number, *inside), message, ONE_EACH)


def _spellings(parts: Parts) -> Iterator[Fault]:
    """Within one list of units a spelling means one unit; in a pack a spelling means one sector."""
    lists: dict[Place, list[tuple[str, ...]]] = {
        ("units", name): [(unit.id, unit.name, *unit.also) for unit in units]
        for name, units in (parts["units"] or {}).items()
    }
    lists["sectors",] = [(sector.name, *sector.also) for sector in parts.list_of("sectors")]
    for place, entries in lists.items():
        owner: dict[str, str] = {}
        for number, entry in enumerate(entries):
            for spelling in sorted({word for word in entry if word}):
                if owner.setdefault(spelling, entry[0]) != entry[0] or (
                    spelling == entry[0] and entry[0] in [one[0] for one in entries[:number]]
                ):
                    message = (
                        f"{spelling!r} means both {owner[spelling]!r} and {entry[0]!r} in {'.'.join(map(str, place))}"
                    )
                    yield parts.fault(CODE, (*place, number), message, "let one spelling mean one thing")


def _divisions(parts: Parts) -> Iterator[Fault]:
    root, divisions = parts["root"], parts.known.divisions
    if root is None:
        return
    if not divisions.known(root):
        message = f"the root {root} is not in the division table"
        yield parts.fault("unknown_division", ("root",), message, "name a code of the table, or give --tenants FILE")
    for number, tenant in enumerate(parts.list_of("tenants")):
        if not divisions.is_within(tenant, root):
            message = f"the tenant {tenant} does not lie below the root {root}"
            yield parts.fault("unknown_division", ("tenants", number), message, f"name {root} or a code below it")
