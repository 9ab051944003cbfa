"""Do what people ask about notices, each in one transaction, with their name and reason kept."""

from collections.abc import Sequence
from typing import Final

from contracts.vocabulary import NoticeState
from runtime.clock import Clock
from runtime.database import Database, Work
from services.notify.core.notice import ARRIVED, IllegalMove, Notice
from services.notify.core.people import Ruling, ruled, settled_by_person, taken_up_again, waits_for
from services.notify.handlers.announcing import announce_notices
from services.notify.store import acknowledging, deliveries, listing, switches, unsettled

RELEASED_AT_ONCE: Final = 500
RULED_AT_ONCE: Final = 5000


class Unknown(Exception):
    """There is no such notice."""


class Miscounted(Exception):
    """A rule fits another number of notices than the person saw; `found` is that number."""

    def __init__(self, found: int) -> None:
        super().__init__(f"{found} notices fit now")
        self.found = found


class Counter:
    """Where people come: retry, settle, acknowledge, stop and resume."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def retry(self, notice_id: str, *, author: str, reason: str) -> Notice:
        """Take up a notice that failed, is ambiguous, waits for its next attempt or was set aside; now, not later."""
        with self._database.begin() as work:
            now = self._clock.now()
            notice = self._locked(work, notice_id)
            again = taken_up_again(notice, now)
            self._save(work, [again, *self._coming_back(work, [notice])])
            switches.note_acts(work, [notice_id], act="retried", author=author, reason=reason, now=now)
        return again

    def settle(self, notice_id: str, state: NoticeState, *, author: str, reason: str) -> Notice:
        """Say what became of an ambiguous notice; raises `IllegalMove` for any other."""
        with self._database.begin() as work:
            settled = settled_by_person(self._locked(work, notice_id), state)
            self._save(work, [settled])
            switches.note_acts(work, [notice_id], act="settled", author=author, reason=reason, now=self._clock.now())
        return settled

    def settle_all(
        self,
        ruling: Ruling,
        state: NoticeState,
        *,
        expected: int,
        author: str,
        reason: str,
        tenants: Sequence[str] | None = None,
    ) -> int:
        """Settle every ambiguous notice that a rule fits, or send it once more; all or none, and how many.

        Raises `Miscounted` where they are not as many as `expected`, or more than `RULED_AT_ONCE`: somebody settles
        what they have seen, and nothing that came in between.
        """
        with self._database.begin(tenants) as work:
            now = self._clock.now()
            found = unsettled.fitting(work, ruling, RULED_AT_ONCE + 1)
            if len(found) != expected or len(found) > RULED_AT_ONCE:
                raise Miscounted(len(found))
            self._save(work, [ruled(notice, state, now) for notice in found])
            act = "retried" if state is NoticeState.RETRYING else "settled"
            ids = [notice.id for notice in found]
            switches.note_acts(work, ids, act=act, author=author, reason=reason, now=now)
        return len(found)

    def acknowledge(self, notice_id: str, *, author: str, reason: str, tenants: Sequence[str] | None = None) -> bool:
        """Note that somebody has taken notice; False where somebody had before. Raises `IllegalMove` before it left.

        `tenants` are the sub-trees of who asks; a notice outside them is unknown.
        """
        with self._database.begin(tenants) as work:
            if not listing.exists(work, notice_id):
                raise Unknown(notice_id)
            notice = self._locked(work, notice_id)
            if notice.state not in ARRIVED and not notice.doubtful:
                raise IllegalMove(f"notice {notice_id} is {notice.state.value}: nobody can have read it")
            now = self._clock.now()
            covered = acknowledging.acknowledge(work, notice_id, author=author, now=now)
            switches.note_acts(work, covered, act="acknowledged", author=author, reason=reason, now=now)
        return bool(covered)

    def stop(self, *, author: str, reason: str) -> None:
        """Stop all sending, everywhere, from the next notice on."""
        with self._database.begin() as work:
            switches.throw_switch(work, stopped=True, author=author, reason=reason, now=self._clock.now())

    def resume(self, *, author: str, reason: str, release: bool) -> int:
        """Let sending go on; with `release` also what was set aside meanwhile. Returns how many notices were."""
        with self._database.begin() as work:
            switches.throw_switch(work, stopped=False, author=author, reason=reason, now=self._clock.now())
            aside = switches.count_set_aside(work)
        while release and self._release_some(author=author, reason=reason):
            continue
        return aside

    def _release_some(self, *, author: str, reason: str) -> int:
        with self._database.begin() as work:
            ids = switches.set_aside_by_switch(work, RELEASED_AT_ONCE)
            locked = deliveries.notices_by_id(work, ids, lock=True)
            held = [notice for notice in locked.values() if notice.state is NoticeState.SUPPRESSED]
            back = [taken_up_again(notice, self._clock.now(), by_person=False) for notice in held]
            self._save(work, [*back, *self._coming_back(work, held)])
            now = self._clock.now()
            switches.note_acts(work, [n.id for n in held], act="released", author=author, reason=reason, now=now)
        return len(held)

    def _coming_back(self, work: Work, told: Sequence[Notice]) -> list[Notice]:
        """Ends that were set aside with these beginnings, on their way again."""
        beginnings = {notice.id: notice for notice in told}
        ids = [each for each in switches.followers_of(work, list(beginnings)) if each not in beginnings]
        found = deliveries.notices_by_id(work, ids, lock=True)
        waiting = [each for each in found.values() if each.follows and waits_for(each, beginnings[each.follows])]
        return [taken_up_again(each, self._clock.now(), by_person=False) for each in waiting]

    def _locked(self, work: Work, notice_id: str) -> Notice:
        try:
            found = deliveries.notices_by_id(work, [notice_id], lock=True)[notice_id]
        except KeyError:
            raise Unknown(notice_id) from None
        work.concerns.add(found.tenant)
        return found

    def _save(self, work: Work, notices: Sequence[Notice]) -> None:
        now = self._clock.now()
        work.concerns.update(notice.tenant for notice in notices)
        deliveries.move(work, notices, now)
        announce_notices(work, notices, now)
