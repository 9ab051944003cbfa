"""Hear decision records one after another and keep the notices that follow: what a batch, a replay and a test share."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

import msgspec

from contracts.decisions import Decision
from services.notify.core.notice import Notice, thread_of
from services.notify.core.passage import Passage, Situation
from services.notify.core.pipeline import PLANNING, through
from services.notify.core.telling import Standing, turn_of

_encoder: Final = msgspec.json.Encoder()
_DIGEST_BYTES: Final = 16


class Ledger:
    """Notices and standings of the decisions that are spoken of.

    `seen` are the digests of records heard before, `standings` where their decisions stand, `notices` everything of
    the threads that may be touched. `changed` holds what is new or different since, in the order of its first change.
    """

    def __init__(
        self,
        *,
        seen: Iterable[bytes] = (),
        standings: Mapping[str, Standing] | None = None,
        notices: Iterable[Notice] = (),
    ) -> None:
        self._seen = set(seen)
        self._standings = dict(standings or {})
        self._threads: dict[str, dict[str, Notice]] = defaultdict(dict)
        for notice in notices:
            self._threads[notice.thread][notice.id] = notice
        self.changed: dict[str, Notice] = {}

    def hear(self, decision: Decision, situation: Situation) -> int | None:
        """Plan the notices of one record and return its turn; None where this very record was heard before."""
        digest = digest_of(decision)
        if digest in self._seen:
            return None
        self._seen.add(digest)
        turn = turn_of(self._standings.get(decision.decision_id), decision.status)
        self._standings[decision.decision_id] = Standing(decision.status, turn)
        thread = self._threads[thread_of(decision)]
        passage = Passage(decision=decision, turn=turn, earlier=tuple(thread.values()))
        passage = through(PLANNING, passage, situation)
        for notice in (*passage.earlier, *passage.notices):
            if thread.get(notice.id) != notice:
                thread[notice.id] = self.changed[notice.id] = notice
        return turn

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Every notice as it stands now."""
        return tuple(notice for thread in self._threads.values() for notice in thread.values())


def digest_of(decision: Decision) -> bytes:
    """What tells one record from another: all of its content, so that a replayed record is the same one."""
    return sha256(_encoder.encode(decision)).digest()[:_DIGEST_BYTES]
