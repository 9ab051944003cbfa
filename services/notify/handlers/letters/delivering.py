"""Put signed letters into the mail, and take note when they arrive."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from contracts.divisions import Divisions
from contracts.vocabulary import NoticeState
from runtime.database import Work
from services.notify.core.letters.delivery import Enclosure, cover
from services.notify.core.letters.organs import LetterRules
from services.notify.core.letters.signing import sent
from services.notify.core.messages import Message
from services.notify.core.notice import Notice
from services.notify.handlers.letters.keeping import keep
from services.notify.store import letter_papers, letters
from services.notify.store.letter_papers import Link

LINK_LASTS: Final = timedelta(days=60)  # an answer may be late, and its receipt still has to be possible
TOKEN_BYTES: Final = 32


class Enclosing:
    """What letters add to deliveries; safe to use from any thread."""

    def __init__(self, *, rules: LetterRules, divisions: Divisions, address: str) -> None:
        """`address`: where this service's pages are reached from outside; '' gives no links."""
        self._rules = rules
        self._divisions = divisions
        self._address = address.rstrip("/")

    def cover(self, work: Work, notice: Notice, now: datetime) -> Message:
        """The message of a notice that carries a letter; each attempt has a link for the receipt of its own."""
        letter = letters.by_id(work, [notice.letter_id])[notice.letter_id]
        enclosure = Enclosure(
            letter=letter,
            organ=self._rules.organ(letter.organ),
            docx=letter_papers.document_of(work, letter.id) or b"",
            receipt=self._link(work, notice, now),
        )
        return cover(notice, enclosure, now)

    def note_arrivals(self, work: Work, moved: Sequence[Notice], now: datetime) -> None:
        """Letters of which a notice was delivered are sent."""
        arrived = {each.letter_id for each in moved if each.letter_id and each.state is NoticeState.DELIVERED}
        if arrived:
            found = letters.by_id(work, sorted(arrived), lock=True)
            moved_on = [after for letter in found.values() if (after := sent(letter, now)) is not letter]
            keep(work, moved_on, self._divisions, now)

    def _link(self, work: Work, notice: Notice, now: datetime) -> str:
        if not self._address:
            return ""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        link = Link(notice.letter_id, notice.id, notice.recipient, now + LINK_LASTS)
        letter_papers.put_link(work, token, link)
        return f"{self._address}/receipts/{token}"
