"""Hear what named people decided about proposals: the machine proposes, a person confirms or rejects (S1-20, S0-22).

A case keeps what people said beside its facts, and what counts is read from all of it in the order of time, so that the
order of arrival does not matter. The first confirmation or rejection counts; where the pack asks for four eyes, a
confirmation counts when a second person has confirmed too, and so does an upholding. What is rejected stays so. What is
confirmed stays so while its cause is known; where it would be retracted it becomes questioned, until a person upholds
it, which ends the question for good, or lifts it, which takes the confirmation back. One person alone lifts: what
burdens nobody needs no second.
"""

from collections.abc import Collection, Container, Iterable, Mapping
from typing import Final

import msgspec

from contracts.roles import OFFICES, Role
from contracts.vocabulary import Level
from services.escalation.core.findings import PUNITIVE
from services.escalation.core.heard import Heard, in_order

DECIDED: Final = "proposal.decided"
UNANSWERED: Final = "reply.missed"
ABOUT_DECISIONS: Final = (DECIDED, UNANSWERED)
"""Facts that name a decision and nothing else: they belong to the case that holds it."""
HALF: Final = "half"
"""What a confirmation comes to while a second person has to confirm too; it is no verdict of the contract."""
HALF_UPHELD: Final = "half_upheld"
"""The same of an upholding: until the second person upholds too, the question stands."""
HELD: Final = {"confirmed": "confirmed", "rejected": "rejected", "upheld": "confirmed", HALF_UPHELD: "confirmed"}
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


class _About(msgspec.Struct, frozen=True):
    """Which decision a fact is about."""

    decision_id: str = ""


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
        if self.verdict in ("confirmed", HALF_UPHELD) and not is_known:
            return "questioned"
        return HELD[self.verdict]

    @property
    def context(self) -> dict[str, str]:
        """The word for letters and pages."""
        if self.verdict in WAITS_FOR_SECOND:
            return {WAITS_FOR_SECOND[self.verdict]: self.by}
        words = {"decided_by": self.by, "decided_why": self.reason, "document_no": self.document_no}
        words[UPHELD_FIRST_BY if self.verdict == "upheld" else FIRST_BY] = self.first_by
        return {key: word for key, word in words.items() if word}


SEE_RESTRICTED: Final = OFFICES | {Role.AUDITOR}
FIRST_BY: Final = "confirmed_first_by"
UPHELD_FIRST_BY: Final = "upheld_first_by"
WAITS_FOR_SECOND: Final[Mapping[str, str]] = {HALF: FIRST_BY, HALF_UPHELD: UPHELD_FIRST_BY}
"""Where a record's context names who confirmed or upheld first, while a second person has to."""

_FOLLOWS: Final = {
    "": ("confirmed", "rejected"),
    HALF: ("confirmed", "rejected"),
    "confirmed": ("upheld", "lifted"),
    HALF_UPHELD: ("upheld", "lifted"),
    "upheld": ("lifted",),
    "lifted": ("confirmed", "rejected"),
    "rejected": (),
}
"""Which words count after which; any other word is without effect."""
_HALVES: Final[Mapping[str, str]] = {"confirmed": HALF, "upheld": HALF_UPHELD}

_DECIDE: Final[Mapping[Level, frozenset[Role]]] = {
    Level.TOWN: frozenset({Role.COUNTY, Role.CITY, Role.PROVINCE}),
    Level.COUNTY: frozenset({Role.COUNTY, Role.CITY, Role.PROVINCE}),
    Level.CITY: frozenset({Role.CITY, Role.PROVINCE}),
    Level.PROVINCE: frozenset({Role.PROVINCE}),
}
"""Whose office decides what a level is to act on; a town has none of its own."""

_said_in: Final = msgspec.json.Decoder(_Said).decode
_about_in: Final = msgspec.json.Decoder(_About).decode


def decision_of(data: bytes) -> str:
    """The decision that a word or a missed answer is about, empty where it names none."""
    try:
        return _about_in(data).decision_id
    except msgspec.MsgspecError:
        return ""


def words(said: Iterable[Heard], four_eyes: Container[str] = ()) -> dict[str, Word]:
    """What counts of what people said, by decision; `four_eyes` are decisions that two persons have to confirm."""
    found: dict[str, Word] = {}
    for fact in in_order([fact for fact in said if fact.subject == DECIDED]):
        word = _said_in(fact.data)
        before = found.get(word.decision_id)
        if word.verdict not in _FOLLOWS[before.verdict if before else ""]:
            continue
        half = _HALVES.get(word.verdict)
        first = before.by if before is not None and before.verdict == half else ""
        if first and first == word.by:
            continue
        verdict = half if half and word.decision_id in four_eyes and not first else word.verdict
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
