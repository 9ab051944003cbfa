"""Say when a hazard had to be put right, and when it was late: the deadline with all that moved it (S0-09, S0-10)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from services.escalation.core.calendar import ONE_DAY, WorkCalendar, end_of, local_day, midnight
from services.escalation.core.cases.telling import Follow, Report
from services.escalation.core.heard import Heard, each_once
from services.escalation.core.terms import Span

if TYPE_CHECKING:  # a hazard tells its own deadlines
    from services.escalation.core.cases.hazard import Hazard

MOVING = frozenset({"hazard.plan_filed", "hazard.extension_decided", "hazard.clock_suspended", "hazard.clock_resumed"})
"""What moves a deadline, beside a report that orders another."""


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


class StockTerm(msgspec.Struct, frozen=True):
    """The term of hazards found before a campaign (S0-09): `span` from the day `issued`."""

    issued: date
    found_before: date
    span: Span


@lru_cache(maxsize=20_000)  # most deadlines are days, and many hazards share one
def due_instant(text: str) -> datetime:
    """The instant at which a deadline is over: a date runs to 24:00 of its day, an instant is itself."""
    if len(text) == len("2023-05-20"):
        return end_of(date.fromisoformat(text))
    return datetime.fromisoformat(text).astimezone(UTC)


def terms(hazard: "Hazard", stock: StockTerm | None, calendar: WorkCalendar) -> list[Term]:
    """The deadlines that ran, in order: the report's, the stock's, moved by plans, extensions and suspensions.

    A second report may only bring the deadline forward; a plan moves the term of a stock hazard only, a date that an
    inspector ordered moves by a decided extension only (S0-10).
    """
    clock = _Clock(*_first_due(hazard, stock, calendar))
    result = [Term(hazard.found_at, clock.due, hazard.first)]
    moves = _moves(hazard) if len(hazard.reports) > 1 or not MOVING.isdisjoint(hazard.follows) else ()
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


def _due_after(hazard: "Hazard", clock: _Clock, fact: Heard, move: Report | Follow, now: datetime) -> datetime | None:
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


def _first_due(hazard: "Hazard", stock: StockTerm | None, calendar: WorkCalendar) -> tuple[datetime | None, bool]:
    """The ordered deadline, or the stock's where none was ordered or that was over before the notice; and whether so."""
    ordered = due_instant(hazard.report.rectify_by) if hazard.report.rectify_by else None
    is_stock = stock is not None and local_day(hazard.found_at) < stock.found_before
    if is_stock and stock and (ordered is None or ordered <= midnight(stock.issued)):
        due = end_of(calendar.add(stock.issued, stock.span.count, stock.span.unit))
        return due, due != ordered
    return ordered, ordered is None


def _moves(hazard: "Hazard") -> Iterator[tuple[Heard, Report | Follow]]:
    moves: list[tuple[Heard, Report | Follow]] = list(hazard.reports[1:])
    for subject in MOVING:
        moves += hazard.told(subject)
    moves.sort(key=lambda move: (move[0].time, move[0].recorded, move[0].source, move[0].id))
    return iter(moves)


def _brings_forward(hazard: "Hazard", fact: Heard, rectify_by: str) -> bool:
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


def overdue_spans(hazard: "Hazard", running: Sequence[Term]) -> list[Overdue]:
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
