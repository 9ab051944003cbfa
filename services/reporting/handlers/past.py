"""Look back: the hazards exactly as they stood at a past moment, folded from what was known then.

What has not changed since stands in the tables as it stood, so only what changed is folded again: a form of this
morning costs little, and one of last year costs a fold of the year.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from contracts.divisions import Divisions
from contracts.facts import Fact
from runtime.database import Work
from services.reporting.core.rows import Brief, HazardKey, HazardRow, SiteRow, brief_of, row_of
from services.reporting.core.said import read
from services.reporting.core.selection import Cut, Selection
from services.reporting.core.standing import Standing, fold
from services.reporting.handlers.applying import key_of, site_words
from services.reporting.store import facts, past
from services.reporting.store.sites import SiteKey, SiteWord

CHUNK: Final = 1_000
"""Hazards that are folded at once."""


class Past:
    """Reads hazards as of a cut; every method works in the caller's transaction."""

    def __init__(self, divisions: Divisions) -> None:
        self._divisions = divisions

    def rows(self, work: Work, selection: Selection, cut: Cut) -> Iterator[HazardRow]:
        """The hazards of the selection as they stood, earliest report first."""
        changed = past.changed_since(work, cut.known)
        folded = [row for row in self.folded(work, changed, cut) if selection.admits(row)]
        standing = (row for row in past.stream(work, selection) if row.key not in changed)
        yield from heapq.merge(standing, sorted(folded, key=_place), key=_place)

    def briefs(self, work: Work, selection: Selection, cut: Cut, committees: Sequence[str]) -> Iterator[Brief]:
        """The same hazards in no order, as short as counting needs them; `committees` (empty: all) hold them."""
        changed = past.changed_since(work, cut.known)
        yield from (brief_of(row) for row in self.folded(work, changed, cut) if selection.admits(row))
        yield from (row for row in past.briefs(work, selection, committees) if row.key not in changed)

    def folded(self, work: Work, keys: Iterable[HazardKey], cut: Cut) -> Iterator[HazardRow]:
        """The rows of these hazards as of the cut; one that nobody had reported then is left out."""
        for wanted in _chunks(sorted(set(keys))):
            known = facts.about(work, wanted)
            standings = [
                standing for key in wanted if (standing := self._standing(known.get(key, ()), key, cut)) is not None
            ]
            yield from self._rows(work, standings, cut.known)

    def stories(self, work: Work, keys: Iterable[HazardKey], cut: Cut) -> dict[HazardKey, list[Fact]]:
        """The facts about each hazard that count as of the cut."""
        found = facts.about(work, sorted(set(keys)))
        return {key: [fact for fact in known if cut.holds(fact)] for key, known in found.items()}

    def _standing(self, known: Iterable[Fact], key: HazardKey, cut: Cut) -> Standing | None:
        held = [fact for fact in known if cut.holds(fact)]
        return fold(held, key.hazard_id, self._divisions.is_within, happened=cut.happened)

    def _rows(self, work: Work, standings: Sequence[Standing], moment: datetime) -> Iterator[HazardRow]:
        places = sorted({(s.committee, s.namespace, s.site_id) for s in standings if s.site_id})
        sites = _called(past.words_on_sites(work, places, moment))
        since = past.overdue_since(work, [key_of(standing) for standing in standings], moment)
        for standing in standings:
            yield row_of(
                standing,
                area=self._divisions.columns_of(standing.tenant),
                site=sites.get((standing.committee, standing.namespace, standing.site_id)),
                overdue_since=since.get(key_of(standing)),
            )


def _called(words: Iterable[Fact]) -> dict[SiteKey, SiteRow]:
    """What each site was called: the heaviest word on it, as the table of sites weighs them."""
    best: dict[SiteKey, SiteWord] = {}
    for word in site_words((fact, read(fact), b"") for fact in words):
        if word.key not in best or best[word.key].weight < word.weight:
            best[word.key] = word
    return {key: SiteRow(word.name, word.address) for key, word in best.items()}


def _place(row: HazardRow) -> tuple[Any, ...]:
    return row.reported_at, *row.key


def _chunks(keys: Sequence[HazardKey]) -> Iterator[Sequence[HazardKey]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]
