"""Fold one hazard's facts: when it was worked on, when it was due, what was refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import attrgetter

import msgspec

from contracts.divisions import Divisions
from services.escalation.core.calendar import ONE_DAY, WorkCalendar, end_of, local_day, midnight
from services.escalation.core.cases.telling import Follow, Report, follow_of, report_of
from services.escalation.core.contributions import SeenAgain, TipOff
from services.escalation.core.heard import Heard, each_once, in_order
from services.escalation.core.terms import Span


class Work(msgspec.Struct, frozen=True, gc=False):
    """A span in which the hazard waited for rectification: from a report or a failed re-inspection to its end."""

    start: datetime
    begun_by: Heard
    end: datetime | None = None
    ended_by: Heard | None = None


class Term(msgspec.Struct, frozen=True, gc=False):
    """From `start` on the rectification deadline is `due` (None: no deadline runs); `cause` set it."""

    start: datetime
    due: datetime | None
    cause: Heard


class Overdue(msgspec.Struct, frozen=True, gc=False):
    """A span in which the hazard was late: `since` is the end of the deadline day, `start` when lateness began."""

    start: datetime
    since: datetime
    end: datetime | None
    rests_on: tuple[Heard, ...]


REPORTED = "hazard.reported"
WORK, DONE, LEVELS, TERMS, CLOSURES, FAILURES = "work", "done", "levels", "terms", "closures", "failures"
"""What of a hazard a fact may change, beside that something of its subject was told; a rule's READS names these.

`WORK`: a span of work began. `DONE`: one ended, which ends or takes away what a rule found and makes it find nothing new.
"""


class Hazard(msgspec.Struct):
    """A hazard as its facts tell it so far. `site_id` is empty where no report named a site.

    `seen_again` is what its site remembers of it, `tip_offs` are those that became it. `news` names what the fact that
    was heard last has changed, None where it may be anything. `stock` and `calendar` are its pack's, by which its
    deadlines count. `tenant` is in whose charge it is now, `first.tenant` whose it was first. `last` is the last fact in
    order of time, None where a correction may yet touch what comes after it.
    """

    hazard_id: str
    namespace: str
    tenant: str
    first: Heard
    report: Report
    found_at: datetime
    reports: list[tuple[Heard, Report]] = []
    levels: list[tuple[datetime, str, Heard]] = []
    work: list[Work] = []
    follows: dict[str, list[tuple[Heard, Follow]]] = {}
    closures: list[Heard] = []
    ignored: list[Heard] = []
    site_id: str = ""
    site_name: str = ""
    seen_again: SeenAgain | None = None
    tip_offs: tuple[TipOff, ...] = ()
    news: frozenset[str] | None = None
    last: Heard | None = None
    stock: "StockTerm | None" = None
    calendar: WorkCalendar | None = None
    _terms: "list[Term] | None" = None
    _overdue: "list[Overdue] | None" = None

    @property
    def terms(self) -> list[Term]:
        """The deadlines that ran, in order; none where no pack gives a calendar. Told when first asked for."""
        if self._terms is None:
            self._terms = terms(self, self.stock, self.calendar) if self.calendar is not None else []
        return self._terms

    @property
    def overdue(self) -> list[Overdue]:
        """The spans in which it was late. Told when first asked for."""
        if self._overdue is None:
            self._overdue = overdue_spans(self, self.terms)
        return self._overdue

    def count_by(self, stock: "StockTerm | None", calendar: WorkCalendar) -> None:
        """Let deadlines count by a pack's stock term and calendar."""
        if stock is not self.stock or calendar is not self.calendar:
            self.stock, self.calendar = stock, calendar
            self._terms = self._overdue = None

    def hear_next(self, fact: Heard, divisions: Divisions) -> bool:
        """Hear one more fact; False where it may change what was told before, so that all has to be folded again."""
        last = self.last
        if last is None or fact.correction or (fact.time <= last.time and fact.place <= last.place):
            return False
        report = report_of(fact.data) if fact.subject == REPORTED else None
        if report is not None and report.hazard_id != self.hazard_id:
            return False
        news = self.news = _news_of(self, fact, report or follow_of(fact.data), divisions)
        self.last = fact
        if news is None or not _COUNTED.isdisjoint(news):
            self._overdue = None
            if news is None or TERMS in news or len(self.reports) > 1:  # work moves a deadline that was ordered again
                self._terms = None
        return True

    @property
    def done_at(self) -> datetime | None:
        """When the last span of work ended, None while one is open."""
        return self.work[-1].end

    @property
    def done_by(self) -> Heard | None:
        """The fact that ended the last span of work."""
        return self.work[-1].ended_by

    @property
    def due(self) -> datetime | None:
        """The deadline that runs now, as the last known fact left it."""
        return self.terms[-1].due if self.terms else None

    @property
    def repeat_key(self) -> str:
        """What makes two findings at one site the same: the criterion, else the category."""
        return self.report.criterion or self.report.category

    def told(self, subject: str) -> list[tuple[Heard, Follow]]:
        """The facts of one subject, such as `hazard.handed_over`, in order of time."""
        return self.follows.get(subject, [])

    def any_report(self, attribute: str, words: Sequence[str]) -> bool:
        """Whether any report of this hazard has one of `words` in `attribute`."""
        return any(getattr(report, attribute) in words for _, report in self.reports)


_correction_of = attrgetter("correction")


def fold(
    hazard_id: str, namespace: str, facts: Sequence[Heard], divisions: Divisions, seen: SeenAgain | None = None
) -> Hazard | None:
    """The hazard told by `facts`, None while no report of it is known; `seen` is what its site tells of it.

    Facts from a tenant that was then neither the hazard's nor above it are set aside (`ignored`).
    """
    told: list[tuple[Heard, Report | Follow]] = []
    opening: Heard | None = None
    for fact in in_order(facts):
        if fact.subject != REPORTED:
            told.append((fact, follow_of(fact.data)))
        elif (said := report_of(fact.data)).hazard_id == hazard_id:
            told.append((fact, said))
            if opening is None:
                opening, report = fact, said
    if opening is None:
        return None  # not reported yet, or the report was voided or corrected to another hazard
    newest = told[-1][0]
    tenant = seen.tenant_at(None, opening.tenant) if seen else opening.tenant
    hazard = Hazard(hazard_id, namespace, tenant, opening, report, opening.time, seen_again=seen)
    _hear_report(hazard, opening, report)
    for fact, word in told:
        if fact is opening:
            continue
        if fact is newest and fact is facts[-1]:  # else the fact heard last came late, or corrects another
            hazard.news = _news_of(hazard, fact, word, divisions)
        else:
            _hear(hazard, fact, word, divisions)
    if not any(map(_correction_of, facts)):
        hazard.last = newest
    return hazard


def _hear(hazard: Hazard, fact: Heard, said: "Report | Follow", divisions: Divisions) -> bool:
    """Hear one fact; False where its tenant had no say in the hazard then."""
    seen, tenant = hazard.seen_again, hazard.first.tenant
    if seen is not None:
        tenant = seen.tenant_at(fact.time, tenant)
    if fact.tenant != tenant and not divisions.is_within(tenant, fact.tenant):
        hazard.ignored.append(fact)
        return False
    if isinstance(said, Report):
        _hear_report(hazard, fact, said)
    else:
        _hear_follow(hazard, fact, said)
    return True


def _news_of(hazard: Hazard, fact: Heard, said: "Report | Follow", divisions: Divisions) -> frozenset[str] | None:
    """Hear the last fact, and say what it changes."""
    work, last = len(hazard.work), hazard.work[-1]
    if not _hear(hazard, fact, said, divisions):
        return frozenset()
    if isinstance(said, Report):
        return None
    subject, began = fact.subject, len(hazard.work) > work
    failed = subject == "hazard.reinspected" and not said.passed
    return _changed(subject, failed=failed, began=began, ended=not began and hazard.work[-1] is not last)


@lru_cache(maxsize=1000)  # some twenty subjects
def _changed(subject: str, *, failed: bool, began: bool, ended: bool) -> frozenset[str]:
    """The news that a fact of this subject makes; one and the same set each time, so that it is found quickly."""
    words = {
        LEVELS: subject == "hazard.regraded",
        CLOSURES: subject == "hazard.closed",
        TERMS: subject in _MOVING,
        FAILURES: failed,
        WORK: began,
        DONE: ended,
    }
    return frozenset({subject, *(word for word, is_so in words.items() if is_so)})


def _hear_report(hazard: Hazard, fact: Heard, report: Report) -> None:
    hazard.reports.append((fact, report))
    hazard.site_id = hazard.site_id or report.site_id or (report.site.id if report.site else "")
    hazard.site_name = hazard.site_name or (report.site.name if report.site else "")
    if not hazard.levels or (report.level == "major" and hazard.levels[-1][1] != "major"):
        hazard.levels.append((fact.time, report.level, fact))
    if not hazard.work or (
        hazard.closures and hazard.work[-1].end is not None and fact.time > hazard.closures[-1].time
    ):
        hazard.work.append(Work(fact.time, fact))
    if report.fixed_on_the_spot:
        _end_work(hazard, fact)


def _hear_follow(hazard: Hazard, fact: Heard, follow: Follow) -> None:
    subject = fact.subject
    hazard.follows.setdefault(subject, []).append((fact, follow))
    if subject == "hazard.regraded":
        hazard.levels.append((fact.time, follow.level, fact))
    elif subject in _ENDING:
        _end_work(hazard, fact)
        if subject == "hazard.closed":
            hazard.closures.append(fact)
    elif subject == "hazard.reinspected":
        if follow.passed:
            _end_work(hazard, fact)
        elif hazard.work[-1].end is not None and not hazard.told("hazard.withdrawn"):
            hazard.work.append(Work(max(fact.time, hazard.found_at), fact))


_ENDING = frozenset({"hazard.rectified", "hazard.closed", "hazard.withdrawn"})


def _end_work(hazard: Hazard, fact: Heard) -> None:
    last = hazard.work[-1]
    if last.end is None:
        hazard.work[-1] = Work(last.start, last.begun_by, max(fact.time, last.start), fact)


@lru_cache(maxsize=20_000)  # most deadlines are days, and many hazards share one
def due_instant(text: str) -> datetime:
    """The instant at which a deadline is over: a date runs to 24:00 of its day, an instant is itself."""
    if len(text) == len("2023-05-20"):
        return end_of(date.fromisoformat(text))
    return datetime.fromisoformat(text).astimezone(UTC)


class StockTerm(msgspec.Struct, frozen=True):
    """The term of hazards found before a campaign (S0-09): `span` from the day `issued`."""

    issued: date
    found_before: date
    span: Span


def terms(hazard: Hazard, stock: StockTerm | None, calendar: WorkCalendar) -> list[Term]:
    """The deadlines that ran, in order: the report's, the stock's, moved by plans, extensions and suspensions.

    A second report may only bring the deadline forward; a plan moves the term of a stock hazard only, a date that an
    inspector ordered moves by a decided extension only (S0-10).
    """
    clock = _Clock(*_first_due(hazard, stock, calendar))
    result = [Term(hazard.found_at, clock.due, hazard.first)]
    moves = _moves(hazard) if len(hazard.reports) > 1 or not _MOVING.isdisjoint(hazard.follows) else ()
    for fact, move in moves:
        now = max(fact.time, result[-1].start)
        before, clock.due = clock.due, _due_after(hazard, clock, fact, move, now)
        if clock.still_since is not None and clock.due != before:
            clock.still_since = now  # set anew while the clock stands still: it waits from here
        running = clock.due if clock.still_since is None else None
        if running != result[-1].due:
            result.append(Term(now, running, fact))
    return result


@dataclass(slots=True)
class _Clock:
    """The deadline while the facts that move it are told; it stands still where `still_since` is set."""

    due: datetime | None
    from_stock: bool
    still_since: datetime | None = None


def _due_after(hazard: Hazard, clock: _Clock, fact: Heard, move: Report | Follow, now: datetime) -> datetime | None:
    """The deadline after one more fact; says in `clock` where it comes from and whether it stands still."""
    due = clock.due
    if isinstance(move, Report):
        if move.rectify_by and _brings_forward(hazard, fact, move.rectify_by):
            clock.from_stock = False
            return due_instant(move.rectify_by)
    elif fact.subject == "hazard.plan_filed":
        if clock.from_stock and due is not None and move.target_date:
            return due_instant(move.target_date)
    elif fact.subject == "hazard.extension_decided":
        if move.granted and move.until:
            clock.from_stock = False
            return due_instant(move.until)
    elif fact.subject == "hazard.clock_suspended":
        if due is not None and clock.still_since is None:
            clock.still_since = now
    elif clock.still_since is not None:  # hazard.clock_resumed: the days that stood still are added
        stood, clock.still_since = local_day(now) - local_day(clock.still_since), None
        return due and due + stood.days * ONE_DAY
    return due


def _first_due(hazard: Hazard, stock: StockTerm | None, calendar: WorkCalendar) -> tuple[datetime | None, bool]:
    """The ordered deadline, or the stock's where none was ordered or that was over before the notice; and whether so."""
    ordered = due_instant(hazard.report.rectify_by) if hazard.report.rectify_by else None
    is_stock = stock is not None and local_day(hazard.found_at) < stock.found_before
    if is_stock and stock and (ordered is None or ordered <= midnight(stock.issued)):
        due = end_of(calendar.add(stock.issued, stock.span.count, stock.span.unit))
        return due, due != ordered
    return ordered, ordered is None


_MOVING = frozenset({"hazard.plan_filed", "hazard.extension_decided", "hazard.clock_suspended", "hazard.clock_resumed"})
_COUNTED = frozenset({WORK, DONE, TERMS})
"""What deadlines and lateness are told from."""
HOLDING = ("hazard.plan_filed", "hazard.extension_decided", "hazard.clock_suspended")
"""Facts that say that the hazard cannot be put right for the time being."""


def _moves(hazard: Hazard) -> Iterator[tuple[Heard, Report | Follow]]:
    moves: list[tuple[Heard, Report | Follow]] = list(hazard.reports[1:])
    for subject in _MOVING:
        moves += hazard.told(subject)
    moves.sort(key=lambda move: (move[0].time, move[0].recorded, move[0].source, move[0].id))
    return iter(moves)


def _brings_forward(hazard: Hazard, fact: Heard, rectify_by: str) -> bool:
    """Whether a further report sets the deadline: it is earlier than every date ordered before, or reopens the hazard.

    Said again, the ordered date does not take back an extension that was decided since.
    """
    if any(work.begun_by is fact for work in hazard.work):
        return True
    offered = due_instant(rectify_by)
    before = hazard.reports[: next(place for place, (told, _) in enumerate(hazard.reports) if told is fact)]
    reopened = [place for place, (told, _) in enumerate(before) if any(work.begun_by is told for work in hazard.work)]
    ordered = [due_instant(report.rectify_by) for _, report in before[max(reopened, default=0) :] if report.rectify_by]
    return all(offered < date for date in ordered)


def overdue_spans(hazard: Hazard, running: Sequence[Term]) -> list[Overdue]:
    """When the hazard was late: work was open and the term that ran then was over.

    Rectified in time and waiting for re-inspection is not late; a failed re-inspection after the deadline makes it
    late at that instant.
    """
    spans: list[Overdue] = []
    for work in hazard.work:
        for term, following in zip(running, [*running[1:], None], strict=True):
            if term.due is None:
                continue
            start = max(term.due, work.start, term.start)
            end = _earlier(work.end, following.start if following else None)
            if end is not None and start >= end:
                continue
            by = (hazard.first, term.cause, work.begun_by)
            if spans and spans[-1].end == start:
                spans[-1] = Overdue(spans[-1].start, spans[-1].since, end, spans[-1].rests_on)
            else:
                spans.append(Overdue(start, term.due, end, each_once(*by)))
    return spans


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
