"""Apply a batch: keep the facts, fold the hazards they bear on, take over decisions and notices, move the sums."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from contracts.decisions import DECISION_TYPE
from contracts.divisions import Divisions
from contracts.events.table import EVENT_TYPES, TICK_TYPE
from contracts.facts import Fact
from contracts.letters import LETTER_TYPE
from contracts.notices import NOTICE_TYPE
from contracts.topics import ESCALATION_FACTS, HAZARD_FACTS, NOTICE_FACTS, slot_of
from runtime import codec
from runtime.database import Work
from runtime.errors import NewerVersion, Rejected
from runtime.streams import Record, SlotBatch
from services.reporting.core.decided import DecisionRecord, read_decision
from services.reporting.core.notified import NoticeRecord, read_notice
from services.reporting.core.rows import HazardKey, HazardRow, row_of
from services.reporting.core.said import read
from services.reporting.core.standing import Standing, fold
from services.reporting.handlers.lagging import Lags
from services.reporting.store import decisions, facts, frontier, hazards, notices, pushes, sites
from services.reporting.store.facts import Told
from services.reporting.store.sites import SiteWord

REGISTRATION: Final = "site.registered"


@dataclass(slots=True)
class Batch:
    """The records of one transaction, sorted by what they are; each with its document as it came."""

    ticks: dict[int, datetime] = field(default_factory=dict)
    facts: list[Told] = field(default_factory=list)
    decisions: list[tuple[DecisionRecord, bytes]] = field(default_factory=list)
    notices: list[tuple[NoticeRecord, bytes]] = field(default_factory=list)

    @property
    def known_at(self) -> datetime:
        """When the latest of its facts and decisions became known."""
        told = [fact.known_at for fact, _, _ in self.facts]
        return max([*told, *(record.accepted_at or record.decision.known_at for record, _ in self.decisions)])


class ReadModels:
    """The handler of reporting: what it writes is a function of the facts it keeps, in whatever order they come."""

    topics = (HAZARD_FACTS, ESCALATION_FACTS, NOTICE_FACTS)

    def __init__(self, divisions: Divisions, *, told_on: bool = False, lags: Lags | None = None) -> None:
        """`told_on`: another platform is told of every change, so changes are marked. `lags` counts how late news is."""
        self._divisions = divisions
        self._lags = lags
        self._told_on = told_on

    def handle(self, work: Work, batches: Sequence[SlotBatch]) -> Mapping[tuple[str, int], int]:
        """Apply the records; the same records again change nothing. Raises `Rejected` and `NewerVersion`."""
        batch = Batch()
        for each in batches:
            for record in each.records:
                sort_in(batch, record)
        self.apply(work, batch)
        if self._lags is not None:
            self._lags.note(
                work,
                [fact for fact, _, _ in batch.facts],
                [record for record, _ in batch.decisions],
                [record for record, _ in batch.notices],
            )
        return {}

    def key_slot(self, record: Record) -> int | None:
        """The slot of the committee that the key names; a tick belongs to whatever slot it stands in."""
        if record.key is None or record.key == codec.TICK_KEY:
            return None
        try:
            return slot_of(record.key.decode("ascii"))
        except UnicodeDecodeError as error:
            raise Rejected("misrouted", ["the key is no division code"]) from error

    def apply(self, work: Work, batch: Batch) -> None:
        """Write what the batch says, all of it in the caller's transaction."""
        overdue = decisions.keep(work, batch.decisions, self._divisions)
        folded = self._keep_facts(work, batch.facts)
        hazards.mark_overdue(work, overdue - folded)
        notices.keep(work, batch.notices, self._divisions)
        frontier.advance(work, batch.ticks)
        if self._told_on and overdue | folded:
            pushes.mark(work, overdue | folded, batch.known_at)

    def fold_again(self, work: Work, keys: Iterable[HazardKey]) -> None:
        """Bring the rows of these hazards to what the kept facts say."""
        wanted = sorted(set(keys))
        hazards.replace(work, wanted, self._folded(work, wanted))

    def build(self, work: Work, keys: Iterable[HazardKey]) -> None:
        """Write the rows of hazards that have none, without moving the sums."""
        hazards.add(work, self._folded(work, sorted(set(keys))))

    def _folded(self, work: Work, wanted: Sequence[HazardKey]) -> list[HazardRow]:
        known = facts.about(work, wanted)
        standings = [
            standing
            for key in wanted
            if (standing := fold(known.get(key, ()), key.hazard_id, self._divisions.is_within)) is not None
        ]
        return self._rows(work, standings)

    def _keep_facts(self, work: Work, told: Sequence[Told]) -> set[HazardKey]:
        facts.keep(work, told)
        keys = facts.touched(work, told) | sites.hear(work, site_words(told))
        self.fold_again(work, keys)
        return keys

    def _rows(self, work: Work, standings: Sequence[Standing]) -> list[HazardRow]:
        places = {(s.committee, s.namespace, s.site_id) for s in standings if s.site_id}
        known = sites.known(work, places)
        since = hazards.overdue_since(work, [key_of(standing) for standing in standings])
        return [
            row_of(
                standing,
                area=self._divisions.columns_of(standing.tenant),
                site=known.get((standing.committee, standing.namespace, standing.site_id)),
                overdue_since=since.get(key_of(standing)),
            )
            for standing in standings
        ]


def sort_in(batch: Batch, record: Record) -> None:
    """Read one record and put it where it belongs."""
    if record.value is None:
        raise Rejected("undecodable", ["a record without a value"])
    fact = codec.decode(record.value)
    sort = _SORTS.get(fact.type, _sort_fact)
    if fact.type not in EVENT_TYPES:
        raise NewerVersion(f"{fact.type} is not known to this version")
    if fact.type != TICK_TYPE and slot_of(fact.committee) != record.slot:
        raise Rejected("misrouted", [f"committee {fact.committee} does not belong to slot {record.slot}"])
    try:
        sort(batch, record, fact, record.value)
    except ValueError as error:
        raise Rejected("undecodable", [f"{fact.type}: {error}"]) from error


def _sort_tick(batch: Batch, record: Record, fact: Fact, _document: bytes) -> None:
    batch.ticks[record.slot] = max(fact.time, batch.ticks.get(record.slot, fact.time))


def _sort_decision(batch: Batch, _record: Record, fact: Fact, document: bytes) -> None:
    batch.decisions.append((read_decision(fact), document))


def _sort_notice(batch: Batch, _record: Record, fact: Fact, document: bytes) -> None:
    batch.notices.append((read_notice(fact), document))


def _sort_nothing(_batch: Batch, _record: Record, _fact: Fact, _document: bytes) -> None:
    """Kept in the log for the service that said it."""


def _sort_fact(batch: Batch, _record: Record, fact: Fact, document: bytes) -> None:
    batch.facts.append((fact, read(fact), document))


_SORTS: Final[Mapping[str, Callable[[Batch, Record, Fact, bytes], None]]] = {
    TICK_TYPE: _sort_tick,
    DECISION_TYPE: _sort_decision,
    NOTICE_TYPE: _sort_notice,
    LETTER_TYPE: _sort_nothing,
}
"""What is no ordinary fact of a case, by type; everything else is one."""


def site_words(told: Iterable[Told]) -> Iterable[SiteWord]:
    """What the facts say about sites."""
    for fact, said, _ in told:
        if said is not None and said.site is not None:
            yield SiteWord(
                committee=fact.committee,
                namespace=fact.namespace,
                site_id=said.site.id,
                name=said.site.name,
                address=said.site.address,
                kind=said.site.kind,
                sector=said.site.sector,
                supervising_unit=said.site.supervising_unit,
                lon=said.site.lon,
                lat=said.site.lat,
                coord_sys=said.site.coord_sys,
                registered=fact.type.startswith(REGISTRATION),
                said_at=fact.time,
                recorded_at=fact.recorded,
                source=fact.source,
                event_id=fact.id,
            )


def key_of(standing: Standing) -> HazardKey:
    """The full name of the hazard that stands so."""
    return HazardKey(standing.committee, standing.namespace, standing.hazard_id)
