"""Keep cases in memory from one batch to the next, bounded in bytes.

Whoever owns a slot writes its cases alone, so what was committed last is what a kept case holds. It is taken out for a
batch and given back once that batch is committed: rolled back, it is read again. What was kept under another epoch of
its slot is never given out, because somebody else may have written since.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final, NamedTuple

from services.escalation.core.case import Case, CaseKey
from services.escalation.store.cases import Stored

OPEN_SIZE: Final = 7
"""How many times the bytes of its stored form an open case takes in memory, folded state included; measured."""


class Kept(NamedTuple):
    """An open case as it is stored: under which epoch it was committed, and the bytes of its stored form."""

    case: Case
    stored: Stored
    epoch: int
    size: int


class KeptCases:
    """The cases used last; `limit` is in bytes of memory, 0 keeps nothing."""

    def __init__(self, limit: int) -> None:
        self._limit = limit // OPEN_SIZE
        self._cases: OrderedDict[CaseKey, Kept] = OrderedDict()  # its oldest goes at once, a dict looks for it
        self._size = 0

    def __len__(self) -> int:
        return len(self._cases)

    def take(self, key: CaseKey, epoch: int) -> Kept | None:
        """Take a case out, None where none is kept that was committed under this epoch."""
        kept = self._cases.pop(key, None)
        if kept is None:
            return None
        self._size -= kept.size
        return kept if kept.epoch == epoch else None

    def give(self, cases: Iterable[Kept]) -> None:
        """Give cases back that were committed; those that nobody used for longest make room."""
        for kept in cases:
            known = self._cases.pop(kept.case.key, None)
            self._size += kept.size - (known.size if known else 0)
            self._cases[kept.case.key] = kept
        while self._size > self._limit:
            self._size -= self._cases.popitem(last=False)[1].size
