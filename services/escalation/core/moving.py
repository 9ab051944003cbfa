"""Move a running clock to another version of its pack, as a logged act: what was decided before stays as it was.

A case keeps each `policy.migrated` that names it. What falls due up to that instant stands under the version it had,
what falls due later under the new one.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from services.escalation.core.case import Case
from services.escalation.core.findings import Found
from services.escalation.core.heard import in_order
from services.escalation.core.law import Law
from services.escalation.core.policy import Pack

MOVABLE: Final = ("hazard", "listing", "obligation")
"""Kinds with a clock that runs under the version of the day on which it began. What looks at a whole committee, area,
team or campaign stands under the version of each day by itself."""

Finds = Iterator[Found]


class _Said(msgspec.Struct, frozen=True):
    """What is read of `policy.migrated`."""

    policy: str = ""
    from_version: str = ""
    to_version: str = ""


class Term(NamedTuple):
    """A version under which the case stands, from after one instant (None: the beginning) up to another (None: on)."""

    pack: Pack
    after: datetime | None = None
    to: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether what falls due at this instant stands under it."""
        return (self.after is None or at > self.after) and (self.to is None or at <= self.to)


_said_of = msgspec.json.Decoder(_Said).decode


def pack_of(law: Law, case: Case, moment: datetime) -> Pack | None:
    """The version under which a case that began at `moment` stands now."""
    pack = law.pack_at(case.key.committee, moment)
    return terms(law, case, pack)[-1].pack if case.moves and pack else pack


def terms(law: Law, case: Case, pack: Pack | None) -> tuple[Term, ...]:
    """Every version under which a case that began under `pack` ever stood, in order; none where no pack binds it."""
    if pack is None:
        return ()
    found = [Term(pack)]
    for fact in in_order(case.moves):
        said, last = _said_of(fact.data), found[-1]
        other = law.version(said.policy, said.to_version)
        if other is not None and (said.policy, said.from_version) == (last.pack.id, last.pack.version):
            found[-1] = last._replace(to=fact.time)
            found.append(Term(other, after=fact.time))
    return tuple(found)


def under_each(spells: Iterable[Term], find: Callable[[Term], Finds]) -> Finds:
    """What the rules of each version find in its own time; a rung that fell due under one does not fall due again."""
    seen: set[tuple[str, ...]] = set()
    for term in spells:
        for found in find(term):
            finding = found.finding
            name = (found.rule, finding.measure, finding.step, finding.subject_id, finding.occurrence)
            if term.holds(finding.at) and name not in seen:
                seen.add(name)
                yield found
