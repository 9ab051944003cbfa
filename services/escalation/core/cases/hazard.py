"""Fold one hazard's facts: when it was worked on, what was said of it, and what of it the last fact changed."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter

import msgspec

from contracts.divisions import Divisions
from services.escalation.core.calendar import WorkCalendar
from services.escalation.core.cases.deadlines import MOVING, Overdue, StockTerm, Term, overdue_spans, terms
from services.escalation.core.cases.telling import Follow, Report, follow_of, report_of
from services.escalation.core.contributions import SeenAgain, TipOff
from services.escalation.core.heard import Heard, in_order


class Work(msgspec.Struct, frozen=True, gc=False):
    """A span in which the hazard waited for rectification: from a report or a failed re-inspection to its end."""

    start: datetime
    begun_by: Heard
    end: datetime | None = None
    ended_by: Heard | None = None


REPORTED = "hazard.reported"
WORK, DONE, LEVELS, TERMS, CLOSURES, FAILURES = "work", "done", "levels", "terms", "closures", "failures"
"""What of a hazard a fact may change, beside that something of its subject was told; a rule's READS names these.

`WORK`: a span of work began. `DONE`: one ended, which ends or takes away what a rule found and makes it find nothing new.
"""

_COUNTED = frozenset({WORK, DONE, TERMS})
"""What deadlines and lateness are told from."""
HOLDING = ("hazard.plan_filed", "hazard.extension_decided", "hazard.clock_suspended")
"""Facts that say that the hazard cannot be put right for the time being."""


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
    stock: StockTerm | None = None
    calendar: WorkCalendar | None = None
    _terms: list[Term] | None = None
    _overdue: list[Overdue] | None = None

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

    def count_by(self, stock: StockTerm | None, calendar: WorkCalendar) -> None:
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
        TERMS: subject in MOVING,
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
