"""Fold one hazard's facts into where it stands: state, deadline, what was tried, and how it ended.

The facts may come in any order and may be corrected; the fold sorts them, so that the same facts always give the same
standing. It reads the facts as escalation does, which alone decides what is overdue.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from contracts.facts import Fact
from contracts.vocabulary import HazardLevel, Term
from services.reporting.core.days import Deadline
from services.reporting.core.endings import Outcome, Plan
from services.reporting.core.said import Heard, Said, deadline_in, in_order
from services.reporting.core.transfer import TRANSFERRED, takes_along

Reaches = Callable[[str, str], bool]
"""Whether a tenant (second) is another (first) or lies above it."""

REPORTED: Final = "hazard.reported"
LEVELS: Final = {str(level): level for level in HazardLevel}


class State(Term):
    """Where a hazard stands between its report and its close-out."""

    REPORTED = "reported", "已上报", "It was found and reported, nobody has it yet."
    HANDED_OVER = "handed_over", "已交办", "It was handed over to the unit that has to put it right."
    RECTIFYING = "rectifying", "整改中", "A plan, an extension or a suspension shows that it is being worked on."
    RECTIFIED = "rectified", "已整改，待复查", "The unit says that it is put right; nobody has looked yet."
    FAILED = "failed", "复查不合格，重新整改", "The re-inspection found that it is not put right."
    PASSED = "passed", "复查合格，待销号", "The re-inspection found it put right; the close-out is missing."
    CLOSED = "closed", "已销号", "It is closed out."
    WITHDRAWN = "withdrawn", "已撤销", "The report was withdrawn; it counts as nothing."

    @property
    def awaits_work(self) -> bool:
        """Whether it is open and not put right."""
        return self in AWAITING_WORK


ENDED: Final = frozenset({State.CLOSED, State.WITHDRAWN})
"""States that are not open."""

AWAITING_WORK: Final = frozenset({State.REPORTED, State.HANDED_OVER, State.RECTIFYING, State.FAILED})
"""Open states in which the hazard is not put right: only these can be overdue."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One hazard as its facts tell it now. Instants are aware; None means that it has not happened.

    `closed_at` is set while it is closed, `last_closed_at` from the first close-out on.

    `original` is the first deadline, `deadline` the present one. `rectified_at` and `passed_at` belong to the present
    round; a failed re-inspection begins the next. `suspended_at` is set while the clock stands still (挂账).

    What forms ask beside: `evidence` says that photographs or documents were kept, `handed_to` who got it last,
    `extension_documents` the numbers of the extensions that were granted, `reinspected_by` who looked last.
    """

    committee: str
    namespace: str
    hazard_id: str
    tenant: str
    state: State
    level: HazardLevel
    reported_at: datetime
    known_at: datetime
    updated_at: datetime
    category: str = ""
    criterion: str = ""
    description: str = ""
    sector: str = ""
    found_by: str = ""
    campaign: str = ""
    site_id: str = ""
    site_name: str = ""
    address: str = ""
    responsible_unit: str = ""
    supervising_unit: str = ""
    sources: tuple[str, ...] = ()
    reports: int = 0
    original: Deadline | None = None
    ordered: Deadline | None = None
    deadline: Deadline | None = None
    later_deadline_ignored: bool = False
    extensions: int = 0
    extensions_refused: int = 0
    suspended_at: datetime | None = None
    stands_from: datetime | None = None
    plan: Plan | None = None
    handed_over_at: datetime | None = None
    escalated_up_at: datetime | None = None
    returned_at: datetime | None = None
    refused_at: datetime | None = None
    rectified_at: datetime | None = None
    passed_at: datetime | None = None
    failed_at: datetime | None = None
    failures: int = 0
    closed_at: datetime | None = None
    last_closed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    outcome: Outcome | None = None
    historic: bool = False
    inspection_id: str = ""
    uscc: str = ""
    measures: str = ""
    responsible_person: str = ""
    evidence: bool = False
    on_the_spot: bool = False
    handed_to: str = ""
    extension_documents: tuple[str, ...] = ()
    reinspected_at: datetime | None = None
    reinspected_by: str = ""
    close_document: str = ""

    @property
    def is_open(self) -> bool:
        """Open is everything that is neither closed nor withdrawn, overdue or not."""
        return self.state not in ENDED

    @property
    def awaits_work(self) -> bool:
        """Whether it is open and not put right, the only time in which it can be overdue."""
        return self.state.awaits_work

    def past_deadline(self, moment: datetime) -> bool:
        """Whether its present deadline has passed at `moment` while it is not put right and its clock runs."""
        running = self.awaits_work and self.suspended_at is None
        return running and self.deadline is not None and self.deadline.is_over(moment)


def fold(
    facts: Iterable[Fact], hazard_id: str, reaches: Reaches, *, happened: datetime | None = None
) -> Standing | None:
    """Where the hazard stands after all of `facts` (one committee and namespace); None while nobody has reported it.

    `happened` leaves out what happened later; a correction counts at the time of what it corrects.

    Facts of a corrected event that now names another hazard, and facts from a tenant that was then neither the hazard's
    nor above it, are left out. A transfer of its site takes an open hazard along.
    """
    heard = [
        each
        for each in in_order(facts)
        if each.said is not None
        and (each.said.hazard_id == hazard_id or each.subject == TRANSFERRED)
        and (happened is None or each.fact.time <= happened)
    ]
    opening = next((each for each in heard if each.subject == REPORTED), None)
    if opening is None:
        return None
    standing = _opened(opening, hazard_id)
    counted = [opening.fact]
    for each in heard:
        if each is opening or not (told := _told(standing, each, reaches)):
            continue
        standing = told
        counted.append(each.fact)
    return msgspec.structs.replace(
        standing,
        known_at=max(fact.known_at for fact in counted),
        updated_at=max(fact.time for fact in counted),
    )


def _told(standing: Standing, heard: Heard, reaches: Reaches) -> Standing | None:
    """The standing after one more fact; None where the fact does not concern the hazard's course."""
    fact, said = heard.fact, heard.said
    if said is None:
        return None
    if heard.subject == TRANSFERRED:  # what was over by then stays where it was
        was_there = standing.is_open and fact.time >= standing.reported_at
        if not was_there or not takes_along(fact, said, standing.tenant, standing.site_id, reaches):
            return None
        return msgspec.structs.replace(standing, tenant=said.to_tenant)
    react = REACTIONS.get(heard.subject)
    if react is None or not (fact.tenant == standing.tenant or reaches(standing.tenant, fact.tenant)):
        return None
    return react(standing, fact, said)


def _opened(heard: Heard, hazard_id: str) -> Standing:
    fact, said = heard.fact, heard.said or Said()
    blank = Standing(
        committee=fact.committee,
        namespace=fact.namespace,
        hazard_id=hazard_id,
        tenant=fact.tenant,
        state=State.REPORTED,
        level=LEVELS.get(said.level, HazardLevel.GENERAL),
        reported_at=fact.time,
        known_at=fact.known_at,
        updated_at=fact.time,
        historic=fact.historic,
    )
    return _on_reported(blank, fact, said)


def _on_reported(standing: Standing, fact: Fact, said: Said) -> Standing:
    """The first report, or one more word about a known hazard: it adds what was missing and may raise the level."""
    last = standing.last_closed_at
    again = last is not None and fact.time > last and not standing.awaits_work
    if again:
        standing = _reopened(standing, State.REPORTED)
    site = said.site
    standing = msgspec.structs.replace(
        standing,
        level=HazardLevel.MAJOR if said.level == HazardLevel.MAJOR else standing.level,
        category=standing.category or said.category,
        criterion=standing.criterion or said.criterion,
        description=standing.description or said.description,
        sector=standing.sector or said.sector,
        found_by=standing.found_by or said.found_by,
        campaign=standing.campaign or said.campaign,
        site_id=standing.site_id or said.site_key,
        site_name=standing.site_name or (site.name if site else ""),
        address=standing.address or (site.address if site else ""),
        responsible_unit=standing.responsible_unit or said.responsible_unit,
        supervising_unit=standing.supervising_unit or said.supervising_unit,
        sources=tuple(dict.fromkeys([*standing.sources, fact.source])),
        reports=standing.reports + 1,
        inspection_id=standing.inspection_id or said.inspection_id,
        uscc=standing.uscc or (site.uscc if site else ""),
        measures=standing.measures or said.measures,
        responsible_person=standing.responsible_person or said.responsible_person,
        evidence=standing.evidence or said.evidence_kept or bool(said.media),
        on_the_spot=standing.on_the_spot or said.fixed_on_the_spot,
    )
    standing = _with_reported_deadline(standing, deadline_in(said.rectify_by), fact.time, again=again)
    return _on_rectified(standing, fact, said) if said.fixed_on_the_spot else standing


def _with_reported_deadline(standing: Standing, offered: Deadline | None, at: datetime, *, again: bool) -> Standing:
    """A later report may only bring the ordered date forward, unless it opens the hazard again.

    Said again, the ordered date does not take back an extension that was decided since.
    """
    if offered is None:
        return standing
    if standing.ordered is None or again or offered < standing.ordered:
        return msgspec.structs.replace(_deadline_set(standing, offered, at), ordered=offered)
    return msgspec.structs.replace(
        standing, later_deadline_ignored=standing.later_deadline_ignored or offered > standing.ordered
    )


def _on_handed_over(standing: Standing, fact: Fact, said: Said) -> Standing:
    return msgspec.structs.replace(
        standing,
        state=State.HANDED_OVER if standing.state == State.REPORTED else standing.state,
        handed_over_at=fact.time,
        handed_to=said.to_unit or standing.handed_to,
        responsible_unit=said.to_unit or standing.responsible_unit,
        returned_at=None,
    )


def _on_escalated_up(standing: Standing, fact: Fact, _said: Said) -> Standing:
    return msgspec.structs.replace(standing, escalated_up_at=fact.time)


def _on_plan_filed(standing: Standing, fact: Fact, said: Said) -> Standing:
    plan = Plan(said.target_date or "", fact.time, said.responsible, said.interim_measures, said.document_no)
    return msgspec.structs.replace(_in_work(standing), plan=plan, measures=said.measures or standing.measures)


def _on_extension_decided(standing: Standing, fact: Fact, said: Said) -> Standing:
    until = deadline_in(said.until)
    if not said.granted or until is None:
        return msgspec.structs.replace(standing, extensions_refused=standing.extensions_refused + 1)
    documents = (*standing.extension_documents, said.document_no) if said.document_no else standing.extension_documents
    return msgspec.structs.replace(
        _deadline_set(_in_work(standing), until, fact.time),
        extensions=standing.extensions + 1,
        extension_documents=documents,
    )


def _on_clock_suspended(standing: Standing, fact: Fact, _said: Said) -> Standing:
    if standing.suspended_at is not None:
        return standing
    begun = max(fact.time, standing.reported_at)
    return msgspec.structs.replace(_in_work(standing), suspended_at=fact.time, stands_from=begun)


def _on_clock_resumed(standing: Standing, fact: Fact, _said: Said) -> Standing:
    since = standing.stands_from
    if since is None:
        return standing
    moved = standing.deadline.moved(since, max(fact.time, since)) if standing.deadline else None
    return msgspec.structs.replace(standing, suspended_at=None, stands_from=None, deadline=moved)


def _on_rectified(standing: Standing, fact: Fact, said: Said) -> Standing:
    if not standing.awaits_work:
        return standing
    standing = msgspec.structs.replace(standing, evidence=standing.evidence or bool(said.media))
    done_at = max(fact.time, standing.reported_at)
    return msgspec.structs.replace(standing, state=State.RECTIFIED, rectified_at=done_at, refused_at=None)


def _on_reinspected(standing: Standing, fact: Fact, said: Said) -> Standing:
    if standing.state == State.WITHDRAWN:
        return standing
    standing = msgspec.structs.replace(standing, reinspected_at=fact.time, reinspected_by=said.by)
    if not said.passed:
        failed = _reopened(standing, State.FAILED)
        return msgspec.structs.replace(failed, failed_at=fact.time, failures=standing.failures + 1)
    if not standing.is_open:
        return standing
    return msgspec.structs.replace(standing, state=State.PASSED, passed_at=standing.passed_at or fact.time)


def _on_closed(standing: Standing, fact: Fact, said: Said) -> Standing:
    if not standing.is_open:
        return msgspec.structs.replace(standing, last_closed_at=fact.time)
    done_at = max(standing.rectified_at or standing.passed_at or fact.time, standing.reported_at)
    outcome = Outcome(done_at, None, None)
    if standing.deadline is not None:
        outcome = Outcome(done_at, standing.deadline.days_left(done_at), standing.deadline.met_by(done_at))
    return msgspec.structs.replace(
        standing,
        state=State.CLOSED,
        closed_at=fact.time,
        last_closed_at=fact.time,
        outcome=outcome,
        close_document=said.document_no,
    )


def _on_regraded(standing: Standing, _fact: Fact, said: Said) -> Standing:
    return msgspec.structs.replace(standing, level=LEVELS.get(said.level, standing.level))


def _on_returned(standing: Standing, fact: Fact, _said: Said) -> Standing:
    state = State.REPORTED if standing.state in {State.HANDED_OVER, State.RECTIFYING} else standing.state
    return msgspec.structs.replace(standing, state=state, returned_at=fact.time)


def _on_refused(standing: Standing, fact: Fact, _said: Said) -> Standing:
    return msgspec.structs.replace(standing, refused_at=fact.time) if standing.awaits_work else standing


def _on_withdrawn(standing: Standing, fact: Fact, _said: Said) -> Standing:
    return msgspec.structs.replace(
        standing, state=State.WITHDRAWN, withdrawn_at=standing.withdrawn_at or fact.time, closed_at=None, outcome=None
    )


def _deadline_set(standing: Standing, deadline: Deadline, at: datetime) -> Standing:
    """The same hazard with another deadline; while its clock stands still the new one waits from `at` on."""
    moves = standing.stands_from is not None and deadline != standing.deadline
    return msgspec.structs.replace(
        standing,
        deadline=deadline,
        original=standing.original or deadline,
        stands_from=max(at, standing.stands_from or at) if moves else standing.stands_from,
    )


def _in_work(standing: Standing) -> Standing:
    """The same hazard with somebody working on it; a failed re-inspection stays in sight until it is put right."""
    if standing.state not in {State.REPORTED, State.HANDED_OVER}:
        return standing
    return msgspec.structs.replace(standing, state=State.RECTIFYING)


def _reopened(standing: Standing, state: State) -> Standing:
    """The next round of the same hazard."""
    return msgspec.structs.replace(
        standing, state=state, rectified_at=None, passed_at=None, closed_at=None, outcome=None
    )


REACTIONS: Final[Mapping[str, Callable[[Standing, Fact, Said], Standing]]] = {
    REPORTED: _on_reported,
    "hazard.handed_over": _on_handed_over,
    "hazard.reassigned": _on_handed_over,
    "hazard.escalated_up": _on_escalated_up,
    "hazard.plan_filed": _on_plan_filed,
    "hazard.extension_decided": _on_extension_decided,
    "hazard.clock_suspended": _on_clock_suspended,
    "hazard.clock_resumed": _on_clock_resumed,
    "hazard.rectified": _on_rectified,
    "hazard.reinspected": _on_reinspected,
    "hazard.closed": _on_closed,
    "hazard.regraded": _on_regraded,
    "hazard.returned": _on_returned,
    "hazard.rectification_refused": _on_refused,
    "hazard.withdrawn": _on_withdrawn,
}
"""What each fact does to a hazard's standing."""
