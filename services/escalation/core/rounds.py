"""Tell a hazard's rounds apart, from a finding to its close-out, and the levels it had while it waited."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from services.escalation.core.cases.hazard import Hazard, Work
from services.escalation.core.heard import Heard


class Grading(NamedTuple):
    """A time in which the hazard waited for rectification and had one of some levels; `fact` gave it."""

    since: datetime
    until: datetime | None
    fact: Heard


def found_again_at(hazard: Hazard, work: Work) -> datetime:
    """When the round of this span of work began: the first report after the close-out before it, else the first finding."""
    before = [closure.time for closure in hazard.closures if closure.time <= work.start]
    if not before:
        return hazard.found_at
    return next((fact.time for fact, _ in hazard.reports if before[-1] < fact.time <= work.start), hazard.found_at)


def gradings(hazard: Hazard, work: Work, levels: Sequence[str]) -> Iterator[Grading]:
    """When within one span of work the hazard had one of `levels`; moving between them is no end."""
    joined: list[tuple[datetime, bool, Heard]] = []
    for since, level, fact in hazard.levels:
        if not joined or joined[-1][1] != (level in levels):
            joined.append((since, level in levels, fact))
    for place, (since, bound, fact) in enumerate(joined):
        following = joined[place + 1][0] if place + 1 < len(joined) else None
        ends = [end for end in (following, work.end) if end is not None]
        start, until = max(since, work.start), min(ends, default=None)
        if bound and (until is None or start < until):
            yield Grading(start, until, fact)
