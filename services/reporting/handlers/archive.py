"""Answer what a form asks from the tables, as of the form's moment, within one transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from contracts.divisions import Divisions
from contracts.facts import Fact
from runtime.database import Work
from services.reporting.core.charter import Charter
from services.reporting.core.forms.archive import Ask, Correction, Event
from services.reporting.core.forms.telling import corrections_of, events_of
from services.reporting.core.league.formula import Formula
from services.reporting.core.rows import Brief, HazardKey, HazardRow
from services.reporting.core.said import read
from services.reporting.core.selection import Cut, Selection
from services.reporting.handlers.past import Past
from services.reporting.store import past

REPORTED = "hazard.reported.v1"


class TableArchive:
    """The archive of one form: it lives as long as the transaction it reads in."""

    def __init__(
        self,
        work: Work,
        ask: Ask,
        charter: Charter | None,
        divisions: Divisions,
        formulas: Sequence[Formula] = (),
        family: Sequence[Charter] = (),
    ) -> None:
        self.charter = charter
        self.family = family
        self.divisions = divisions
        self.formulas = formulas
        self._work = work
        self._ask = ask
        self._past = Past(divisions)
        self._events: dict[Any, list[Event]] = {}

    def rows(self, selection: Selection, *, baseline: datetime | None = None) -> Iterator[HazardRow]:
        """The hazards of a selection, as of the form's moment or of an earlier one."""
        return self._past.rows(self._work, selection, Cut(known=baseline or self._ask.as_of))

    def briefs(self, selection: Selection) -> Iterator[Brief]:
        """The hazards of a selection as of the form's moment, in no order, as short as counting needs them."""
        return self._past.briefs(self._work, selection, Cut(known=self._ask.as_of), self._committees())

    def rows_by(self, keys: Iterable[HazardKey], happened: datetime) -> Mapping[HazardKey, HazardRow]:
        """These hazards by what had happened until a moment, in the order of their reports."""
        cut = Cut(known=self._ask.as_of, happened=happened)
        found = sorted(self._past.folded(self._work, keys, cut), key=lambda row: (row.reported_at, row.key))
        return {row.key: row for row in found}

    def events(self, subjects: Sequence[str], since: datetime | None, until: datetime | None) -> list[Event]:
        """What happened within the form's tenant, as corrected; asked twice it is read once."""
        asked = (tuple(subjects), since, until)
        if asked not in self._events:
            known = self._facts([f"{subject}.v1" for subject in subjects], since, until)
            self._events[asked] = events_of(known, since, until, within=self._is_within)
        return self._events[asked]

    def corrections(self, since: datetime, until: datetime) -> list[Correction]:
        """What was said otherwise about hazards reported in [since, until)."""
        reports = self._facts([REPORTED], since, until)
        keys = {
            HazardKey(fact.committee, fact.namespace, said.hazard_id)
            for fact in reports
            if not fact.correction and self._is_within(fact.tenant) and (said := read(fact)) is not None
        }
        stories = self.stories(keys)
        moved = {
            HazardKey(fact.committee, fact.namespace, said.hazard_id)
            for story in stories.values()
            for fact in story
            if (said := read(fact)) is not None and said.hazard_id
        }
        stories = {**stories, **self.stories(moved - keys)}
        return corrections_of([fact for story in stories.values() for fact in story])

    def stories(self, keys: Iterable[HazardKey]) -> Mapping[HazardKey, list[Fact]]:
        """The facts about these hazards that are known as of the form's moment."""
        return self._past.stories(self._work, keys, Cut(known=self._ask.as_of))

    def missed_since(self, subjects: Sequence[str]) -> Mapping[str, datetime]:
        """Since when each of these obligations is decided to be missing, as of the form's moment."""
        return past.missed_since(self._work, subjects, committees=self._committees(), moment=self._ask.as_of)

    def _facts(self, types: Sequence[str], since: datetime | None, until: datetime | None) -> list[Fact]:
        committees = self._committees()
        return past.events(self._work, types, committees=committees, since=since, until=until, known=self._ask.as_of)

    def _committees(self) -> Sequence[str]:
        """Where the facts of the form's tenant stand; empty where no pack says so."""
        return [self.charter.root] if self.charter else []

    def _is_within(self, tenant: str) -> bool:
        return self.divisions.is_within(tenant, self._ask.tenant)
