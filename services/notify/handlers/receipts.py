"""Ask for receipts: take what is due, ask the provider outside of any transaction, keep what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from runtime import log
from runtime.clock import Clock
from runtime.database import Database
from services.notify.core.receipts import Receipt, Word, after, next_look
from services.notify.handlers.announcing import announce_notices
from services.notify.store import deliveries, receipts
from services.notify.store.receipts import Taken

AT_ONCE: Final = 50
PENDING: Final = Word(receipt=Receipt.PENDING)
HELD: Final = timedelta(minutes=5)  # while one worker asks, no other does

_logger = log.get(__name__)


class Receipts:
    """The transactions around one channel's receipts."""

    def __init__(self, *, channel: str, database: Database, clock: Clock) -> None:
        self.channel = channel
        self._database = database
        self._clock = clock

    def now(self) -> datetime:
        """The present, by which a question is signed."""
        return self._clock.now()

    def take(self) -> list[Taken]:
        """Attempts to ask about; put off for the others meanwhile."""
        now = self._clock.now()
        with self._database.begin() as work:
            found = receipts.due(work, self.channel, now, AT_ONCE)
            receipts.keep(work, [(each, PENDING, now + HELD) for each in found])
        return found

    def keep(self, asked: Sequence[Taken], words: Mapping[str, Word]) -> int:
        """Write what the provider said by its numbers; returns how many notices turned out not to have arrived."""
        now = self._clock.now()
        said = [_judged(each, words.get(each.reference, PENDING), now) for each in asked]
        with self._database.begin() as work:
            receipts.keep(work, said)
            standing = deliveries.notices_by_id(work, [each.notice_id for each in asked], lock=True)
            after_all = [
                (standing[taken.notice_id], after(standing[taken.notice_id], taken.attempt, word))
                for taken, word, _ in said
            ]
            moved = [changed for before, changed in after_all if changed is not before]
            deliveries.move(work, moved, now)
            announce_notices(work, moved, now)
        if moved:
            _logger.warning("messages that were taken did not arrive", channel=self.channel, count=len(moved))
        return len(moved)


def _judged(taken: Taken, word: Word, now: datetime) -> tuple[Taken, Word, datetime | None]:
    """The word, and when to ask again; who never says anything is not asked for ever."""
    again = next_look(taken.taken_at, now) if word.receipt is Receipt.PENDING else None
    if word.receipt is Receipt.PENDING and again is None:
        word = replace(word, receipt=Receipt.UNKNOWN)
    return taken, word, again
