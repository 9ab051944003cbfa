"""Hold what rules find now against what was decided before, and say what changed: one record per state."""

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from contracts.decisions import Decision, PolicyVersion, Subject
from services.escalation.core.case import Case, Entry
from services.escalation.core.findings import RESTRICTED, TALK, Finding, Found
from services.escalation.core.gate import HALF, HALF_UPHELD, WAITS_FOR_SECOND, Word, may_be_decided, words
from services.escalation.core.heard import Heard
from services.escalation.core.wording import subject_words

LIVE = frozenset({"raised", "proposed", "provisional", "coalesced", "cleared"})
BY_PERSON = frozenset({"confirmed", "rejected", "questioned"})
TURNED = BY_PERSON | {"cleared"}
"""Statuses from which a decision comes back when its cause is found again, or when a person gave it back."""
LATE_EVIDENCE = "late_evidence"
_when = attrgetter("finding.at", "finding.step")
ID_DIGITS = 32


class Moment(NamedTuple):
    """When a case is decided: `known_at` goes into the records.

    Findings by event are decided up to `instants_to`, findings by time up to `clocks_to`. `cause` is the fact that
    brought us here, None where a deadline passed.
    """

    known_at: datetime
    instants_to: datetime
    clocks_to: datetime
    cause: Heard | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a pack alerts when something ends or falls on news recorded late; `to` is whom it addresses."""

    to: str
    clauses: tuple[str, ...]
    policy: PolicyVersion


def identity(case: Case, found: Found) -> str:
    """The same facts and policy give the same id: committee, pack, rule, measure, step, subject, occurrence."""
    finding = found.finding
    parts = (
        case.key.committee,
        found.policy.id,
        found.rule,
        finding.measure,
        finding.step,
        case.key.namespace,
        finding.subject_kind,
        finding.subject_id,
        finding.occurrence,
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:ID_DIGITS]


def reconcile(
    case: Case,
    found: Iterable[Found],
    moment: Moment,
    evidence: Evidence | None,
    asked: Container[str] | None = None,
    four_eyes: Container[str] = (),
) -> list[Decision]:
    """Update the case's ledger and `next_at`; return the records, in the order in which they come about.

    `evidence`: how to alert when something ends or falls on news recorded late, None where no pack asks for it.
    `asked`: the rules that `found` comes from (None: all); what other rules found stays as it is. `four_eyes`: decisions
    that two persons have to confirm.
    """
    people = words(case.verdicts, four_eyes) if case.verdicts else {}
    changes: list[Entry] = []
    seen: set[str] = set()
    done: set[str] = set()
    fresh: list[tuple[str, Found]] = []
    coming: dict[str, datetime] = {}
    ending: dict[str, None] = {}
    for one in sorted(found, key=_when):
        finding = one.finding
        if finding.at > (moment.instants_to if finding.instant else moment.clocks_to):
            coming.setdefault(one.rule, finding.at)  # the earliest: they come in order
            continue
        if finding.until is not None and not _has_ended(finding, moment):
            ending[one.rule] = None
        decision_id = identity(case, one)
        seen.add(decision_id)
        if finding.measure == TALK and _has_ended(finding, moment):
            done.add(decision_id)
        known = case.ledger.get(decision_id)
        held = known is not None and _is_held(known.record, people)
        if known is None or (known.record.status == "retracted" and not held):
            fresh.append((decision_id, one))
        elif not held:
            changes += _moved(known, one, moment)
    for decision_id, one in fresh:
        changes += _first(case, decision_id, one, moment, fresh)
    changes += _gone(case, seen, moment, asked, people)
    if people:
        changes += list(_by_people(case, changes, seen, done, moment, asked, people))
    if evidence is not None and moment.cause is not None and moment.cause.is_late:
        changes += _late(case, changes, moment.cause, moment, evidence)
    for entry in changes:
        case.ledger[entry.record.decision_id] = entry
    if asked is not None:
        coming |= {rule: at for rule, at in case.coming.items() if rule not in asked}
        ending |= {rule: None for rule in case.ending if rule not in asked}
    case.coming, case.ending = coming, list(ending)
    case.next_at = min(coming.values(), default=None)
    return [entry.record for entry in changes]


def _first(case: Case, decision_id: str, one: Found, moment: Moment, fresh: list[tuple[str, Found]]) -> Iterator[Entry]:
    """The record of something found for the first time, and of its end where that is known at once."""
    finding = one.finding
    higher = (
        finding.ladder != ""
        and moment.cause is not None
        and any(other.finding.ladder == finding.ladder and _when(other) > _when(one) for _, other in fresh)
    )
    lapsed = finding.lapses_at is not None and finding.lapses_at <= moment.known_at
    status = "coalesced" if (higher or lapsed) and finding.firm else finding.wanted
    entry = Entry(_record(case, decision_id, one, status, moment), finding.at)
    yield entry
    if _has_ended(finding, moment):
        yield _status(entry, "cleared", moment)


def _moved(known: Entry, one: Found, moment: Moment) -> Iterator[Entry]:
    """What changed of something that was found before: its end, its firmness, its instant."""
    finding, record = one.finding, known.record
    if _has_ended(finding, moment):
        if record.status != "cleared":
            yield Entry(_status(known, "cleared", moment).record, finding.at)
    elif record.status in TURNED or (record.status == "provisional") == finding.firm:
        yield _status(Entry(msgspec.structs.replace(record, **_words(one)), finding.at), finding.wanted, moment)
    elif known.found_at != finding.at:
        moved = msgspec.structs.replace(record, at=finding.at, known_at=moment.known_at, **_words(one))
        yield Entry(moved, finding.at)


def _gone(
    case: Case, seen: set[str], moment: Moment, asked: Container[str] | None, people: Mapping[str, Word]
) -> Iterator[Entry]:
    """What would never have been decided, folded again with what is known now; what people hold is theirs."""
    for decision_id, known in case.ledger.items():
        if decision_id in seen or known.record.rule == LATE_EVIDENCE:
            continue
        if asked is not None and known.record.rule not in asked:
            continue
        lifted = decision_id in people and not people[decision_id].holds
        if _is_held(known.record, people):
            if decision_id not in people and known.record.status == "confirmed":
                yield _status(known, "questioned", moment)
        elif known.record.status in LIVE or (lifted and known.record.status in BY_PERSON):
            yield _status(known, "retracted", moment)


def _is_held(record: Decision, people: Mapping[str, Word]) -> bool:
    """Whether the decision's status is for people to change: by what they said, else by where it stands."""
    word = people.get(record.decision_id)
    if word is None:
        return record.status in BY_PERSON
    return word.holds and may_be_decided(record.measure)


def _by_people(
    case: Case,
    changes: Iterable[Entry],
    seen: set[str],
    done: set[str],
    moment: Moment,
    asked: Container[str] | None,
    people: Mapping[str, Word],
) -> Iterator[Entry]:
    """What people's words make of the decisions that they hold; what they confirmed and what was `done` has ended."""
    latest = case.ledger | {entry.record.decision_id: entry for entry in changes}
    for decision_id, word in people.items():
        entry = latest.get(decision_id)
        if entry is not None and word.verdict == HALF:
            yield from _half(entry, word, moment, "proposed")
        if entry is None or not _is_held(entry.record, people):
            continue
        unasked = asked is not None and entry.record.rule not in asked
        is_known = decision_id in seen or (unasked and entry.record.status not in ("retracted", "questioned"))
        status = word.status(is_known=is_known, is_done=decision_id in done)
        if entry.record.status != status:
            changed = _status(entry, status, moment)
            context = changed.record.context | word.context
            yield Entry(msgspec.structs.replace(changed.record, context=context), changed.found_at)
        elif word.verdict == HALF_UPHELD:
            yield from _half(entry, word, moment, "questioned")


def _half(entry: Entry, word: Word, moment: Moment, status: str) -> Iterator[Entry]:
    """What one person has confirmed or upheld waits for the second, and says so."""
    record = entry.record
    if record.status == status and record.context.get(WAITS_FOR_SECOND[word.verdict]) != word.by:
        waiting = _status(entry, status, moment)
        context = record.context | word.context
        yield Entry(msgspec.structs.replace(waiting.record, context=context), entry.found_at)


def _late(case: Case, changes: list[Entry], cause: Heard, moment: Moment, evidence: Evidence) -> list[Entry]:
    """One alert per subject and late fact that ended or undid something."""
    alerts: dict[str, Entry] = {}
    for record in (entry.record for entry in changes if entry.record.status in ("cleared", "retracted")):
        finding = Finding(
            measure="alert",
            subject_kind=record.subject.kind,
            subject_id=record.subject.id,
            occurrence=cause.id,
            at=moment.known_at,
            instant=True,
            tenant=record.tenant,
            level=record.level,
            reason=f"关于{subject_words(record)}的一条消息（{cause.id}）在发生24小时以后才补录，使已作出的决定结束或者撤销，请核实是否倒填日期。",
            rests_on=(cause,),
            context=record.context | {"addressee": evidence.to},
        )
        one = Found(finding, LATE_EVIDENCE, evidence.clauses, evidence.policy)
        decision_id = identity(case, one)
        if decision_id not in case.ledger:
            alerts[decision_id] = Entry(_record(case, decision_id, one, "raised", moment), finding.at)
    return list(alerts.values())


def _has_ended(finding: Finding, moment: Moment) -> bool:
    return finding.until is not None and finding.until <= max(moment.known_at, moment.instants_to)


def _words(one: Found) -> dict[str, Any]:
    finding = one.finding
    return {
        "reason": finding.reason if isinstance(finding.reason, str) else finding.reason(),
        "since": finding.since,
        "facts": tuple(dict.fromkeys(fact.id for fact in finding.rests_on)),
        "late_recorded": any(fact.is_late for fact in finding.rests_on),
        "context": dict(finding.context() if callable(finding.context) else finding.context),
    }


def _status(known: Entry, status: str, moment: Moment) -> Entry:
    """The same decision in another state: `at` is when that became known."""
    cause, record = moment.cause, known.record
    facts = record.facts if cause is None or cause.id in record.facts else (*record.facts, cause.id)
    changed = msgspec.structs.replace(
        record,
        status=status,
        at=moment.known_at,
        known_at=moment.known_at,
        facts=facts,
        late_recorded=record.late_recorded or (cause is not None and cause.is_late),
        historic=cause is not None and cause.historic,
    )
    return Entry(changed, known.found_at)


def _record(case: Case, decision_id: str, one: Found, status: str, moment: Moment) -> Decision:
    finding = one.finding
    return Decision(
        decision_id=decision_id,
        at=finding.at,
        known_at=moment.known_at,
        tenant=finding.tenant,
        level=finding.level,  # type: ignore[arg-type]
        rule=one.rule,  # type: ignore[arg-type]
        step=finding.step,
        measure=finding.measure,  # type: ignore[arg-type]
        status=status,  # type: ignore[arg-type]
        subject=Subject(finding.subject_kind, finding.subject_id),  # type: ignore[arg-type]
        clauses=finding.clauses or one.clauses,
        policy=one.policy,
        occurrence=finding.occurrence,
        committee=case.key.committee,
        acts_for=finding.acts_for,
        restricted=finding.measure in RESTRICTED,
        historic=moment.cause is not None and moment.cause.historic,
        **_words(one),
    )
