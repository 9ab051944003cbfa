"""Hear what named people decided about proposals: the machine proposes, a person confirms or rejects (S1-20, S0-22).

A case keeps what people said beside its facts, and what counts is read from all of it in the order of time, so that the
order of arrival does not matter. The first confirmation or rejection counts; where the pack asks for four eyes, a
confirmation counts when a second person has confirmed too. What is rejected stays so. What is
confirmed stays so while its cause is known; where it would be retracted it becomes questioned, until a person upholds
it, which ends the question for good, or lifts it, which takes the confirmation back.
"""

from collections.abc import Collection, Container, Iterable, Mapping
from typing import Final

import msgspec

from contracts.roles import OFFICES, Role
from contracts.vocabulary import Level
from services.escalation.core.findings import PUNITIVE
from services.escalation.core.heard import Heard, in_order

DECIDED: Final = "proposal.decided"
HELD: Final = {"confirmed": "confirmed", "rejected": "rejected", "upheld": "confirmed"}
"""The status to which each word of a person holds a decision while its cause is known."""

ASKED: Final[Mapping[str, Mapping[str, str]]] = {
    "proposed": {"confirm": "confirmed", "reject": "rejected"},
    "questioned": {"confirm": "upheld", "reject": "lifted"},
}
"""What a yes and a no mean where people are asked; in any other status nobody asks them."""


class _Said(msgspec.Struct, frozen=True):
    """What the gate reads of `proposal.decided`."""

    decision_id: str
    verdict: str
    by: str = ""
    reason: str = ""
    document_no: str | None = None


class Word(msgspec.Struct, frozen=True):
    """What counts of what people said about one decision: the verdict, and whose it was, with reason and document."""

    verdict: str
    by: str
    reason: str
    document_no: str
    first_by: str = ""

    @property
    def holds(self) -> bool:
        """Whether the machine leaves the decision's status to people; what was lifted is the machine's again."""
        return self.verdict in HELD

    def status(self, *, is_known: bool, is_done: bool = False) -> str:
        """The status of the decision; `is_known`: whether the cause still stands, folded with what is known now.

        `is_done`: what was confirmed has been carried out, as a talk that was held.
        """
        if is_done and HELD[self.verdict] == "confirmed":
            return "cleared"
        if self.verdict == "confirmed" and not is_known:
            return "questioned"
        return HELD[self.verdict]

    @property
    def context(self) -> dict[str, str]:
        """The word for letters and pages."""
        if self.verdict == HALF:
            return {FIRST_BY: self.by}
        words = {"decided_by": self.by, "decided_why": self.reason, "document_no": self.document_no}
        words[FIRST_BY] = self.first_by
        return {key: word for key, word in words.items() if word}


SEE_RESTRICTED: Final = OFFICES | {Role.AUDITOR}
HALF: Final = "half"
"""What a confirmation comes to while a second person has to confirm too; it is no verdict of the contract."""
FIRST_BY: Final = "confirmed_first_by"
"""In a record's context: who confirmed first, where two persons have to."""

_FOLLOWS: Final = {
    "": ("confirmed", "rejected"),
    HALF: ("confirmed", "rejected"),
    "confirmed": ("upheld", "lifted"),
    "upheld": ("lifted",),
    "lifted": ("confirmed", "rejected"),
    "rejected": (),
}
"""Which words count after which; any other word is without effect."""

_DECIDE: Final[Mapping[Level, frozenset[Role]]] = {
    Level.TOWN: frozenset({Role.COUNTY, Role.CITY, Role.PROVINCE}),
    Level.COUNTY: frozenset({Role.COUNTY, Role.CITY, Role.PROVINCE}),
    Level.CITY: frozenset({Role.CITY, Role.PROVINCE}),
    Level.PROVINCE: frozenset({Role.PROVINCE}),
}
"""Whose office decides what a level is to act on; a town has none of its own."""

_said_in: Final = msgspec.json.Decoder(_Said).decode


def decision_of(data: bytes) -> str:
    """The decision that a `proposal.decided` is about, empty where it names none."""
    try:
        return _said_in(data).decision_id
    except msgspec.MsgspecError:
        return ""


def words(said: Iterable[Heard], four_eyes: Container[str] = ()) -> dict[str, Word]:
    """What counts of what people said, by decision; `four_eyes` are decisions that two persons have to confirm."""
    found: dict[str, Word] = {}
    for fact in in_order(list(said)):
        word = _said_in(fact.data)
        before = found.get(word.decision_id)
        if word.verdict not in _FOLLOWS[before.verdict if before else ""]:
            continue
        first = before.by if before is not None and before.verdict == HALF and word.verdict == "confirmed" else ""
        if first == word.by and first:
            continue
        needs_another = word.verdict == "confirmed" and word.decision_id in four_eyes and not first
        verdict = HALF if needs_another else word.verdict
        found[word.decision_id] = Word(verdict, word.by, word.reason, word.document_no or "", first)
    return found


def may_decide(roles: Collection[Role], level: str) -> bool:
    """Whether somebody of these roles decides what `level` is to act on: the office of that level, or of one above."""
    return bool(_DECIDE[Level(level)] & frozenset(roles))


def may_see_restricted(roles: Collection[Role]) -> bool:
    """Whether somebody of these roles sees what is passed to discipline and personnel organs: offices and the auditor."""
    return not SEE_RESTRICTED.isdisjoint(roles)


def may_be_decided(measure: str) -> bool:
    """Whether a measure waits for a named person at all."""
    return measure in PUNITIVE
