"""Take notices up, and keep what became of them: two transactions, and the provider is called between them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contracts.divisions import Divisions
from contracts.vocabulary import NoticeState
from runtime import log
from runtime.clock import Clock
from runtime.database import Database, Work
from runtime.metrics import Metrics
from services.notify.core.breaker import Breaker
from services.notify.core.digests import Telling, grouped, message_of
from services.notify.core.memory import recalled
from services.notify.core.messages import Message
from services.notify.core.notice import WAITING, Notice
from services.notify.core.passage import Passage, Situation
from services.notify.core.places import Places
from services.notify.core.retry import Outcome, Result
from services.notify.core.roster import Seat
from services.notify.core.routes import Routes
from services.notify.core.stages.deliver import REMINDERS, deliver
from services.notify.core.stages.limit import postponed
from services.notify.core.stages.record import settled
from services.notify.handlers.announcing import announce_notices
from services.notify.handlers.letters.delivering import Enclosing
from services.notify.metrics import OUTCOME_OF
from services.notify.store import deliveries, memory, outages, pace, personal
from services.notify.store.situation import SettingsReader

LEASE_MARGIN: Final = timedelta(
    seconds=30
)  # for two transactions and a slow machine, beside the channel's own patience
SETTLED_AT_ONCE: Final = 500
LOST: Final = "发送进程未留下结果"
DEFECT: Final = "无法成文"

_logger = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Departure:
    """One message that is about to be handed over: the attempts (notice, number) it makes, the worst notice first."""

    attempts: tuple[tuple[str, int], ...]
    message: Message
    address: str

    @property
    def notice_id(self) -> str:
        """The one notice, or the worst of a digest."""
        return self.attempts[0][0]

    @property
    def attempt(self) -> int:
        """The number of that notice's attempt."""
        return self.attempts[0][1]


@dataclass(frozen=True, slots=True)
class Return:
    """One message that was handed over, and what became of it."""

    attempts: tuple[tuple[str, int], ...]
    message_id: str
    address: str
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a channel is like.

    `patience`: seconds after which an attempt is over; `repeatable`: its receiver recognises a repetition; `most`: notices in one message; `a_minute`: messages to one address (None: as many as there are);
    `provider`: who stands behind an address, so that one dead provider holds up no other.
    """

    channel: str
    repeatable: bool
    patience: float
    most: int = 1
    a_minute: int | None = None
    provider: Callable[[str], str] = lambda _address: ""


class Desk:
    """The transactions around one channel's deliveries; one loop uses it, from any thread, one call at a time."""

    def __init__(
        self,
        *,
        traits: Traits,
        database: Database,
        routes: Routes,
        divisions: Divisions,
        clock: Clock,
        metrics: Metrics,
        worker: str,
        letters: Enclosing,
    ) -> None:
        """`worker`: who claims, for the trail."""
        self.channel = traits.channel
        self._traits = traits
        self._lost = Outcome(result=Result.AMBIGUOUS, answer=LOST, repeatable=traits.repeatable)
        self._lease = timedelta(seconds=traits.patience) + LEASE_MARGIN
        self._database = database
        self._routes = routes
        self._places = Places(divisions)
        self._clock = clock
        self._metrics = metrics
        self._worker = worker
        self._letters = letters
        self._settings = SettingsReader()
        self._breakers: dict[str, Breaker] = {}

    def take(self, most: int) -> list[Departure]:
        """Claim notices that may leave, in up to `most` messages; what must not leave any more is set aside with them."""
        now = self._clock.now()
        departures: list[Departure] = []
        leaving: list[deliveries.Leaving] = []
        later: dict[str, datetime] = {}
        with self._database.begin() as work:
            claimed = deliveries.claim(work, self.channel, now, most)
            if not claimed:
                return []
            if self._traits.most > 1:
                claimed += deliveries.company(work, self.channel, now, claimed, most * self._traits.most)
            tellings, seats, aside = self._decided(work, claimed)
            groups = sorted(grouped(tellings, self._traits.most), key=lambda group: group[0].notice.priority)
            for group in groups[:most]:
                closed_until = self._closed_until(work, group[0].address, now)
                if closed_until is not None:
                    later |= dict.fromkeys((telling.notice.id for telling in group), closed_until)
                    continue
                message = self._put_into_words(work, group, aside, now)
                if message is None:
                    continue
                self._leave(work, message.notice_id, group[0].address, now)
                moved = [deliveries.Leaving(t.notice, seats[t.notice.id], message.notice_id) for t in group]
                leaving += moved
                attempts = tuple((each.notice.id, each.notice.attempt) for each in moved)
                departures.append(Departure(attempts, message, group[0].address))
            deliveries.begin_attempts(work, leaving, worker=self._worker, now=now, lease_until=now + self._lease)
            deliveries.move(work, aside, now)
            deliveries.postpone(work, later)
            announce_notices(work, [*aside, *(each.notice for each in leaving)], now)
        self._count_aside(aside)
        return departures

    def keep(self, returns: Sequence[Return]) -> None:
        """Record how messages ended. An answer that comes after its lease still counts where nobody tried again."""
        now = self._clock.now()
        with self._database.begin() as work:
            ids = [notice_id for back in returns for notice_id, _ in back.attempts]
            standing = deliveries.notices_by_id(work, ids, lock=True)
            moved = [after for back in returns for after in self._after(work, back, standing, now)]
            deliveries.move(work, moved, now)
            self._letters.note_arrivals(work, moved, now)
            ended = [(notice_id, attempt, back.outcome) for back in returns for notice_id, attempt in back.attempts]
            deliveries.end_attempts(work, ended, now)
            if self._traits.a_minute is not None:
                pace.end(work, channel=self.channel, messages=[back.message_id for back in returns], now=now)
            announce_notices(work, moved, now)
            breakers = self._judged(returns, now)
            self._note_outages(work, breakers, now)
        self._breakers |= breakers
        self._count([(outcome, notice_id) for notice_id, _, outcome in ended], moved)

    def _decided(self, work: Work, claimed: Sequence[Notice]) -> tuple[list[Telling], dict[str, Seat], list[Notice]]:
        """What may leave as `sending`, to whom, and what is set aside."""
        situation = self._situation(work)
        words = deliveries.words_of(work, claimed)
        told = deliveries.notices_by_id(work, [notice.follows for notice in claimed if notice.follows])
        listings = deliveries.listings(work, [notice for notice in claimed if notice.measure in REMINDERS])
        tellings: list[Telling] = []
        seats: dict[str, Seat] = {}
        aside: list[Notice] = []
        for notice in self._recalled(work, claimed, aside):
            said = words[notice.id]
            earlier, listing = tuple(told.values()), listings.get(notice.id)
            passage = Passage(decision=said.decision, notices=(notice,), earlier=earlier, listing=listing)
            passage = deliver(passage, situation)
            (moved,) = passage.notices
            if moved.state is NoticeState.SENDING and passage.seat is not None:
                address = passage.seat.addresses[self.channel]
                tellings.append(Telling(notice=moved, decision=said.decision, folded=said.folded, address=address))
                seats[moved.id] = passage.seat
            else:
                aside.append(moved)
        return tellings, seats, aside

    def _recalled(self, work: Work, claimed: Sequence[Notice], aside: list[Notice]) -> Iterator[Notice]:
        """What may go on; what the log remembers to have been sent, which a restored database had forgotten, is set aside."""
        remembered = memory.of(work, [notice.id for notice in claimed])
        memory.drop(work, list(remembered))
        for notice in claimed:
            after = recalled(notice, remembered[notice.id]) if notice.id in remembered else None
            if after is not None and after.state not in WAITING:
                aside.append(after)
            else:
                yield after or notice

    def _put_into_words(
        self, work: Work, group: Sequence[Telling], aside: list[Notice], now: datetime
    ) -> Message | None:
        """The message of a group; None where a notice in it cannot be put into words: that one is set aside alone."""
        try:
            if group[0].notice.letter_id:  # an official letter leaves alone
                return self._letters.cover(work, group[0].notice, now)
            return message_of(group, places=self._places, now=now)
        except Exception as error:  # one notice that cannot be put into words must not hold up the others
            if len(group) > 1:
                for telling in group:
                    self._put_into_words(work, [telling], aside, now)
                return None
            (telling,) = group
            _logger.exception("notice cannot be put into words", notice=telling.notice.id)
            aside.append(telling.notice.moved(NoticeState.FAILED, error=f"{DEFECT}：{type(error).__name__}"))
            return None

    def _closed_until(self, work: Work, address: str, now: datetime) -> datetime | None:
        """When the next message may go there; None for now."""
        breaker = self._breakers.get(self._traits.provider(address), Breaker())
        until = breaker.closed_until(now)
        if until is not None or self._traits.a_minute is None:
            return until
        place = pace.place_of(self.channel, address)
        return pace.closed_until(
            work, channel=self.channel, place=place, a_minute=self._traits.a_minute, lease=self._lease, now=now
        )

    def _leave(self, work: Work, message_id: str, address: str, now: datetime) -> None:
        """Count a message that leaves."""
        key = self._traits.provider(address)
        self._breakers[key] = self._breakers.get(key, Breaker()).left(now)
        if self._traits.a_minute is not None:
            place = pace.place_of(self.channel, address)
            pace.begin(work, channel=self.channel, place=place, message=message_id, now=now)

    def _judged(self, returns: Sequence[Return], now: datetime) -> dict[str, Breaker]:
        """The breakers of those providers who answered, or did not, after that."""
        breakers: dict[str, Breaker] = {}
        for back in returns:
            key = self._traits.provider(back.address)
            before = breakers.get(key) or self._breakers.get(key, Breaker())
            breakers[key] = before.after(back.outcome, now)
        return breakers

    def _note_outages(self, work: Work, breakers: Mapping[str, Breaker], now: datetime) -> None:
        """Let all workers know who is dead since when, and who has answered."""
        for provider, breaker in sorted(breakers.items()):
            if breaker.is_open:
                outages.note(work, self.channel, provider, since=breaker.since or now, failed_at=now)
        outages.end(work, self.channel, sorted(key for key, breaker in breakers.items() if not breaker.failures))

    def _after(self, work: Work, back: Return, standing: Mapping[str, Notice], now: datetime) -> Iterator[Notice]:
        """The notices of one message as its outcome leaves them, where it changes them."""
        for notice_id, attempt in back.attempts:
            notice = standing[notice_id]
            if notice.attempt != attempt:
                continue  # somebody tried again: that attempt decides
            after = settled(notice, back.outcome, self._routes.retry, now)
            if after is not notice:
                yield postponed(after, self._routes.quiet_hours) if after.state is NoticeState.RETRYING else after
        if back.outcome.result is Result.GONE:
            personal.note_gone(work, channel=self.channel, address=back.address, notice_id=back.attempts[0][0], now=now)
        if back.outcome.result is Result.LIMITED and back.outcome.retry_after is not None:
            place = pace.place_of(self.channel, back.address)
            pace.pause(work, channel=self.channel, place=place, until=now + back.outcome.retry_after)

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
