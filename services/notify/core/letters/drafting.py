"""Say which decision drafts which letter, and what a later state of the decision does to the letters it drafted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from contracts.decisions import Decision
from contracts.vocabulary import LetterKind, LetterState, Measure, RuleId, Status
from services.notify.core.letters.content import Content
from services.notify.core.letters.letter import DRAFTS, ISSUED, Basis, Letter, letter_id, retraction_id
from services.notify.core.letters.numerals import date_in_arabic, document_number
from services.notify.core.letters.parties import writer
from services.notify.core.letters.wording import Desk, content_of, retraction_of, talk_minutes_of
from services.notify.core.notice import thread_of


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a letter is drafted: this measure in this status; of any rule, or only of those named.

    `clause`: only where the decision stands on it.
    """

    measure: Measure
    status: Status
    kinds: tuple[LetterKind, ...]
    rules: frozenset[RuleId] = frozenset()
    clause: str = ""

    def fits(self, decision: Decision) -> bool:
        """Whether the decision is such an occasion."""
        fits = decision.measure == self.measure and decision.status == self.status
        of_rule = not self.rules or decision.rule in self.rules
        return fits and of_rule and (not self.clause or self.clause in decision.clauses)


OCCASIONS: Final = (
    Occasion(Measure.NOTICE_LETTER, Status.RAISED, (LetterKind.NOTICE_LETTER,)),
    Occasion(Measure.SUPERVISION_LETTER, Status.RAISED, (LetterKind.SUPERVISION_LETTER,)),
    Occasion(Measure.JOINT_SUPERVISION, Status.RAISED, (LetterKind.SUPERVISION_LETTER,)),
    # 一律视同事故严肃处理 (S3-12): the unit is told what to put right; the office's own notices go by hand (S4-12).
    Occasion(Measure.ACCIDENT_TRACK, Status.RAISED, (LetterKind.RECTIFICATION_NOTICE,)),
    Occasion(Measure.PROBLEM_LIST, Status.RAISED, (LetterKind.INFORMATION_LETTER,)),  # 告知提示 (S2-27)
    # What punishes is written about when a named person has confirmed it.
    Occasion(Measure.LISTED_SUPERVISION, Status.CONFIRMED, (LetterKind.LISTING_NOTICE,)),
    Occasion(Measure.ADMONITION_TALK, Status.CONFIRMED, (LetterKind.TALK_NOTICE,)),
    # 约谈要媒体参与，公开曝光 (S3-24): what is published waits for a signature of its own.
    Occasion(Measure.ADMONITION_TALK, Status.CONFIRMED, (LetterKind.PUBLICATION,), clause="S3-24"),
    Occasion(Measure.SUSPENSION, Status.CONFIRMED, (LetterKind.TRANSFER_LETTER,)),
    Occasion(Measure.PENALTY, Status.CONFIRMED, (LetterKind.TRANSFER_LETTER,)),
    Occasion(Measure.REFERRAL, Status.CONFIRMED, (LetterKind.REFERRAL_LETTER,)),
    # After an accident: invitations and minutes (S3-18 to S3-20), the brief for the standing meeting (S3-17).
    Occasion(Measure.WARNING_MEETING, Status.RAISED, (LetterKind.MEETING_INVITATION, LetterKind.MEETING_MINUTES)),
    Occasion(
        Measure.MEETING_REPORT,
        Status.RAISED,
        (LetterKind.LEADER_BRIEF,),
        frozenset({RuleId.STANDING_MEETING}),
    ),
)

UNNUMBERED: Final = frozenset({LetterKind.TALK_MINUTES, LetterKind.MEETING_MINUTES, LetterKind.LEADER_BRIEF})
"""Papers that are approved, not numbered."""

ONCE_ONLY: Final = frozenset({LetterKind.SUPERVISION_LETTER})
"""Kinds of which one organ writes one about a matter, in whatever turn: a second is a scandal."""

BASIS: Final[Mapping[Status, Basis]] = {
    Status.CLEARED: Basis.ENDED,
    Status.QUESTIONED: Basis.QUESTIONED,
    Status.RETRACTED: Basis.GONE,
    Status.REJECTED: Basis.GONE,
}


def kinds_for(decision: Decision) -> tuple[LetterKind, ...]:
    """The kinds of letter that this record asks for."""
    return tuple(kind for occasion in OCCASIONS if occasion.fits(decision) for kind in occasion.kinds)


def heard(decision: Decision, turn: int, known: Iterable[Letter], desk: Desk, now: datetime) -> list[Letter]:
    """Letters that are new or changed by this record; `known` are all letters of its thread.

    The same record heard again changes nothing. A letter that went out is never changed: when its basis disappears,
    another one that takes it back is drafted.
    """
    standing = {letter.id: letter for letter in known}
    if decision.historic:
        return []  # an import of history tells nobody, and writes to nobody
    changed = [letter for kind in kinds_for(decision) for letter in _drafted(kind, decision, turn, standing, desk, now)]
    basis = BASIS.get(decision.status, Basis.STANDS)
    for letter in list(standing.values()):
        if letter.decision_id == decision.decision_id and letter.turn == turn:
            changed += _rested(letter, basis, standing, desk, now)
    return changed


def draft(kind: LetterKind, decision: Decision, turn: int, desk: Desk, now: datetime) -> Letter:
    """The draft of a letter of this kind about a decision, whether the decision asks for it or a person."""
    return Letter(
        id=letter_id(decision_id=decision.decision_id, turn=turn, kind=kind),
        kind=kind,
        organ=writer(kind, decision, desk.places),
        committee=decision.committee,
        tenant=decision.tenant,
        decision_id=decision.decision_id,
        status=decision.status,
        turn=turn,
        thread=thread_of(decision),
        content=content_of(kind, decision, desk),
        drafted_at=now,
        basis=BASIS.get(decision.status, Basis.STANDS),
    )


def taken_back(letter: Letter, desk: Desk, now: datetime, *, why: str) -> Letter:
    """The draft of the letter that takes this one back, whoever or whatever asks for it."""
    organ = desk.rules.organ(letter.organ)
    issued = letter.issued_on or now.date()
    content = retraction_of(
        letter.content,
        kind=letter.kind,
        number=document_number(organ.mark, letter.year or issued.year, letter.number),
        issued=date_in_arabic(issued),
        why=why,
    )
    back = _beside(letter, LetterKind.RETRACTION_LETTER, content, now)
    return replace(back, id=retraction_id(letter.id), withdraws=letter.id)


def minutes_of(notice: Letter, now: datetime) -> Letter:
    """The draft of the minutes of a talk, from the notice that summoned to it."""
    return _beside(notice, LetterKind.TALK_MINUTES, talk_minutes_of(notice.content), now)


def _beside(letter: Letter, kind: LetterKind, content: Content, now: datetime) -> Letter:
    """A fresh draft of the same organ about the same matter."""
    return Letter(
        id=letter_id(decision_id=letter.decision_id, turn=letter.turn, kind=kind),
        kind=kind,
        organ=letter.organ,
        committee=letter.committee,
        tenant=letter.tenant,
        decision_id=letter.decision_id,
        status=letter.status,
        turn=letter.turn,
        thread=letter.thread,
        content=content,
        drafted_at=now,
    )


def _drafted(
    kind: LetterKind, decision: Decision, turn: int, standing: dict[str, Letter], desk: Desk, now: datetime
) -> Iterable[Letter]:
    fresh = draft(kind, decision, turn, desk, now)
    if fresh.id not in standing and not is_second(fresh, standing.values()):
        yield fresh


def is_second(fresh: Letter, known: Iterable[Letter]) -> bool:
    """Whether a letter of a kind that is written once about a matter stands already."""
    return fresh.kind in ONCE_ONLY and any(
        stands(each) and (each.kind, each.organ, each.thread) == (fresh.kind, fresh.organ, fresh.thread)
        for each in known
    )


def stands(letter: Letter) -> bool:
    """Whether a letter is drafted or issued and nothing speaks against it."""
    ended = letter.state in {LetterState.WITHDRAWN, LetterState.DISCARDED}
    return not ended and letter.basis is not Basis.GONE and letter.withdraws is None


def _rested(
    letter: Letter, basis: Basis, standing: Mapping[str, Letter], desk: Desk, now: datetime
) -> Iterable[Letter]:
    """What becomes of one letter of the decision when its basis is so."""
    if letter.withdraws is not None:
        return  # whether a retraction is signed is for people to say
    if basis is letter.basis:
        return
    if basis is Basis.GONE and letter.state in DRAFTS:
        yield letter.moved(LetterState.DISCARDED, basis=basis)
        return
    yield letter.changed(basis=basis)
    if basis is Basis.GONE and letter.state in ISSUED and retraction_id(letter.id) not in standing:
        yield taken_back(letter, desk, now, why="现查明，所依据的情况已经发生变化，按现有情况该函不应印发")
