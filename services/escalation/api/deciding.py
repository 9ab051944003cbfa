"""Take a named person's word about a proposal, from the API and from the page alike: once, with reason and document."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from contracts.topics import PEOPLE_FACTS, PEOPLE_SOURCE
from runtime import outbox
from runtime.access import Principal
from runtime.clock import Clock
from runtime.database import Database
from runtime.outbox import Outgoing
from services.escalation.api.answers import encode
from services.escalation.core.gate import ASKED, DECIDED, may_decide
from services.escalation.store import bulk, people
from services.escalation.store.lawbook import LawBook
from services.escalation.store.people import Standing


class Refusal(StrEnum):
    """Why a word is not taken."""

    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"
    OTHER_LEVEL = "other_level"
    UNSIGNED = "unsigned"
    SAME_PERSON = "same_person"
    TOO_LATE = "too_late"


class Refused(NamedTuple):
    """A word that is not taken, and where the decision stands (None: there is none)."""

    why: Refusal
    stands: Standing | None


class Taken(NamedTuple):
    """A word that the log has next."""

    decision_id: str
    verdict: str
    event_id: str


class PersonsWord(NamedTuple):
    """What somebody says: yes (`confirm`) or no (`reject`), why, and the document that says so."""

    answer: str
    reason: str
    document_no: str | None


SIGNS: Final = "confirmed"
"""The verdict that needs a document."""


class Deciding:
    """Takes words; the decision itself moves when the log tells of them."""

    def __init__(self, database: Database, book: LawBook, clock: Clock) -> None:
        self._database = database
        self._book = book
        self._clock = clock

    def take(self, who: Principal, decision_id: str, word: PersonsWord) -> Taken | Refused:
        """Confirm or reject a proposal; of a questioned decision, uphold or lift it."""
        with self._database.begin(who.tenants) as work:
            committees = self._book.law(bulk.cursor(work), writes=False).committees()
            stands = people.standing(work, committees, decision_id)
            if stands is None:
                return Refused(Refusal.UNKNOWN, None)
            verdict = ASKED.get(stands.status, {}).get(word.answer)
            if verdict is None:
                return Refused(Refusal.NOT_ASKED, stands)
            if not may_decide(who.roles, stands.level):
                return Refused(Refusal.OTHER_LEVEL, stands)
            if verdict == SIGNS and not word.document_no:
                return Refused(Refusal.UNSIGNED, stands)
            if word.answer == "confirm" and stands.first_by == who.name:
                return Refused(Refusal.SAME_PERSON, stands)
            said = _proposal_decided(decision_id, stands, verdict, word, by=who.name, now=self._clock.now())
            if not people.say(work, decision_id, stands, verdict=verdict, by=who.name, at=said["time"]):
                return Refused(Refusal.TOO_LATE, stands)
            value, key = encode(said), stands.committee.encode()
            outbox.announce(work, [Outgoing(topic=PEOPLE_FACTS, slot=0, key=key, value=value)])
        return Taken(decision_id, verdict, str(said["id"]))


def _proposal_decided(
    decision_id: str, stands: Standing, verdict: str, word: PersonsWord, *, by: str, now: datetime
) -> dict[str, Any]:
    """The structured CloudEvent of the word; there is one about each state in which the decision stood."""
    stood = stands.known_at.astimezone(UTC).isoformat()
    said = {"decision_id": decision_id, "verdict": verdict, "by": by, "reason": word.reason}
    return {
        "specversion": "1.0",
        "id": f"proposal-decided/{decision_id}/{stood}",
        "source": PEOPLE_SOURCE,
        "type": f"{DECIDED}.v1",
        "time": now,
        "tenant": stands.committee,
        "datacontenttype": "application/json",
        "data": said | ({"document_no": word.document_no} if word.document_no else {}),
    }
