"""Kept cases are bounded in bytes, the ones used last stay, and another epoch's are never given out."""

from services.escalation.core.case import Case, CaseKey
from services.escalation.store.cases import Stored
from services.escalation.store.kept import OPEN_SIZE, Kept, KeptCases

STORED = Stored(1, b"", None, "news", "331081")


def kept(name: str, *, size: int = 100, epoch: int = 1) -> Kept:
    return Kept(Case(key=CaseKey("331081", "hazard", "", name)), STORED, epoch, size)


def test_a_case_is_taken_once() -> None:
    """Whoever takes it may change it: it is gone until it is given back."""
    cases, one = KeptCases(1_000_000), kept("H-1")
    cases.give([one])

    assert cases.take(one.case.key, 1) is one
    assert cases.take(one.case.key, 1) is None


def test_another_epoch_is_not_given_out() -> None:
    """Somebody else may have owned the slot meanwhile."""
    cases, one = KeptCases(1_000_000), kept("H-1", epoch=1)
    cases.give([one])

    assert cases.take(one.case.key, 2) is None
    assert len(cases) == 0


def test_those_used_last_stay() -> None:
    """What nobody used for longest makes room, whatever its size."""
    cases = KeptCases(250 * OPEN_SIZE)
    one, two, three = kept("H-1"), kept("H-2"), kept("H-3")
    cases.give([one, two])
    cases.give([taken] if (taken := cases.take(one.case.key, 1)) else [])

    cases.give([three])

    assert cases.take(two.case.key, 1) is None
    assert cases.take(one.case.key, 1) is one
    assert cases.take(three.case.key, 1) is three


def test_a_grown_case_counts_as_it_is() -> None:
    """Given back with another size, it takes that much room and no more."""
    cases = KeptCases(250 * OPEN_SIZE)
    cases.give([kept("H-1")])
    cases.give([kept("H-1", size=200)])
    cases.give([kept("H-2", size=50)])

    assert len(cases) == 2


def test_nothing_is_kept_without_room() -> None:
    """With 0 every transaction reads its cases."""
    cases = KeptCases(0)
    cases.give([kept("H-1")])

    assert len(cases) == 0
