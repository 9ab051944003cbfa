"""Have letters again that a restored database has forgotten, as the log knows them, and their notices after them."""

from base64 import b64decode
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from contracts import letters as contract
from contracts.divisions import Divisions
from contracts.vocabulary import Status
from runtime import log
from runtime.clock import Clock
from runtime.database import Database, Work
from services.notify.core.letters.content import Content
from services.notify.core.letters.delivery import dispatch
from services.notify.core.letters.letter import Basis, Letter
from services.notify.core.places import Places
from services.notify.store import letter_papers, letters, memory
from services.notify.store.planning import newest_record, save_notices
from services.notify.store.situation import SettingsReader

AUTHOR: Final = "系统"
ACT: Final = "rebuilt"
WITH_FILE: Final = "数据库恢复后按日志重建，文件与签发时一致"
WITHOUT_FILE: Final = "数据库恢复后按日志重建，原文件过大未入日志，版式按正文重新生成"
AT_ONCE: Final = 100

_logger = log.get(__name__)


def rebuild(work: Work, records: Sequence[contract.Letter], divisions: Divisions, now: datetime) -> int:
    """Bring letters to where the log says they stand, in its order; returns how many changed.

    A number that is known from here is never given again. Their notices are planned when their decision is known.
    """
    changed = 0
    for said in records:
        if said.number is not None:
            letters.keep_number(work, said.organ, said.year, said.number)
        known = letters.by_id(work, [said.letter_id], lock=True).get(said.letter_id)
        if known is not None and known.revision >= said.revision:
            continue
        changed += 1
        letters.save(work, [letter_of(said)], divisions)
        if said.document:
            letter_papers.put_document(work, said.letter_id, b64decode(said.document), said.document_sha256)
        if known is None or known.signed_at is None:
            note = WITH_FILE if said.document else WITHOUT_FILE
            letters.note_act(work, said.letter_id, act=ACT, author=AUTHOR, note=note, now=now)
            letters.note_rebuilt(work, said.letter_id)
    return changed


def letter_of(said: contract.Letter) -> Letter:
    """The letter in a record of the log."""
    told = {name: value for name, value in msgspec.structs.asdict(said).items() if name in Letter.__slots__}
    return Letter(
        **told
        | {
            "id": said.letter_id,
            "content": msgspec.convert(said.content, Content),
            "basis": Basis(said.basis),
            "status": Status(said.status),
        }
    )


class Rebuilt:
    """Plans the notices of rebuilt letters: only those that the log knows to have been planned then."""

    def __init__(self, *, database: Database, divisions: Divisions, clock: Clock) -> None:
        self._database = database
        self._divisions = divisions
        self._clock = clock
        self._settings = SettingsReader()

    def plan(self) -> int:
        """Plan what can be planned by now; returns for how many letters. What was delivered stays so: see remembering."""
        with self._database.begin() as work:
            waiting = letters.rebuilt(work, AT_ONCE)
            if not waiting:
                return 0
            now = self._clock.now()
            roster, places = self._settings.read(work, now).roster, Places(self._divisions)
            done = 0
            for letter in waiting:
                decision = newest_record(work, letter.decision_id)
                if decision is None:
                    continue  # it is still on its way through the log
                planned = dispatch(letter, decision, roster, places, now)
                known = memory.of(work, [notice.id for notice in planned])
                save_notices(work, [notice for notice in planned if notice.id in known], self._divisions, now)
                letters.forget_rebuilt(work, letter.id)
                done += 1
        return done
