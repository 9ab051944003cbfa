"""Announce that nobody received or answered a letter in time, so that the next rung is decided."""

from datetime import datetime
from typing import Any, Final

import msgspec

from contracts.divisions import Divisions
from contracts.topics import PEOPLE_FACTS, PEOPLE_SOURCE
from runtime.clock import Clock
from runtime.database import Database, Work
from runtime.outbox import Outgoing, announce
from services.notify.core.letters.letter import Letter
from services.notify.handlers.letters.keeping import keep
from services.notify.store import letter_listing, letters

REPLY_MISSED: Final = "reply.missed.v1"
AT_ONCE: Final = 200


class Answers:
    """Watches the reply clocks: a receipt or an answer stops one, a letter that takes the other back does too."""

    def __init__(self, *, database: Database, divisions: Divisions, clock: Clock) -> None:
        self._database = database
        self._divisions = divisions
        self._clock = clock

    def announce_missed(self) -> int:
        """Announce each late answer once, in the transaction that notes it; returns how many there were."""
        with self._database.begin() as work:
            now = self._clock.now()
            found = letters.late(work, now, AT_ONCE)
            announce(work, [self._fact(work, letter) for letter in found])
            keep(work, [letter.changed(missed_at=now) for letter in found], self._divisions, now)
            for letter in found:
                letters.note_act(work, letter.id, act="missed", author="系统", note="逾期未签收或者未回复", now=now)
        return len(found)

    def _fact(self, work: Work, letter: Letter) -> Outgoing:
        due = letter.reply_due or letter.drafted_at  # what `late` selects has one
        return Outgoing(
            topic=PEOPLE_FACTS,
            slot=0,
            key=letter.committee.encode("ascii"),
            value=msgspec.json.encode(reply_missed(letter, due, _addressed(work, letter))),
        )


def reply_missed(letter: Letter, due: datetime, notice: tuple[str, str]) -> dict[str, Any]:
    """The structured CloudEvent about one late answer; `notice` is the id and the recipient of its first notice."""
    notice_id, recipient = notice
    return {
        "specversion": "1.0",
        "id": f"reply-missed/{letter.id}",
        "source": PEOPLE_SOURCE,
        "type": REPLY_MISSED,
        "time": due,
        "tenant": letter.committee,
        "datacontenttype": "application/json",
        "data": {
            "decision_id": letter.decision_id,
            "notice_id": notice_id,
            "recipient": recipient,
            "due_at": due,
            "tenant": letter.tenant,
        },
    }


def _addressed(work: Work, letter: Letter) -> tuple[str, str]:
    """The notice to the first addressee; the letter itself where it went out on paper only."""
    names = [party.name for party in letter.content.addressees]
    sent = letter_listing.trail_of(work, letter.id).notices
    for party in letter.content.addressees:
        for notice in sent:
            if party.unit and notice["recipient"].partition("@")[2].partition("/")[0] == party.unit:
                return notice["id"], notice["recipient"]
    return (sent[0]["id"], sent[0]["recipient"]) if sent else (letter.id, names[0] if names else letter.organ)
