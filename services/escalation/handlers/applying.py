"""Apply batches of facts and ticks: lay out the cases, let the core decide, save and announce, in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from contracts.divisions import TenantColumns
from contracts.events import EVENT_TYPES, TICK_TYPE
from contracts.facts import Fact
from contracts.topics import ESCALATION_FACTS, HAZARD_FACTS, slot_of
from runtime import codec, dead_letters, outbox
from runtime.clock import Clock
from runtime.database import Work
from runtime.errors import NewerVersion, Rejected
from runtime.metrics import Metrics
from runtime.outbox import Outgoing
from runtime.streams import Record, SlotBatch
from services.escalation.core.announcing import announcement
from services.escalation.core.calendar_changes import CHANGED
from services.escalation.core.case import CaseKey, in_charge
from services.escalation.core.engine import Engine
from services.escalation.core.gate import ABOUT_DECISIONS, decision_of
from services.escalation.core.heard import ACTIVATED
from services.escalation.core.places import foreseen
from services.escalation.core.portion import Portion
from services.escalation.core.slot import NO_TICK_YET, Decided, SlotRun
from services.escalation.core.wording import in_local_time
from services.escalation.handlers import recounting
from services.escalation.handlers.turn import Step, Turn
from services.escalation.metrics import DATABASE, DECIDING, LOADING, MEMORY, SAVING
from services.escalation.store import bulk, cases, facts
from services.escalation.store.desk import Desk, Wanted
from services.escalation.store.kept import KeptCases
from services.escalation.store.lawbook import LawBook

PASS_ON_AFTER: Final = 250
"""Steps: what was decided travels to the database while the next records are decided."""
AT_ONCE: Final = 10
"""Deadlines that pass between two looks at the clock."""
MOST_AT_ONCE: Final = 4_000
"""Records of one transaction, however fast they are."""
TURN_SECONDS: Final = 2.0
"""How long one transaction may decide, where nobody says otherwise: the database waits five times as long for us."""
KEPT_BYTES: Final = 32_000_000
"""Memory for cases that are kept from one batch to the next, where nobody says otherwise."""
MOST_TENANTS: Final = 50_000
"""Divisions remembered: a province has some ten thousand."""
LONGEST_DETAIL: Final = 2_000
SENDERS_FAULTS: Final = ("no_such_hazard", "no_such_decision")
"""Reasons that speak against a sender and never against a release of ours."""

_VERSIONS: Final = {name.rpartition(".v")[0]: int(name.rpartition(".v")[2]) for name in EVENT_TYPES}


class EscalationHandler:
    """What escalation does with `hazard.facts`."""

    topics = (HAZARD_FACTS,)

    def __init__(
        self,
        engine: Engine,
        metrics: Metrics,
        clock: Clock,
        *,
        deadlines_at_once: int,
        seconds_at_once: float = TURN_SECONDS,
        kept_bytes: int = KEPT_BYTES,
        book: LawBook | None = None,
    ) -> None:
        """With a `book` the law is what the database keeps; else it stays the engine's."""
        self._book = book
        self._metrics = metrics
        self._clock = clock
        self._deadlines_at_once = deadlines_at_once
        self._portion = Portion(most=MOST_AT_ONCE, seconds=seconds_at_once)
        self._served: dict[int, int] = {}
        self._turns = 0
        self._kept_bytes = kept_bytes
        self._months: set[tuple[int, int]] = set()
        self._columns: dict[str, TenantColumns] = {}
        self._slots: dict[bytes, int | None] = {}
        self._use(engine)

    def key_slot(self, record: Record) -> int | None:
        """The slot of the committee that the key names; None for a tick and for a key that names no committee."""
        if record.key is None or record.key == codec.TICK_KEY:
            return None
        if record.key not in self._slots:
            if len(self._slots) >= MOST_TENANTS:
                self._slots.clear()
            self._slots[record.key] = slot_of(record.key.decode()) if record.key.isascii() else None
        return self._slots[record.key]

    def handle(self, work: Work, batches: Sequence[SlotBatch]) -> Mapping[tuple[str, int], int]:
        """Apply the records and the deadlines that their ticks let pass; a tick that is not used up is stayed at."""
        began = self._clock.monotonic()
        using = bulk.cursor(work)
        if self._book is not None and (law := self._book.law(using)) is not self._engine.law:
            self._use(Engine(law))
        turn = self._take_on(batches)
        self._make_room(using, turn)
        epochs = {batch.slot: batch.epoch for batch in batches}
        desk = Desk(using, self._engine, self._columns_of, self._kept, epochs)
        self._lay_out(desk, turn)
        laid_out = self._clock.monotonic()
        turn.until = laid_out + self._portion.seconds
        with work.connection.pipeline():
            for slot, steps in turn.steps.items():
                self._run_slot(work, desk, turn, slot, steps)
            decided = self._clock.monotonic()
            self._pass_on(work, desk, turn)
            desk.save()
            cases.disarm(using, turn.stale)
            cases.move_frontiers(using, turn.ticked)
        took = self._clock.monotonic() - began
        done = turn.applied + turn.passed
        work.once_committed += [desk.put_away, lambda: self._portion.committed(turn.size, done, took)]
        self._count(desk, turn, (laid_out - began, decided - laid_out, self._clock.monotonic() - decided))
        return turn.stays

    # ---- reading

    def _use(self, engine: Engine) -> None:
        """Decide by this engine from now on; what was worked out under another law is worked out again."""
        self._kept = KeptCases(self._kept_bytes)
        self._engine = engine
        self._committees = frozenset(engine.law.committees())

    def _take_on(self, batches: Sequence[SlotBatch]) -> Turn:
        """Read as many records as one transaction takes on; those of slots that waited longest come first.

        A transaction that does not get to a slot leaves it for the next one, so none waits for another's backlog.
        """
        self._turns += 1
        size = self._portion.begin()
        share = max(1, size // max(1, len(batches)))
        whole = sum(len(batch.records) for batch in batches) <= size
        turn = Turn({}, size, min(size, self._deadlines_at_once))
        for batch in sorted(batches, key=lambda batch: self._served.get(batch.slot, 0)):
            taken = batch.records if whole else batch.records[:share]
            turn.steps[batch.slot] = [self._read(record) for record in taken]
            if len(taken) < len(batch.records):
                turn.stays[batch.topic, batch.slot] = batch.records[len(taken)].offset
        return turn

    def _read(self, record: Record) -> Step:
        try:
            fact = codec.decode(record.value or b"")
            if fact.type == TICK_TYPE:
                return Step(record, fact)
            keys = self._engine.keys_of(fact)
        except Rejected as error:
            return Step(record, None, (), error.reason, error.detail)
        except (msgspec.MsgspecError, TypeError) as error:
            return Step(record, None, (), "undecodable", (f"its data do not say whose it is: {error}",))
        if fact.type not in EVENT_TYPES:
            _refuse_newer(fact.type)
        if slot_of(fact.committee) != record.slot:
            detail = f"committee {fact.committee} belongs to slot {slot_of(fact.committee)}, not {record.slot}"
            return Step(record, fact, (), "misrouted", (detail,))
        if fact.committee not in self._committees and not self._brings_pack(fact):
            return Step(record, fact, (), "no_policy", (f"no pack binds the committee {fact.committee}",))
        return Step(record, fact, keys)

    def _brings_pack(self, fact: Fact) -> bool:
        """Whether the fact puts a pack into force whose text it carries: its committee may be a new one."""
        return self._book is not None and fact.type == ACTIVATED and b'"text"' in bytes(fact.data)

    def _make_room(self, using: bulk.Cursor, turn: Turn) -> None:
        """See that the months of all facts have their tables; only what was committed before is remembered."""
        wanted = {facts.month_of(step.fact.known_at) for step in _steps(turn) if step.fact is not None}
        if not wanted <= self._months:
            self._months = facts.months(using)
            if missing := wanted - self._months:
                facts.ensure_months(using, missing)

    def _lay_out(self, desk: Desk, turn: Turn) -> None:
        desk.read_frontiers(turn.steps)
        ticks = turn.ticks()
        turn.limit = max(1, turn.room // max(1, len(ticks)))
        wanted = Wanted()
        for step in _steps(turn):
            fact = step.fact
            if fact is None or fact.type == TICK_TYPE or step.refused:
                continue
            wanted.keys.update(step.keys, foreseen(fact))
            wanted.told.append((fact.committee, fact.source, fact.id))
            if fact.correction:
                wanted.corrected.append((fact.source, fact.correction, fact.committee))
            if fact.type.startswith(ABOUT_DECISIONS):
                wanted.decided.append((fact.committee, decision_of(bytes(fact.data))))
        turn.due = desk.lay_out(wanted, ticks, turn.limit)

    def _columns_of(self, tenant: str) -> TenantColumns:
        known = self._columns.get(tenant)
        if known is None:
            if len(self._columns) >= MOST_TENANTS:
                self._columns.clear()
            known = self._columns[tenant] = self._engine.law.divisions.columns_of(tenant)
        return known

    # ---- deciding

    def _run_slot(self, work: Work, desk: Desk, turn: Turn, slot: int, steps: Sequence[Step]) -> None:
        using = bulk.cursor(work)
        due = turn.due.get(slot, [])
        horizon = due[-1] if len(due) >= turn.limit else None
        run = SlotRun(self._engine, desk.shelf, desk.frontiers.get(slot, NO_TICK_YET), due, horizon)
        for step in steps:
            if turn.applied + turn.passed and self._clock.monotonic() >= turn.until:
                turn.stays[step.record.topic, slot] = step.record.offset
                break
            self._served[slot] = self._turns
            turn.applied += 1
            if step.refused:
                self._park(work, step)
            elif step.fact is not None and step.fact.type == TICK_TYPE:
                if not self._pass_time(work, desk, turn, run, step.fact.time, slot):
                    turn.stays[step.record.topic, slot] = step.record.offset
                    break
                turn.ticked[slot] = run.frontier
            elif self._changes_law(using, step):
                turn.stays[step.record.topic, slot] = step.record.offset  # the next batch is read under the new law
                break
            elif (
                step.fact is not None
                and step.fact.type == CHANGED
                and not self._recount(work, desk, turn, run, step.fact)
            ):
                turn.stays[step.record.topic, slot] = step.record.offset
                break
            elif step.fact is not None:
                self._apply(work, desk, turn, run, step, step.fact)
            if turn.unsaved >= PASS_ON_AFTER:
                self._pass_on(work, desk, turn)
        turn.stale += [(slot, clock) for clock in run.stale]

    def _pass_time(self, work: Work, desk: Desk, turn: Turn, run: SlotRun, to: datetime, slot: int) -> bool:
        """Let time reach `to`, a few deadlines at a time; False where the transaction ends before all of them passed."""
        while True:
            passed = run.passed
            room = min(AT_ONCE, turn.room - turn.passed)
            decided, used_up = run.tick(to, passed + room)
            turn.passed += run.passed - passed
            turn.unsaved += run.passed - passed
            _announce(desk, turn, slot, decided)
            if used_up or run.passed - passed < room or room <= 0:
                return used_up
            if self._clock.monotonic() >= turn.until:
                return False
            if turn.unsaved >= PASS_ON_AFTER:
                self._pass_on(work, desk, turn)
                desk.save()  # a case whose clock has fired is not moved again soon

    def _changes_law(self, using: bulk.Cursor, step: Step) -> bool:
        """Keep the pack that a fact puts into force, or the days that it sets; False where it is kept already, or none."""
        if self._book is None or step.fact is None or step.refused:
            return False
        is_calendar = step.fact.type == CHANGED
        try:
            return self._book.take_calendar(using, step.fact) if is_calendar else self._book.take(using, step.fact)
        except (ValueError, msgspec.MsgspecError) as error:
            raise Rejected("bad_calendar" if is_calendar else "bad_pack", [str(error)[:LONGEST_DETAIL]]) from error

    def _recount(self, work: Work, desk: Desk, turn: Turn, run: SlotRun, fact: Fact) -> bool:
        """Count open cases anew by the calendar that the fact has set; False where some wait for the next transaction."""
        slot = slot_of(fact.committee)
        for portion in recounting.portions(work, desk, self._engine, run, fact):
            turn.passed += portion.seen
            turn.unsaved += portion.seen
            _announce(desk, turn, slot, portion.decided)
            turn.announced += [_outgoing(slot, told) for told in portion.told]
            if portion.done:
                return True
            if self._clock.monotonic() >= turn.until:
                return False
            self._pass_on(work, desk, turn)
            desk.save()
        return True

    def _apply(self, work: Work, desk: Desk, turn: Turn, run: SlotRun, step: Step, fact: Fact) -> None:
        shelf, record = desk.shelf, step.record
        keys = step.keys
        if fact.correction or fact.type.startswith(ABOUT_DECISIONS):
            keys = self._engine.cases_of(fact, shelf)
        if fact.type.startswith(ABOUT_DECISIONS) and not keys:
            detail = f"no decision {decision_of(bytes(fact.data))!r} of {fact.committee}"
            self._park(work, step._replace(refused="no_such_decision", detail=(detail,)))
            return
        if self._is_foreign(desk, fact, keys):
            detail = f"{fact.tenant} is neither the tenant of the case nor above it"
            self._park(work, step._replace(refused="no_such_hazard", detail=(detail,)))
            return
        known = [_facts_of(desk, key) for key in keys]
        try:
            decided = run.apply(fact, keys)
        except msgspec.MsgspecError as error:
            raise Rejected("undecodable", [f"its data are not as {fact.type} says: {error}"]) from error
        new = tuple(key for key, before in zip(keys, known, strict=True) if _facts_of(desk, key) > before)
        if new or not keys:
            incarnation, number = codec.sequence_of(record.value or b"") or (0, record.offset)
            desk.keep_fact(fact, new, (record.slot, incarnation, number), record.value or b"")
            shelf.remember(fact, keys)
        turn.unsaved += 1
        _announce(desk, turn, record.slot, decided)

    def _is_foreign(self, desk: Desk, fact: Fact, keys: Sequence[CaseKey]) -> bool:
        """Whether it concerns a hazard that its tenant has no say in."""
        for key in keys:
            case = desk.shelf.get(key) if key.kind == "hazard" else None
            tenant = in_charge(case, fact.time.astimezone(UTC)) if case is not None else ""
            if tenant and tenant != fact.tenant and not self._engine.law.divisions.is_within(tenant, fact.tenant):
                return True
        return False

    # ---- writing

    def _pass_on(self, work: Work, desk: Desk, turn: Turn) -> None:
        desk.write_down()
        outbox.announce(work, turn.announced)
        turn.announced.clear()
        turn.unsaved = 0

    def _park(self, work: Work, step: Step) -> None:
        record, fact = step.record, step.fact
        dead_letters.park(
            work,
            received_at=self._clock.now(),
            reason=step.refused,
            detail=step.detail,
            door="kafka",
            origin={"topic": record.topic, "slot": record.slot, "offset": record.offset},
            body=record.value or b"",
            headers=[(name, value.decode("utf-8", "replace")) for name, value in record.headers],
            source=fact.source if fact else None,
            event_id=fact.id if fact else None,
            tenant=fact.tenant if fact else None,
            poison=step.refused not in SENDERS_FAULTS,
        )

    def _count(self, desk: Desk, turn: Turn, seconds: tuple[float, float, float]) -> None:
        for (rule, status), number in turn.counted.items():
            self._metrics.count("escalation_decisions_total", number, rule=rule, status=status)
        self._metrics.count("escalation_deadlines_total", turn.passed)
        self._metrics.count("escalation_lazy_loads_total", desk.surprises)
        self._metrics.count("escalation_cases_opened_total", desk.taken, came_from=MEMORY)
        self._metrics.count("escalation_cases_opened_total", desk.read, came_from=DATABASE)
        self._metrics.count("escalation_refolds_total", desk.refolded)
        for part, spent in zip((LOADING, DECIDING, SAVING), seconds, strict=True):
            self._metrics.observe("escalation_batch_seconds", spent, part=part)


def _announce(desk: Desk, turn: Turn, slot: int, decided: Sequence[Decided]) -> None:
    for found, case, cause in decided:
        record = in_local_time(found)
        fact = announcement(record, case.key.namespace, cause)
        desk.keep_decision(record, case, fact.id, bytes(fact.data))
        turn.counted[record.rule, record.status] += 1
        turn.announced.append(_outgoing(slot, fact))


def _outgoing(slot: int, fact: Fact) -> Outgoing:
    return Outgoing(topic=ESCALATION_FACTS, slot=slot, key=fact.committee.encode(), value=codec.encode(fact))


def _refuse_newer(type_: str) -> None:
    """Hold the slot at a fact of a version that only a later release knows; other unknown types are nobody's."""
    subject, _, version = type_.rpartition(".v")
    if subject in _VERSIONS and version.isdigit() and int(version) > _VERSIONS[subject]:
        raise NewerVersion(f"{type_} is newer than this service, which knows v{_VERSIONS[subject]}")


def _steps(turn: Turn) -> Iterator[Step]:
    for steps in turn.steps.values():
        yield from steps


def _facts_of(desk: Desk, key: CaseKey) -> int:
    case = desk.shelf.get(key)
    return case.heard if case is not None else 0
