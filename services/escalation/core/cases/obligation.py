"""Fold what a unit owes with what it handed in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from contracts.divisions import Divisions
from services.escalation.core.case import Contribution, Owed
from services.escalation.core.heard import Heard, in_order


@dataclass(frozen=True, slots=True)
class Obligation:
    """One instance: `owed` says by when, `came` what was handed in, in order of time."""

    owed: Owed
    came: tuple[Heard, ...]

    @property
    def fulfilments(self) -> tuple[Heard, ...]:
        """What came and counts: where a signed file is needed, with the file alone (S4-22)."""
        return self.files if self.owed.written == "needed" else self.came

    @property
    def files(self) -> tuple[Heard, ...]:
        """What came with the hash of a signed and sealed file."""
        return tuple(fact for fact in self.came if file_of(fact))

    def missed_at(self) -> datetime | None:
        """The end of the term, if nothing had come by then; None where nothing was missed or no clock runs."""
        due = self.owed.due
        if due is None or any(fact.time < due for fact in self.fulfilments):
            return None
        return due

    def owing(self, owed: Owed) -> "Obligation":
        """The same by another term."""
        return replace(self, owed=owed)

    @property
    def first(self) -> Heard | None:
        """The earliest fulfilment."""
        return self.fulfilments[0] if self.fulfilments else None


class _Said(msgspec.Struct, frozen=True):
    file_sha256: str = ""


_said_of = msgspec.json.Decoder(_Said).decode


def file_of(fact: Heard) -> str:
    """The hash of the file that came with a report, empty where none did."""
    return _said_of(fact.data).file_sha256


def fold(facts: Sequence[Heard], inputs: Iterable[Contribution], divisions: Divisions) -> Obligation | None:
    """The obligation, None while nobody has said that it is owed.

    What a tenant says that is neither the unit's own, now or formerly, nor above it fulfils nothing.
    """
    owed = next((given for given in inputs if isinstance(given, Owed)), None)
    if owed is None:
        return None
    came = (fact for fact in in_order(facts) if fact.subject == "obligation.fulfilled")
    own = (owed.tenant, *owed.formerly)
    return Obligation(owed, tuple(fact for fact in came if any(divisions.is_within(one, fact.tenant) for one in own)))
