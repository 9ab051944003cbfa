"""An archive in memory: every form filled by plain folding, to hold the tables against."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from contracts.decisions import DECISION_TYPE
from contracts.divisions import Divisions
from contracts.facts import Fact
from contracts.vocabulary import SubjectKind
from services.reporting.core.charter import Charter, family_of
from services.reporting.core.decided import OVERDUE, latest, missing_since, read_decision
from services.reporting.core.forms.archive import Ask, Correction, Event
from services.reporting.core.forms.telling import corrections_of, events_of
from services.reporting.core.rows import Brief, HazardKey, HazardRow, SiteRow, brief_of, row_of
from services.reporting.core.said import read
from services.reporting.core.selection import Selection
from services.reporting.core.standing import fold
from services.reporting.packs import charters, formulas


class MemoryArchive:
    """Answers from a list of facts, decisions among them, by the simplest means there are."""

    def __init__(self, facts: Sequence[Fact], ask: Ask, charter: Charter | None, divisions: Divisions) -> None:
        self.charter = charter
        self.family = family_of(charter, charters(None))
        self.divisions = divisions
        self.formulas = formulas(None)
        self._facts = [fact for fact in facts if fact.type != DECISION_TYPE]
        self._decided = [read_decision(fact) for fact in facts if fact.type == DECISION_TYPE]
        self._ask = ask

    def rows(self, selection: Selection, *, baseline: datetime | None = None) -> Iterator[HazardRow]:
        moment = baseline or self._ask.as_of
        return (row for row in self._all(moment, None) if selection.admits(row))

    def briefs(self, selection: Selection) -> Iterator[Brief]:
        return (brief_of(row) for row in self.rows(selection))

    def rows_by(self, keys: Iterable[HazardKey], happened: datetime) -> Mapping[HazardKey, HazardRow]:
        wanted = set(keys)
        return {row.key: row for row in self._all(self._ask.as_of, happened) if row.key in wanted}

    def events(self, subjects: Sequence[str], since: datetime | None, until: datetime | None) -> list[Event]:
        types = {f"{subject}.v1" for subject in subjects}
        known = [fact for fact in self._known(self._ask.as_of) if fact.type in types]
        return events_of(known, since, until, within=self._is_within)

    def corrections(self, since: datetime, until: datetime) -> list[Correction]:
        keys = {
            HazardKey(fact.committee, fact.namespace, said.hazard_id)
            for fact in self._known(self._ask.as_of)
            if fact.type == "hazard.reported.v1"
            and not fact.correction
            and since <= fact.time < until
            and self._is_within(fact.tenant)
            and (said := read(fact)) is not None
        }
        return corrections_of([fact for story in self.stories(keys).values() for fact in story])

    def stories(self, keys: Iterable[HazardKey]) -> Mapping[HazardKey, list[Fact]]:
        return {key: self._about(key, self._ask.as_of) for key in keys}

    def missed_since(self, subjects: Sequence[str]) -> Mapping[str, datetime]:
        known = [each for each in self._decided if (each.accepted_at or each.decision.known_at) <= self._ask.as_of]
        return missing_since(
            each
            for each in known
            if each.decision.subject.kind == SubjectKind.OBLIGATION and each.decision.subject.id in subjects
        )

    def _all(self, moment: datetime, happened: datetime | None) -> list[HazardRow]:
        keys = {
            HazardKey(fact.committee, fact.namespace, said.hazard_id)
            for fact in self._known(moment)
            if (said := read(fact)) is not None and said.hazard_id
        }
        rows = []
        for key in keys:
            standing = fold(self._about(key, moment), key.hazard_id, self.divisions.is_within, happened=happened)
            if standing is not None:
                rows.append(
                    row_of(
                        standing,
                        area=self.divisions.columns_of(standing.tenant),
                        site=self._site(key, standing.site_id, moment),
                        overdue_since=self._overdue(key, moment),
                    )
                )
        return sorted(rows, key=lambda row: (row.reported_at, row.key))

    def _known(self, moment: datetime) -> list[Fact]:
        return [fact for fact in self._facts if fact.known_at <= moment]

    def _about(self, key: HazardKey, moment: datetime) -> list[Fact]:
        """Own facts, and every fact that shares a chain of corrections with one of them."""
        known = [f for f in self._known(moment) if (f.committee, f.namespace) == (key.committee, key.namespace)]
        roots = {f.id: f.correction or f.id for f in known}

        def root(event_id: str) -> str:
            while roots.get(event_id, event_id) != event_id:
                event_id = roots[event_id]
            return event_id

        own = {root(f.id) for f in known if (said := read(f)) is not None and said.hazard_id == key.hazard_id}
        return [f for f in known if root(f.id) in own]

    def _site(self, key: HazardKey, site_id: str, moment: datetime) -> SiteRow | None:
        words = [
            (f.type.startswith("site."), f.time, f.recorded, f.source, f.id, said.site)
            for f in self._known(moment)
            if (f.committee, f.namespace) == (key.committee, key.namespace)
            and (said := read(f)) is not None
            and said.site is not None
            and said.site.id == site_id
        ]
        best = max(words, key=lambda word: word[:5], default=None)
        return SiteRow(best[5].name, best[5].address) if best else None

    def _overdue(self, key: HazardKey, moment: datetime) -> datetime | None:
        known = [each for each in self._decided if (each.accepted_at or each.decision.known_at) <= moment]
        since = [
            record.decision.since or record.decision.at
            for record in latest(known).values()
            if record.stands and record.hazard == key and record.decision.rule == OVERDUE
        ]
        return min(since, default=None)

    def _is_within(self, tenant: str) -> bool:
        return self.divisions.is_within(tenant, self._ask.tenant)
