"""Take in what one HTTP request brought: cut it into events, judge each by the key's rights, one transaction for all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.vocabulary import Door
from runtime.database import Work
from services.intake.core.admission import Admission, Sender
from services.intake.core.cloudevents import assemble
from services.intake.core.guard import Refusal, read_object, split_array
from services.intake.core.keys import ApiKey
from services.intake.core.reasons import Reason
from services.intake.core.registry import Source
from services.intake.handlers.taking import Arrival, Outcome, take

ONE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
MOST_EVENTS = 1_000

#: Reasons for which one event alone in a request could not be read at all; in a batch they refuse that event only.
UNREADABLE = frozenset({Reason.EMPTY, Reason.NOT_UTF8, Reason.NOT_JSON, Reason.NOT_AN_OBJECT})


@dataclass(frozen=True, slots=True)
class TooMany:
    """A batch of more events than a request may hold."""

    count: int


def cut(body: bytes, media_type: str) -> list[bytes] | Refusal | TooMany:
    """Return the bytes of each event in a request, or why the request cannot be read."""
    if media_type == BATCH:
        pieces = split_array(body)
        if not isinstance(pieces, Refusal) and len(pieces) > MOST_EVENTS:
            return TooMany(len(pieces))
        return pieces
    read = read_object(body)
    return read if isinstance(read, Refusal) and read.reason in UNREADABLE else [body]


def post(
    work: Work, pieces: Sequence[bytes], *, admission: Admission, source: Source, key: ApiKey, received_at: datetime
) -> list[Outcome]:
    """Take the events of a request in within the caller's transaction; one outcome each, in their order."""
    sender: Sender = replace(admission.of_source(source, Door.HTTP), tenants=key.tenants)
    standing = admission.standing(sender)
    arrivals = [
        Arrival(
            judged=admission.admit(assemble(piece), sender, standing, received_at=received_at),
            body=piece,
            door=Door.HTTP,
            origin={"slug": source.slug, "client": key.prefix},
        )
        for piece in pieces
    ]
    return take(work, arrivals, received_at=received_at)
