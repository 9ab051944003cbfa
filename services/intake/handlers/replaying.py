"""Send a dead letter through its door once more, after the cause was mended."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contracts.vocabulary import Door
from runtime import dead_letters
from runtime.database import Work
from runtime.dead_letters import DeadLetter
from services.intake.core.admission import Admission
from services.intake.core.cloudevents import assemble
from services.intake.core.guard import Refusal
from services.intake.core.reasons import Reason
from services.intake.core.registry import Source
from services.intake.core.validation import Refused
from services.intake.handlers.taking import Outcome, Word, settle


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay came to; the letter is closed when the event is in now, or was heard before."""

    letter: DeadLetter
    outcome: Outcome
    closed: bool


def replay(work: Work, letter: DeadLetter, admission: Admission, *, at: datetime) -> Replay:
    """Judge an open letter anew in the caller's transaction; a refusal leaves it open and writes no second one.

    It speaks with the rights that its source has today.
    """
    source = _source(letter, admission)
    if source is None:
        refused = Refused(reason=Reason.UNKNOWN_SOURCE, source=letter.source, event_id=letter.event_id)
        outcome = Outcome(word=Word.REJECTED, source=letter.source, event_id=letter.event_id, refused=refused)
        return Replay(letter, outcome, closed=False)
    sender = admission.of_source(source, Door(letter.door))
    if "historic" in letter.origin:
        sender = replace(sender, historic=bool(letter.origin["historic"]))
    judged = admission.admit(_assemble(letter), sender, admission.standing(sender), received_at=at)
    (outcome,) = settle(work, [judged], received_at=at)
    done = outcome.word in (Word.ACCEPTED, Word.DUPLICATE)
    closed = done and dead_letters.mark_replayed(work, letter.id, at=at, note=outcome.word)
    return Replay(letter, outcome, closed)


def _source(letter: DeadLetter, admission: Admission) -> Source | None:
    """Return the source the letter came from: by its slug, else by its topic."""
    registry = admission.registry
    return registry.named(str(letter.origin.get("slug"))) or registry.of_topic(str(letter.origin.get("topic")))


def _assemble(letter: DeadLetter) -> dict[str, Any] | Refusal:
    return assemble(letter.body, [(name, value.encode()) for name, value in letter.headers])
