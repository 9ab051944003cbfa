"""Take notices up, and keep what became of them: two transactions, and the provider is called between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from contracts.divisions import Divisions
from contracts.vocabulary import NoticeState
from runtime import log
from runtime.clock import Clock
from runtime.database import Database, Work
from runtime.metrics import Metrics
from services.notify.core.messages import Message, compose
from services.notify.core.notice import Notice
from services.notify.core.passage import Passage, Situation
from services.notify.core.places import Places
from services.notify.core.retry import Outcome, Result
from services.notify.core.routes import Routes
from services.notify.core.stages.deliver import deliver
from services.notify.core.stages.record import settled
from services.notify.handlers.announcing import announce_notices
from services.notify.metrics import OUTCOME_OF
from services.notify.store import deliveries
from services.notify.store.situation import SettingsReader

LEASE_MARGIN: Final = timedelta(
    seconds=30
)  # for two transactions and a slow machine, beside the channel's own patience
SETTLED_AT_ONCE: Final = 500
LOST: Final = "发送进程未留下结果"
DEFECT: Final = "无法成文"

if TYPE_CHECKING:
    from services.notify.core.roster import Seat

_logger = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Departure:
    """One attempt that is about to be made."""

    notice_id: str
    attempt: int
    message: Message
    address: str


@dataclass(frozen=True, slots=True)
class Return:
    """One attempt that was made."""

    notice_id: str
    attempt: int
    address: str
    outcome: Outcome


class Desk:
    """The transactions around one channel's deliveries; safe to use from any thread."""

    def __init__(
        self,
        *,
        channel: str,
        repeatable: bool,
        patience: float,
        database: Database,
        routes: Routes,
        divisions: Divisions,
        clock: Clock,
        metrics: Metrics,
        worker: str,
    ) -> None:
        """`patience`: seconds after which an attempt is over; `worker`: who claims, for the trail."""
        self.channel = channel
        self._lost = Outcome(result=Result.AMBIGUOUS, answer=LOST, repeatable=repeatable)
        self._lease = timedelta(seconds=patience) + LEASE_MARGIN
        self._database = database
        self._routes = routes
        self._places = Places(divisions)
        self._clock = clock
        self._metrics = metrics
        self._worker = worker
        self._settings = SettingsReader()

    def take(self, most: int) -> list[Departure]:
        """Claim notices that may leave; those that must not any more are set aside in the same transaction."""
        now = self._clock.now()
        departures: list[Departure] = []
        aside: list[Notice] = []
        leaving: list[tuple[Notice, Seat]] = []
        with self._database.begin() as work:
            claimed = deliveries.claim(work, self.channel, now, most)
            if not claimed:
                return []
            situation = self._situation(work)
            words = deliveries.words_of(work, claimed)
            told = deliveries.notices_by_id(work, [notice.follows for notice in claimed if notice.follows])
            for notice in claimed:
                said = words[notice.id]
                passage = Passage(decision=said.decision, notices=(notice,), earlier=tuple(told.values()))
                passage = deliver(passage, situation)
                (moved,) = passage.notices
                if moved.state is not NoticeState.SENDING or passage.seat is None:
                    aside.append(moved)
                    continue
                try:
                    message = compose(moved, said.decision, places=self._places, folded=said.folded, now=now)
                except Exception as error:  # one notice that cannot be put into words must not hold up the others
                    _logger.exception("notice cannot be put into words", notice=notice.id)
                    aside.append(notice.moved(NoticeState.FAILED, error=f"{DEFECT}：{type(error).__name__}"))
                    continue
                leaving.append((moved, passage.seat))
                address = passage.seat.addresses[self.channel]
                departures.append(Departure(moved.id, moved.attempt, message, address))
            deliveries.begin_attempts(work, leaving, worker=self._worker, now=now, lease_until=now + self._lease)
            deliveries.move(work, aside, now)
            announce_notices(work, [*aside, *(notice for notice, _ in leaving)], now)
        self._count_aside(aside)
        return departures

    def keep(self, returns: Sequence[Return]) -> None:
        """Record how attempts ended. An answer that comes after its lease still counts where nobody tried again."""
        now = self._clock.now()
        with self._database.begin() as work:
            standing = deliveries.notices_by_id(work, [back.notice_id for back in returns], lock=True)
            moved = []
            for back in returns:
                notice = standing[back.notice_id]
                if notice.attempt != back.attempt:
                    continue  # somebody tried again: that attempt decides
                after = settled(notice, back.outcome, self._routes.retry, now)
                if after is not notice:
                    moved.append(after)
                if back.outcome.result is Result.GONE:
                    deliveries.note_gone(work, channel=self.channel, address=back.address, notice_id=notice.id, now=now)
            deliveries.move(work, moved, now)
            deliveries.end_attempts(work, [(back.notice_id, back.attempt, back.outcome) for back in returns], now)
            announce_notices(work, moved, now)
        self._count([(back.outcome, back.notice_id) for back in returns], moved)

    def settle(self) -> int:
        """Give attempts whose lease ended without a word an outcome by rule; returns how many there were."""
        now = self._clock.now()
        with self._database.begin() as work:
            moved = self._settle(work, deliveries.expired(work, self.channel, now, SETTLED_AT_ONCE))
        return self._settled(moved)

    def settle_earlier_life(self) -> int:
        """The same, without waiting for the lease, for what a process of this worker's name left; at the start only."""
        with self._database.begin() as work:
            moved = self._settle(work, deliveries.left_by(work, self.channel, self._worker, SETTLED_AT_ONCE))
        return self._settled(moved)

    def _settle(self, work: Work, left: Sequence[Notice]) -> list[Notice]:
        now = self._clock.now()
        lost = self._lost
        moved = [settled(notice, lost, self._routes.retry, now) for notice in left]
        deliveries.move(work, moved, now)
        deliveries.end_attempts(work, [(notice.id, notice.attempt, lost) for notice in left], now)
        announce_notices(work, moved, now)
        return moved

    def _settled(self, moved: Sequence[Notice]) -> int:
        if moved:
            self._count([(self._lost, notice.id) for notice in moved], moved)
            _logger.warning("attempts without an outcome", channel=self.channel, count=len(moved))
        return len(moved)

    def _situation(self, work: Work) -> Situation:
        now = self._clock.now()
        settings = self._settings.read(work, now)
        return Situation(
            now=now, routes=self._routes, roster=settings.roster, places=self._places, switches=settings.switches
        )

    def _count_aside(self, aside: Sequence[Notice]) -> None:
        for notice in aside:
            outcome = "suppressed" if notice.state is NoticeState.SUPPRESSED else "dead"
            self._metrics.count("notify_deliveries_total", channel=self.channel, outcome=outcome)

    def _count(self, outcomes: Sequence[tuple[Outcome, str]], moved: Sequence[Notice]) -> None:
        """Count each answer, and once more where it was the last that was waited for."""
        failed = {notice.id for notice in moved if notice.state is NoticeState.FAILED}
        for outcome, notice_id in outcomes:
            words = [OUTCOME_OF[outcome.result]]
            if notice_id in failed and outcome.result in {Result.TEMPORARY, Result.LIMITED}:
                words.append("dead")
            for word in words:
                self._metrics.count("notify_deliveries_total", channel=self.channel, outcome=word)
