"""Take judged events in: remember their ids, park what is refused, announce what is new; the same for every door."""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from contracts.facts import Fact
from contracts.topics import HAZARD_FACTS, slot_of
from contracts.vocabulary import Door
from runtime import codec, dead_letters, outbox
from runtime.database import Work
from runtime.outbox import Outgoing
from services.intake.core.guard import MAX_BYTES
from services.intake.core.reasons import Reason
from services.intake.core.validation import Accepted, Refused
from services.intake.store import days, heard
from services.intake.store.days import Day

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

#: Reasons that blame no bytes: however many such events come, no release of ours can be the cause.
_WELL_MADE = frozenset(
    {Reason.ID_CONFLICT, Reason.NEWER_VERSION, Reason.NOT_ALLOWED, Reason.NO_COMMITTEE, Reason.UNKNOWN_SOURCE}
)
#: The one refusal whose bytes nobody may read later: the informer's identity is kept nowhere.
INFORMER_NAMED = "informer_named"


class Word(StrEnum):
    """What became of an event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"


class Arrival(NamedTuple):
    """One event at a door, judged, with what a dead letter of it would keep."""

    judged: Accepted | Refused
    body: bytes
    door: Door
    #: Where it came from, with the slug of its source: {"slug", "topic", "slot", "offset"}, {"slug", "client"}.
    origin: Mapping[str, Any]
    headers: Sequence[tuple[str, bytes]] = ()


class Outcome(NamedTuple):
    """What became of one event; `refused` says why it is a dead letter, `fact` is what is announced."""

    word: Word
    source: str | None
    event_id: str | None
    fact: Fact | None = None
    refused: Refused | None = None


def take(work: Work, arrivals: Sequence[Arrival], *, received_at: datetime) -> list[Outcome]:
    """Take events in within the caller's transaction; return one outcome each, in their order."""
    outcomes = settle(work, [arrival.judged for arrival in arrivals], received_at=received_at)
    for arrival, outcome in zip(arrivals, outcomes, strict=True):
        if outcome.refused is not None:
            _park(work, arrival, outcome.refused, received_at)
    return outcomes


def settle(work: Work, judged: Iterable[Accepted | Refused], *, received_at: datetime) -> list[Outcome]:
    """Remember and announce what is new, without parking the rest; return one outcome each, in their order.

    Of several events of one (source, id) the first counts, as if they had come one by one.
    """
    outcomes: dict[int, Outcome] = {}
    groups: dict[tuple[str, str], list[tuple[int, Accepted]]] = {}
    for place, one in enumerate(judged):
        if isinstance(one, Accepted):
            groups.setdefault((one.fact.source, one.fact.id), []).append((place, one))
        else:
            outcomes[place] = Outcome(word=Word.REJECTED, source=one.source, event_id=one.event_id, refused=one)
    known = heard.remember(work, [(*key, group[0][1].digest) for key, group in groups.items()], received_at)
    for group, before in zip(groups.values(), known, strict=True):
        digest = before
        for place, accepted in group:
            outcomes[place] = _new(accepted) if digest is None else _heard_before(accepted, digest)
            digest = digest or accepted.digest
    settled = [outcomes[place] for place in range(len(outcomes))]
    outbox.announce(work, [_outgoing(outcome.fact) for outcome in settled if outcome.fact is not None])
    days.count(work, _counted(settled, received_at))
    return settled


def _new(accepted: Accepted) -> Outcome:
    fact = accepted.fact
    return Outcome(word=Word.ACCEPTED, source=fact.source, event_id=fact.id, fact=fact)


def _heard_before(accepted: Accepted, digest: bytes) -> Outcome:
    """Tell a repetition from another event under the same id."""
    fact = accepted.fact
    if accepted.digest == digest:
        return Outcome(word=Word.DUPLICATE, source=fact.source, event_id=fact.id)
    refused = Refused(reason=Reason.ID_CONFLICT, source=fact.source, event_id=fact.id, tenant=fact.tenant)
    return Outcome(word=Word.CONFLICT, source=fact.source, event_id=fact.id, refused=refused)


def _counted(outcomes: Iterable[Outcome], received_at: datetime) -> list[Day]:
    """What each source sent, for people who look after it."""
    by_source: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.source is not None:
            by_source.setdefault(outcome.source, []).append(outcome)
    day = received_at.astimezone(SHANGHAI).date()
    return [_day(source, day, sent, received_at) for source, sent in by_source.items()]


def _day(source: str, day: date, sent: Sequence[Outcome], received_at: datetime) -> Day:
    tally = Tally(outcome.word for outcome in sent)
    facts = [outcome.fact for outcome in sent if outcome.fact is not None]
    lags = (max((received_at - fact.recorded).total_seconds(), 0.0) for fact in facts)
    return Day(
        source,
        day,
        tally[Word.ACCEPTED],
        tally[Word.DUPLICATE],
        tally[Word.CONFLICT],
        tally[Word.REJECTED],
        sum(fact.late for fact in facts),
        sum(lags),
        received_at,
    )


def _park(work: Work, arrival: Arrival, refused: Refused, received_at: datetime) -> None:
    detail = list(refused.errors)
    body = arrival.body[:MAX_BYTES]
    if any(problem.code == INFORMER_NAMED for problem in refused.problems):
        body = b""
        detail.append("the bytes are not kept: they name who gave a tip-off")
    elif len(arrival.body) > MAX_BYTES:
        detail.append(f"kept are the first {MAX_BYTES} of {len(arrival.body)} bytes; the rest is at the origin")
    dead_letters.park(
        work,
        received_at=received_at,
        reason=refused.reason,
        detail=detail,
        door=arrival.door,
        origin=arrival.origin,
        body=body,
        headers=[(name, value.decode("utf-8", "replace")) for name, value in arrival.headers],
        source=refused.source,
        event_id=refused.event_id,
        tenant=refused.tenant,
        poison=refused.reason not in _WELL_MADE,
    )


def _outgoing(fact: Fact) -> Outgoing:
    return Outgoing(
        topic=HAZARD_FACTS,
        slot=slot_of(fact.committee),
        key=fact.committee.encode("ascii"),
        value=codec.encode(fact),
    )
