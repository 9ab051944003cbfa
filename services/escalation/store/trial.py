"""Try a policy over the recorded facts of its committee, beside the live service and without touching it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from contracts.facts import Fact
from runtime.database import Work
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.core.policy import Pack
from services.escalation.core.simulation import run
from services.escalation.core.what_if import Difference, counts, law_with
from services.escalation.store import recorded
from services.escalation.store.scratch import AFTER, BEFORE, Outcomes, ScratchCases

STEP = 500  # facts between two words about progress

Progress = Callable[[int, int], None]
"""Told how many facts have been folded, of how many; both laws fold all of them."""


class Question(NamedTuple):
    """What is asked: these packs (the first one with its children) instead of what binds their committee.

    Decisions known from `since` (None: all) to `until` (None: to where time has come) in one of `tenants` (none: all).
    """

    packs: Sequence[Pack]
    since: datetime | None = None
    until: datetime | None = None
    tenants: Sequence[str] = ()


def differences(work: Work, law: Law, question: Question, progress: Progress) -> Iterator[Difference]:
    """How the packs would have decided otherwise than the law in force. The transaction reads one moment only."""
    recorded.begin_reading(work)
    committee = question.packs[0].root
    until = question.until or recorded.known_to(work)
    if until is None:
        return
    total = 2 * recorded.count(work, committee, until)
    with Outcomes() as outcomes:
        for which, one in ((BEFORE, law.counting_by({})), (AFTER, law_with(law, question.packs))):
            facts = _watched(recorded.facts(work, committee, until), which * total // 2, total, progress)
            with ScratchCases() as cases:
                for record in run(Engine(one), facts, until, cases):
                    outcomes.note(which, record, told=counts(record, question.since, question.tenants, law))
        progress(total, total)
        yield from outcomes.differences()


def _watched(facts: Iterable[Fact], done: int, total: int, progress: Progress) -> Iterator[Fact]:
    for fact in facts:
        if done % STEP == 0:
            progress(done, total)
        done += 1
        yield fact
