"""Fold one tip-off: which hazard it became, and whether it is true; who told it is in no event (S3-12, S3-16)."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from services.escalation.core.contributions import TipOff
from services.escalation.core.heard import Heard, in_order


class _Said(msgspec.Struct, frozen=True):
    """What the rules read of any fact about a tip-off."""

    tip_off_id: str = ""
    hazard_id: str = ""
    true: bool | None = None


@dataclass(frozen=True, slots=True)
class TipOffCase:
    """A tip-off with the hazard that it became, empty while it became none."""

    hazard_id: str
    word: TipOff


_said_of = msgspec.json.Decoder(_Said).decode


def fold(tip_off_id: str, facts: Sequence[Heard]) -> TipOffCase | None:
    """The tip-off as its facts tell it, None until it was received; the last verification counts."""
    received: Heard | None = None
    verified: Heard | None = None
    hazard_id, is_true = "", None
    for fact in in_order(facts):
        said = _said_of(fact.data)
        if said.tip_off_id != tip_off_id:
            continue
        if fact.subject == "tip_off.received":
            received, hazard_id = received or fact, said.hazard_id or hazard_id
        elif fact.subject == "tip_off.verified":
            verified, is_true = fact, said.true
    if received is None:
        return None
    bare = msgspec.structs.replace
    word = TipOff(tip_off_id, bare(received, data=b""), bare(verified, data=b"") if verified else None, is_true)
    return TipOffCase(hazard_id, word)
