"""Keep letters, and announce each state of one that was signed: a restored database reads from that what went out."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from contracts import letters as contract
from contracts.divisions import Divisions
from runtime.database import Work
from runtime.outbox import Outgoing, announce
from services.notify.core.letters.letter import Letter
from services.notify.handlers.facts import outgoing
from services.notify.store import letters as store

LARGEST: Final = 512 << 10  # bytes of a document that goes into the log; a record of it may have twice as much


def keep(
    work: Work,
    letters: Iterable[Letter],
    divisions: Divisions,
    now: datetime,
    *,
    documents: Mapping[str, bytes] | None = None,
) -> None:
    """Write letters and announce those that were signed; `documents` are files signed just now, by letter id.

    Raises `StandsAlready` as the store does.
    """
    kept = list(letters)
    work.concerns.update(each.tenant for each in kept)
    store.save(work, kept, divisions)
    files = documents or {}
    announce(work, (_outgoing(each, files.get(each.id, b""), now) for each in kept if each.signed_at is not None))


def record_of(letter: Letter, document: bytes, now: datetime) -> contract.Letter:
    """What the log keeps of a signed letter."""
    if letter.signed_at is None or letter.issued_on is None or letter.year is None:
        message = f"letter {letter.id} was not signed"
        raise ValueError(message)
    return contract.Letter(
        letter_id=letter.id,
        revision=letter.revision,
        at=now,
        tenant=letter.tenant,
        committee=letter.committee,
        kind=letter.kind,
        organ=letter.organ,
        decision_id=letter.decision_id,
        status=letter.status,
        turn=letter.turn,
        thread=letter.thread,
        content=msgspec.to_builtins(letter.content),
        state=letter.state,
        basis=letter.basis.value,
        drafted_at=letter.drafted_at,
        signed_at=letter.signed_at,
        signed_by=letter.signed_by,
        issued_on=letter.issued_on,
        year=letter.year,
        number=letter.number,
        template_version=letter.template_version,
        template_sha256=letter.template_sha256,
        document_sha256=letter.document_sha256,
        document=b64encode(document).decode() if len(document) <= LARGEST else "",
        sent_at=letter.sent_at,
        received_at=letter.received_at,
        received_by=letter.received_by,
        replied_at=letter.replied_at,
        reply=letter.reply,
        reply_due=letter.reply_due,
        missed_at=letter.missed_at,
        withdraws=letter.withdraws,
        withdrawn_by=letter.withdrawn_by,
    )


def _outgoing(letter: Letter, document: bytes, now: datetime) -> Outgoing:
    return outgoing(
        f"letter/{letter.id}:{letter.revision}",
        contract.LETTER_TYPE,
        record_of(letter, document, now),
        tenant=letter.tenant,
        committee=letter.committee,
        now=now,
    )
