"""Read notice.facts back where the log knows more than the database: before anything is sent, and only after a restore."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

import msgspec

from contracts import notices as contract
from contracts.divisions import Divisions
from contracts.facts import Fact
from contracts.letters import LETTER_TYPE, Letter
from runtime import codec, log
from runtime.clock import Clock
from runtime.database import Database
from services.notify.core.memory import Remembered, recalled
from services.notify.handlers.announcing import announce_notices
from services.notify.handlers.letters.rebuilding import rebuild
from services.notify.store import deliveries, letters, memory

AT_ONCE: Final = 2000

_logger = log.get(__name__)


def known_incarnation(database: Database) -> int:
    """The line of numbers in which the database's own marks were given."""
    with database.begin() as work:
        return memory.known_incarnation(work)


def read_back(documents: Iterable[bytes], *, database: Database, divisions: Divisions, clock: Clock) -> int:
    """Take over what these documents of notice.facts say, in their order; returns how many there were.

    Notices that the database has are moved at once; what it has not is remembered until its decision is heard again
    and the notice is about to leave. Letters are rebuilt as they were signed; see letters/rebuilding.py.
    """
    waiting = iter(documents)
    count = highest = 0
    while batch := list(islice(waiting, AT_ONCE)):
        count += len(batch)
        highest = max(highest, *(_incarnation(document) for document in batch))
        newest = {each.notice_id: each for each in _memories(batch)}
        with database.begin() as work:
            now = clock.now()
            memory.keep(work, list(newest.values()))
            standing = deliveries.notices_by_id(work, sorted(newest), lock=True)
            moved = []
            for notice in standing.values():
                said = newest[notice.id]
                after = recalled(notice, said) if said.revision > notice.revision else None
                if after is not None:
                    moved.append(after)
            deliveries.move(work, moved, now)
            memory.drop(work, [notice.id for notice in moved])
            announce_notices(work, moved, now)
            for mark in _numbers(batch):
                letters.keep_number(work, *mark)
            rebuild(work, list(_letters(batch)), divisions, now)
            memory.begin_a_new_line(work, highest + 1)
    with database.begin() as work:
        memory.note_read_back(work)
    if count:
        _logger.warning("the log knew more than the database: what was sent is not sent again", facts=count)
    return count


def _memories(documents: Iterable[bytes]) -> Iterator[Remembered]:
    for fact in _facts(documents, contract.NOTICE_TYPE):
        said = msgspec.json.decode(fact.data, type=contract.Notice)
        yield Remembered(
            notice_id=said.notice_id,
            state=said.state,
            attempt=said.attempt,
            revision=int(fact.id.rpartition(":")[2]),
            error=said.error,
        )


def _numbers(documents: Iterable[bytes]) -> set[tuple[str, int, int]]:
    """(organ, year, number) of every official letter that was told: a number is never given twice."""
    said = (msgspec.json.decode(fact.data, type=contract.Notice) for fact in _facts(documents, contract.NOTICE_TYPE))
    marks = [each.letter for each in said if each.letter is not None]
    return {(mark.organ, mark.year, mark.number) for mark in marks if mark.year is not None and mark.number is not None}


def _letters(documents: Iterable[bytes]) -> Iterator[Letter]:
    for fact in _facts(documents, LETTER_TYPE):
        yield msgspec.json.decode(fact.data, type=Letter)


def _facts(documents: Iterable[bytes], wanted: str) -> Iterator[Fact]:
    decoded = (codec.decode(document) for document in documents)
    return (fact for fact in decoded if fact.type == wanted)


def _incarnation(document: bytes) -> int:
    return (codec.sequence_of(document) or (0, 0))[0]
