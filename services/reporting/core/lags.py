"""Measure how long news takes from stage to stage: recorded, in the log, decided, told, shown."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from contracts.facts import Fact
from contracts.vocabulary import NoticeState
from services.reporting.core.decided import DecisionRecord
from services.reporting.core.notified import NoticeRecord

STAGES: Final = ("accepted", "decided", "told", "shown")


class Lag(NamedTuple):
    """How many seconds one thing needed for one stage."""

    stage: str
    seconds: float


def of_facts(facts: Iterable[Fact], shown_at: datetime) -> Iterator[Lag]:
    """From its recording to the log, and from there to the pages; what was imported as history was never on its way."""
    for fact in facts:
        if fact.acceptedtime is not None and not fact.historic:
            yield _lag("accepted", fact.recorded, fact.acceptedtime)
            yield _lag("shown", fact.acceptedtime, shown_at)


def of_decisions(records: Iterable[DecisionRecord]) -> Iterator[Lag]:
    """From when it could be known, a deadline's own instant included, to the log."""
    for record in records:
        if record.accepted_at is not None and not record.decision.historic:
            yield _lag("decided", record.decision.known_at, record.accepted_at)


def of_notices(records: Iterable[NoticeRecord], known_at: Mapping[str, datetime]) -> Iterator[Lag]:
    """From when the decision was known to the channel's word that somebody has it: quiet hours and retries are in it."""
    for record in records:
        known = known_at.get(record.notice.decision_id)
        if record.notice.state is NoticeState.DELIVERED and known is not None:
            yield _lag("told", known, record.notice.at)


def _lag(stage: str, since: datetime, until: datetime) -> Lag:
    """Never below nothing: clocks of different machines are some milliseconds apart."""
    return Lag(stage, max((until - since).total_seconds(), 0.0))
