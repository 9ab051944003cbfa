"""Draft letters in the transaction that hears of their decisions, and take note when what they rest on disappears."""

from collections import defaultdict
from collections.abc import Iterable

from contracts.divisions import Divisions
from contracts.vocabulary import Suppression
from runtime.database import Work
from services.notify.core.letters.drafting import heard
from services.notify.core.letters.letter import Letter
from services.notify.core.letters.wording import Desk
from services.notify.core.notice import thread_of
from services.notify.core.passage import Situation
from services.notify.core.suppression import Question, why_untold
from services.notify.handlers.letters.keeping import keep
from services.notify.store import letters
from services.notify.store.planning import Heard

UNWRITTEN = frozenset({Suppression.HISTORIC, Suppression.BEFORE_GO_LIVE})
"""About what is history, or lies before a tenant's first day, nobody is written to."""


class Drafting:
    """Drafts letters. A record that was heard before changes nothing."""

    def __init__(self, *, desk: Desk, divisions: Divisions) -> None:
        self.desk = desk
        self._divisions = divisions

    def hear(self, work: Work, records: Iterable[Heard], situation: Situation) -> list[Letter]:
        """Draft and keep what these records ask for, in their order; returns what is new or changed."""
        wanted = [each for each in records if not self._is_unwritten(each, situation)]
        if not wanted:
            return []
        threads: dict[str, dict[str, Letter]] = defaultdict(dict)
        for letter in letters.of_threads(work, sorted({thread_of(each.decision) for each in wanted})):
            threads[letter.thread][letter.id] = letter
        changed: dict[str, Letter] = {}
        for each in wanted:
            known = threads[thread_of(each.decision)]
            for letter in heard(each.decision, each.turn, known.values(), self.desk, situation.now):
                known[letter.id] = changed[letter.id] = letter
        keep(work, changed.values(), self._divisions, situation.now)
        return list(changed.values())

    def _is_unwritten(self, each: Heard, situation: Situation) -> bool:
        question = Question(
            decision=each.decision,
            lineage=situation.places.lineage(each.decision.tenant),
            recipient="",
            follows=False,
            now=situation.now,
        )
        found = why_untold(question, situation.switches)
        return found is not None and found[0] in UNWRITTEN
