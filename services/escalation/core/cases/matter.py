"""Fold one important matter that is no hazard: what it is, how urgent, and who told it (S1-14)."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from services.escalation.core.heard import Heard, in_order


class _Said(msgspec.Struct, frozen=True):
    """What the rules read of `matter.reported`."""

    description: str = ""
    urgency: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """An important matter; `told` is the event that told it, and its id is the matter's."""

    told: Heard
    description: str
    urgency: str


_said_of = msgspec.json.Decoder(_Said).decode


def fold(facts: Sequence[Heard]) -> Matter | None:
    """The matter as last told, None where it was voided."""
    told = next((fact for fact in in_order(facts) if fact.subject == "matter.reported"), None)
    if told is None:
        return None
    said = _said_of(told.data)
    return Matter(msgspec.structs.replace(told, data=b""), said.description, said.urgency)
